/**
 * The outside world of workflow tests: it keeps what the workflows ask for in memory, is as idempotent as the real
 * activities must be, and fails where a test says so.
 */
import { ApplicationFailure } from '@temporalio/common';
import type {
  Activities,
  AlarmInput,
  Audience,
  DraftInput,
  FilingTaskInput,
  InAppInput,
  ReporterMailInput,
} from '../../activities/types';
import { dependencyActivities } from '../../detection/dependencies/dependency-activities';
import { unheardAlarms } from '../../domain/case/resumed';
import type { Detection } from '../../domain/detection/detection';
import type { Counted } from '../../domain/incident/counted';
import type { IncidentEvent } from '../../domain/incident/events';
import { fold } from '../../domain/incident/evolve';
import { measureId } from '../../domain/incident/incident';
import { type Instant, toInstant } from '../../domain/kernel/time';
import { inRegion } from '../../domain/policy/places';
import type { PolicySnapshot } from '../../domain/policy/policy';
import { stateOfAny } from '../../domain/watch/registered-case';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { FakeDependencies } from './fake-dependencies';

export interface Mail {
  incidentId: string;
  obligation: string;
  round: number;
  to: string;
  at: Instant;
}

/** One call of an activity that came through, with the instant on the server's clock. */
export interface Call<Input> {
  input: Input;
  at: Instant;
}

interface Person {
  address: string;
  country: string;
}

type Fault = (input: unknown) => boolean | Promise<boolean>;

/** Workspaces of the directory: `ws-1` … `ws-400`, and `ws-team`. */
const WORKSPACES = [...Array.from({ length: 400 }, (_, i) => ({ id: `ws-${i + 1}` })), { id: 'ws-team' }];
/** The people in the data sets that the company controls. */
const PEOPLE: Person[] = [
  { address: 'aoife@person.example', country: 'IE' },
  { address: 'bran@person.example', country: 'IE' },
  { address: 'chloe@person.example', country: 'CA' },
];
const SUBSCRIBERS = ['sub-1@subscriber.example', 'sub-2@subscriber.example'];

/** No address of the audience ends in anything else: a history that holds one of these leaks recipients. */
export const AUDIENCE_DOMAINS = /@(owner|person|subscriber)\.example/;

export class FakeWorld {
  /** The real pack with the real authorities. */
  policy: PolicySnapshot = loadPolicy(DEFAULT_PACKS);
  readonly mails: Mail[] = [];
  readonly alarms: Call<AlarmInput>[] = [];
  readonly filingTasks: Call<FilingTaskInput>[] = [];
  readonly shown: Call<InAppInput>[] = [];
  /** The product takes no message. */
  productIsAway = false;
  readonly published: Call<{ incidentId: string; obligation: string; round: number; status: string }>[] = [];
  readonly drafts: Call<DraftInput>[] = [];
  readonly reporterMails: Call<ReporterMailInput>[] = [];
  /** What is installed and known to be vulnerable. */
  readonly dependencies: FakeDependencies;
  /** Containment that took effect, by its id; the number of attempts that came through is `times`. */
  /** What activities raised, repeats included. */
  readonly detections: Detection[] = [];
  /** Which of the detections that come after a decision were sent before it; the others stay. */
  wasBefore: (detection: Detection) => boolean = () => false;
  /** What cases handed back to the inbox, and the case of each. */
  readonly handedBack: Array<{ caseId: string; detection: Detection }> = [];
  readonly rules = new Map<string, { times: number; undone: boolean }>();
  /** Every attempt, also those that failed: the name of the activity and its instant. */
  readonly attempts: { activity: keyof Activities; at: Instant; input: unknown }[] = [];
  /** What the verification of the register finds. */
  registerDamaged = false;
  /** Addresses at which no mail arrives. */
  readonly unusable = new Set<string>();
  /** Addresses of which only the mail provider knows whether their mail was accepted. */
  readonly undecided = new Set<string>();
  /** Addresses that a mail came back from after it was sent. */
  readonly back = new Set<string>();
  private readonly entries = new Map<string, IncidentEvent[]>();
  private readonly ledgers = new Map<string, Map<string, Instant | undefined>>();
  /** Mails that one call of `sendBatches` sends at most. */
  mailsPerCall = Number.POSITIVE_INFINITY;
  private readonly stopped = new Set<string>();
  /** Whom a stop took out, by ledger. */
  private readonly takenOut = new Map<string, Set<string>>();
  private awaited: { activity: keyof Activities; resolve(): void }[] = [];
  private faults: Partial<Record<keyof Activities, Fault>> = {};
  private readonly refused = new Set<keyof Activities>();

  /** `now`: the instant, ms since the epoch, on the clock of the server in use. */
  constructor(private readonly now: () => Promise<number> | number) {
    this.dependencies = new FakeDependencies(now);
  }

  /** Has an activity fail (retryably) while `when` answers true. */
  fail(activity: keyof Activities, when: Fault = () => true): void {
    this.faults[activity] = when;
  }

  /** Has an activity fail in a way that repeating it cannot help. */
  refuse(activity: keyof Activities): void {
    this.refused.add(activity);
  }

  repair(activity?: keyof Activities): void {
    for (const refused of activity ? [activity] : this.refused) this.refused.delete(refused);
    if (activity) delete this.faults[activity];
    else this.faults = {};
  }

  /** Resolves when the activity is called next, whether it then fails or not. */
  nextAttempt(activity: keyof Activities): Promise<void> {
    return new Promise((resolve) => this.awaited.push({ activity, resolve }));
  }

  /** The register's entries of an incident, in the order in which they were appended. */
  register(incidentId: string): IncidentEvent[] {
    return this.entries.get(incidentId) ?? [];
  }

  private reachedOf(
    audience: Audience,
    ledger: ReadonlyMap<string, string | undefined>,
    out: ReadonlySet<string> = new Set(),
  ): Counted {
    return countedOf(audience, (to) => ledger.get(to) !== undefined && !this.back.has(to), this.back, out);
  }

  /** What the incident says that a ledger held, each time that one is opened or counted again. */
  readonly heldBefore: Array<{ incidentId: string; ledgerKey: string; sent: number | undefined }> = [];

  private takenOutOf(incidentId: string, ledgerKey: string): Set<string> {
    const key = `${incidentId} ${ledgerKey}`;
    const out = this.takenOut.get(key) ?? new Set<string>();
    this.takenOut.set(key, out);
    return out;
  }

  private takeOut(incidentId: string, ledgerKey: string): void {
    const out = this.takenOutOf(incidentId, ledgerKey);
    for (const [to, sentAt] of this.ledger(incidentId, ledgerKey))
      if (!sentAt && !this.unusable.has(to) && !this.undecided.has(to)) out.add(to);
  }

  /** The ledgers are restored to before anything was stopped; who was mailed stays so. */
  forgetStops(): void {
    this.stopped.clear();
    for (const out of this.takenOut.values()) out.clear();
  }

  /** The activities, to give to a worker. */
  activities(): Activities {
    const activities = this.implementation();
    for (const name of Object.keys(activities) as (keyof Activities)[]) {
      const real = activities[name] as (input: unknown) => Promise<unknown>;
      (activities as unknown as Record<string, unknown>)[name] = async (input: unknown) => {
        this.attempts.push({ activity: name, at: await this.instant(), input });
        for (const each of this.awaited) if (each.activity === name) each.resolve();
        this.awaited = this.awaited.filter((each) => each.activity !== name);
        if (this.refused.has(name)) throw ApplicationFailure.nonRetryable(`${name} refuses`, 'Refused');
        if (await this.faults[name]?.(input)) throw ApplicationFailure.retryable(`${name} is down`, 'Down');
        return real(input);
      };
    }
    return activities;
  }

  private async instant(): Promise<Instant> {
    return toInstant(await this.now());
  }

  private implementation(): Activities {
    return {
      snapshotPolicy: async () => this.policy,
      appendEntries: async ({ events, follows }) => this.append(events as IncidentEvent[], follows),
      caseToResume: async ({ caseId }) => {
        const events = this.register(caseId);
        const state = stateOfAny(events);
        if (!state) return { problem: `the register has no case "${caseId}"` };
        const policy = 'policy' in state ? { policy: this.policy } : {};
        return { state, recent: events, alarms: unheardAlarms(state, events), ...policy };
      },
      incidentInRegister: async ({ incidentId }) => fold(this.register(incidentId)),
      verifyRegister: async ({ incidentId, seq }) => {
        const entries = this.register(incidentId).length;
        return entries >= seq && !this.registerDamaged
          ? { ok: true, entries, head: 'f'.repeat(64) }
          : { ok: false, entries, head: '', problem: 'entries are missing' };
      },
      auditLogs: async () => [],
      checkAuditLog: async ({ log }) => ({ log, outcome: 'unreadable', reason: 'none here' }),
      draftNotice: async (input) => {
        this.drafts.push({ input, at: await this.instant() });
        const rendering = {
          language: 'en',
          sha256: 'b'.repeat(64),
          template: input.template,
          templateSha256: 'c'.repeat(64),
        };
        const url =
          input.channel === 'filing' ? `https://dossiers.example/${input.incidentId}/${input.obligation}` : undefined;
        return { renderings: [rendering], url };
      },
      openFilingTask: async (input) => {
        this.filingTasks.push({ input, at: await this.instant() });
      },
      publishStatus: async (input) => {
        this.published.push({ input, at: await this.instant() });
        return { url: `https://status.example/${input.incidentId}` };
      },
      tellInApp: async (input) => {
        if (this.productIsAway) throw ApplicationFailure.retryable('no answer from the product', 'InAppUnavailable');
        this.shown.push({ input, at: await this.instant() });
        return { messageId: `inapp_${'e'.repeat(32)}` };
      },
      openDelivery: async ({ incidentId, ledgerKey, audience, round, held }) => {
        this.heldBefore.push({ incidentId, ledgerKey, sent: held?.sent });
        const ledger = this.ledger(incidentId, ledgerKey);
        const out = this.takenOutOf(incidentId, ledgerKey);
        const before = ledger.size;
        for (const address of addressesOf(audience)) {
          if (!ledger.has(address)) ledger.set(address, undefined);
          if (!this.stopped.has(`${incidentId} ${ledgerKey} ${round}`)) out.delete(address);
        }
        const left = [...ledger.values()].filter((sentAt) => !sentAt).length;
        return { ledger: 'postgres', total: ledger.size, added: ledger.size - before, left, unknownRefs: 0 };
      },
      sendBatches: async ({ incidentId, obligation, round, ledgerKey }) => {
        const at = await this.instant();
        const out = this.takenOutOf(incidentId, ledgerKey);
        const isStopped = this.stopped.has(`${incidentId} ${ledgerKey} ${round}`);
        if (isStopped) this.takeOut(incidentId, ledgerKey);
        const left = [...this.ledger(incidentId, ledgerKey)].filter(
          ([to, sentAt]) => !sentAt && !out.has(to) && !this.unusable.has(to) && !this.undecided.has(to),
        );
        const open = left.slice(0, this.mailsPerCall);
        for (const [to] of open) {
          this.mails.push({ incidentId, obligation, round, to, at });
          this.ledger(incidentId, ledgerKey).set(to, at);
        }
        const waits = [...this.ledger(incidentId, ledgerKey).keys()].filter((to) => this.undecided.has(to)).length;
        const undecided = [{ batch: 'd'.repeat(64), recipients: waits, claimedAt: at }];
        return { done: open.length === left.length, sent: open.length, failed: 0, ...(waits > 0 && { undecided }) };
      },
      summariseDelivery: async ({ incidentId, ledgerKey, audience }) => {
        const ledger = this.ledger(incidentId, ledgerKey);
        const out = this.takenOutOf(incidentId, ledgerKey);
        const sent = [...ledger.values()].filter((at) => at !== undefined).sort();
        return {
          total: ledger.size - out.size,
          stopped: out.size,
          sent: sent.length,
          failed: [...ledger].filter(([to, at]) => !at && this.unusable.has(to)).length,
          pending: [...new Set([...addressesOf(audience), ...ledger.keys()])].filter(
            (to) => !ledger.get(to) && !this.unusable.has(to) && !out.has(to),
          ).length,
          firstSentAt: sent[0],
          lastSentAt: sent.at(-1),
          counted: this.reachedOf(audience, ledger, out),
        };
      },
      stopDelivery: async ({ incidentId, ledgerKey, round }) => {
        this.stopped.add(`${incidentId} ${ledgerKey} ${round}`);
        this.takeOut(incidentId, ledgerKey);
      },
      recountDelivery: async ({ incidentId, ledgerKey, audience, held }) => {
        this.heldBefore.push({ incidentId, ledgerKey, sent: held?.sent });
        return { counted: this.reachedOf(audience, this.ledger(incidentId, ledgerKey)) };
      },
      settleBatch: async ({ incidentId, ledgerKey, acceptedAt }) => {
        const ledger = this.ledger(incidentId, ledgerKey);
        const waiting = [...ledger.keys()].filter((to) => this.undecided.delete(to));
        for (const to of waiting) if (acceptedAt) ledger.set(to, acceptedAt);
        return { recipients: waiting.length };
      },
      mergeSpool: async () => {},
      mailReporter: async (input) => {
        this.reporterMails.push({ input, at: await this.instant() });
        return { outcome: 'sent' };
      },
      raiseAlarm: async (input) => {
        this.alarms.push({ input, at: await this.instant() });
      },
      // No escalation is begun here: raiseAlarm is a recorder.
      pageOnCall: async () => ({}),
      standingOfAlarms: async () => undefined,
      tellAcknowledged: async () => {},
      tellResolved: async () => {},
      applyMeasure: async ({ incidentId, measure }) => {
        const key = `${incidentId} ${measureId(measure)}`;
        this.rules.set(key, { times: (this.rules.get(key)?.times ?? 0) + 1, undone: false });
        return { outcome: 'verified', detail: 'listed at the provider' };
      },
      undoMeasure: async ({ incidentId, measure }) => {
        const key = `${incidentId} ${measureId(measure)}`;
        this.rules.set(key, { times: this.rules.get(key)?.times ?? 0, undone: true });
        return { outcome: 'undone', detail: 'gone at the provider' };
      },
      raiseDetections: async ({ detections }) => {
        this.detections.push(...detections);
      },
      handBackDetections: async ({ caseId, detections }) => {
        const back = detections.filter((each) => this.wasBefore(each));
        this.handedBack.push(...back.map((detection) => ({ caseId, detection })));
        return { stay: detections.flatMap((each, place) => (back.includes(each) ? [] : [place])) };
      },
      ...dependencyActivities({
        dependencies: this.dependencies,
        detections: { accept: async (detections) => void this.detections.push(...detections) },
      }),
    };
  }

  private append(events: IncidentEvent[], follows?: true): { position: number; head: string } {
    const { incidentId } = events[0]!;
    const entries = this.entries.get(incidentId) ?? [];
    this.entries.set(incidentId, entries);
    for (const event of events) {
      const known = entries[event.seq - 1];
      if (known && JSON.stringify(known) !== JSON.stringify(event)) {
        throw ApplicationFailure.nonRetryable(
          `entry ${event.seq} of ${incidentId} is another one`,
          'RegisterForked',
          event.seq,
        );
      }
      if (!known && event.seq !== entries.length + 1) {
        const message = `entry ${event.seq} of ${incidentId} comes after ${entries.length}`;
        if (follows) throw ApplicationFailure.retryable(message, 'RegisterGap');
        throw ApplicationFailure.nonRetryable(message, 'RegisterBehind', entries.length + 1);
      }
      if (!known) entries.push(event);
    }
    return { position: entries.length, head: 'e'.repeat(64) };
  }

  private ledger(incidentId: string, ledgerKey: string): Map<string, Instant | undefined> {
    const key = `${incidentId} ${ledgerKey}`;
    const ledger = this.ledgers.get(key) ?? new Map<string, Instant | undefined>();
    this.ledgers.set(key, ledger);
    return ledger;
  }
}

/** Who of an audience was told, as the real activity counts it. */
function countedOf(
  { recipient, workspaces, dataSets }: Audience,
  isTold: (address: string) => boolean,
  back: ReadonlySet<string>,
  out: ReadonlySet<string>,
): Counted {
  if (recipient.to === 'workspace-owners') {
    const known = new Set(WORKSPACES.map(({ id }) => id));
    const ids = workspaces === 'all' ? [...known] : workspaces;
    const told = ids.filter((id) => isTold(`${id}@owner.example`));
    const untold = ids
      .filter((id) => !told.includes(id))
      .map((workspace) => {
        const why = back.has(`${workspace}@owner.example`)
          ? 'came-back'
          : out.has(`${workspace}@owner.example`)
            ? 'stopped'
            : known.has(workspace)
              ? 'no-address'
              : 'unknown';
        return { workspace, why } as const;
      });
    return {
      of: 'workspaces',
      reached: told,
      unreached: untold,
      numbers: { told: told.length, untold: untold.length },
    };
  }
  if (recipient.to !== 'individuals')
    return { of: 'people', groups: [{ listed: SUBSCRIBERS.length, told: SUBSCRIBERS.filter(isTold).length }] };
  const countries = [...new Set(PEOPLE.map(({ country }) => country))].filter((each) => inRegion(each, recipient));
  const groups = dataSets.flatMap(({ id: dataSet }) =>
    countries.map((country) => {
      const listed = PEOPLE.filter((person) => person.country === country);
      const told = listed.filter(({ address }) => isTold(address)).length;
      const cameBack = listed.filter(({ address }) => back.has(address)).length;
      return { dataSet, country, listed: listed.length, told, ...(cameBack > 0 && { cameBack }) };
    }),
  );
  return { of: 'people', groups };
}

/** The directory: which addresses an audience is. */
function addressesOf({ recipient, workspaces }: Audience): string[] {
  switch (recipient.to) {
    case 'workspace-owners':
      return WORKSPACES.filter((w) => workspaces === 'all' || workspaces.includes(w.id)).map(
        (w) => `${w.id}@owner.example`,
      );
    case 'status-subscribers':
      return SUBSCRIBERS;
    case 'individuals':
      return PEOPLE.filter((p) => inRegion(p.country, recipient)).map((p) => p.address);
    default:
      return [];
  }
}
