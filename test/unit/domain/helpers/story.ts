/** Plays the workflow around the pure core: keeps the state, moves the time from wake to wake, answers effects. */

import { record } from '../../../../domain/case/advance';
import type { NewOf } from '../../../../domain/case/lifecycle';
import { nextWakeOf } from '../../../../domain/case/rings-again';
import { type Audience, groupName } from '../../../../domain/incident/audience';
import type { Counted } from '../../../../domain/incident/counted';
import {
  type EventKind,
  type EventOf,
  type IncidentEvent,
  type NewEvent,
  obligationOfEvent,
} from '../../../../domain/incident/events';
import { fold, INCIDENT_FOLDS } from '../../../../domain/incident/evolve';
import { DeclarationSchema } from '../../../../domain/incident/incident';
import { incidentLifecycle } from '../../../../domain/incident/lifecycle';
import { MESSAGE_SCHEMAS, type MessageName } from '../../../../domain/incident/messages';
import type { IncidentState, Obligation } from '../../../../domain/incident/state';
import { audienceFor } from '../../../../domain/incident/told-wrongly';
import { type IncidentWork, wantedWork } from '../../../../domain/incident/work';
import { type Instant, toMs } from '../../../../domain/kernel/time';
import type { Policy } from '../../../../domain/policy/policy';
import { thresholdName } from '../../../setup/threshold-name';
import { type Command, decide, declare, parseMessage, type Report } from './commands';
import { at, COUNSEL, type DeclarationInput, declaration, ONCALL } from './facts';
import { TRUST_CENTER } from './pack';

export interface World {
  /** Kinds of effects that nobody answers: the drafting is down, the mail is down… */
  silent: Array<IncidentWork['kind']>;
  /** Outcome of every containment step. */
  containment: 'verified' | 'applied' | 'failed' | 'refused';
  /** What came of it for those who work on it only. */
  internally?: string;
  /** Workspaces without a usable address, and how many of a group have none. */
  unreached: Record<string, number>;
  /** Workspaces whose mail came back, and how many of a group. */
  back: Record<string, number>;
  /** How many of a group the directory lists; as many as are assessed where it is not given. */
  listed: Record<string, number>;
}

/** Why a person of the stories confirms that something is not owed. */
export const NOT_OWED_REASON = 'the access log of that night shows no request for these tables';

const WAKES_AT_MOST = 5_000;

export class Story {
  state: IncidentState;
  events: IncidentEvent[];
  now: Instant;
  readonly world: World;

  constructor(
    over: Partial<DeclarationInput> = {},
    public readonly pack: Policy = TRUST_CENTER,
    world: Partial<World> = {},
  ) {
    this.world = { silent: [], containment: 'verified', unreached: {}, back: {}, listed: {}, ...world };
    const parsed = DeclarationSchema.parse(declaration(over));
    this.now = parsed.declaredAt;
    const policy = { sha256: 'a'.repeat(64), pack };
    const decision = declare({ declaration: parsed, policy, exercise: false, now: this.now });
    this.state = decision.state;
    this.events = [...decision.events];
    this.answerEffects();
  }

  /** Sends a message as it would come over the wire, and answers what follows. Gives the events of the message itself. */
  send(name: MessageName, body: Record<string, unknown> = {}): IncidentEvent[] {
    const parsed = parseMessage(name, { by: ONCALL, ...body });
    const command: Command = parsed.ok
      ? { command: 'message', message: parsed.message }
      : {
          command: 'report',
          report: {
            kind: 'rejected',
            data: { message: name, problems: parsed.problems },
            by: parsed.by,
            commandId: parsed.commandId,
          },
        };
    const events = this.apply(command);
    this.answerEffects();
    return events;
  }

  /** A person confirms everything that is proposed as not owed. */
  confirmNotOwed(): this {
    const open = Object.values(this.state.obligations).filter(({ status }) => status === 'proposed-not-owed');
    for (const { id } of open) this.send('not-owed', { obligation: id, reason: NOT_OWED_REASON, by: COUNSEL });
    return this;
  }

  /** What an activity reports. */
  report(report: Report): IncidentEvent[] {
    const events = this.apply({ command: 'report', report });
    this.answerEffects();
    return events;
  }

  /** Records what the shell decides beside messages and what activities report. */
  record(news: NewEvent[]): IncidentEvent[] {
    const { state, events } = record(INCIDENT_FOLDS, this.state, news as NewOf<IncidentEvent>[], this.now);
    this.state = state;
    this.events.push(...events);
    return events;
  }

  /** Lets time pass up to `hours` after the detection, waking at each instant that something waits for. */
  to(hours: number): this {
    const until = at(hours);
    for (let wakes = 0; ; wakes++) {
      if (wakes > WAKES_AT_MOST)
        throw new Error(`more than ${WAKES_AT_MOST} wakes before ${until}: alarms without end?`);
      const wake = nextWakeOf(incidentLifecycle(this.pack), this.state, this.now);
      if (!wake || toMs(wake.at) > toMs(until)) break;
      if (toMs(wake.at) <= toMs(this.now))
        throw new Error(`asked to wake at ${wake.at}, which is not after ${this.now}`);
      this.tickAt(wake.at);
    }
    if (toMs(until) > toMs(this.now)) this.tickAt(until);
    return this;
  }

  /** The effects that answer again from now on. */
  restore(...effects: Array<IncidentWork['kind']>): this {
    this.world.silent = this.world.silent.filter((effect) => !effects.includes(effect));
    this.answerEffects();
    return this;
  }

  obligation(id: string): Obligation {
    const found = this.state.obligations[id];
    if (!found) throw new Error(`no obligation "${id}"; there are ${Object.keys(this.state.obligations).join(', ')}`);
    return found;
  }

  /** Events of a kind, of one obligation when it is named. */
  all<K extends EventKind>(kind: K, obligation?: string): EventOf<K>[] {
    return this.events.filter(
      (e): e is EventOf<K> => e.kind === kind && (!obligation || obligationOfEvent(e) === obligation),
    );
  }

  last<K extends EventKind>(kind: K, obligation?: string): EventOf<K> {
    const found = this.all(kind, obligation).at(-1);
    if (!found) throw new Error(`no event "${kind}" ${obligation ? `of ${obligation}` : ''}`);
    return found;
  }

  /** Thresholds at which an obligation rang, in order. */
  alarms(obligation: string): string[] {
    return this.all('alarm-raised', obligation).map((e) => thresholdName(e.data.threshold));
  }

  /** Why the last message was rejected. */
  problems(): string[] {
    const last = this.events.filter((e) => e.kind === 'rejected').at(-1);
    return last?.data.problems ?? [];
  }

  apply(command: Command): IncidentEvent[] {
    const { state, events } = decide(this.state, command, this.pack, this.now);
    this.state = state;
    this.events.push(...events);
    return events;
  }

  /** The state as the register would give it: the fold of all events. */
  folded(): IncidentState | undefined {
    return fold(this.events);
  }

  tickAt(instant: Instant): void {
    this.now = instant;
    this.apply({ command: 'tick' });
    this.answerEffects();
  }

  answerEffects(): void {
    for (let rounds = 0; rounds < 200; rounds++) {
      const effect = wantedWork(this.state, this.pack).find((e) => !this.world.silent.includes(e.kind));
      if (!effect) return;
      this.apply({ command: 'report', report: this.answer(effect) });
    }
    throw new Error('an effect is asked for again and again, although it was answered');
  }

  /** What the directory and the mail make of an audience. */
  counted(audience: Audience, o: Pick<Obligation, 'covers'>): Counted {
    return countedIn(this.world, audience, o);
  }

  answer(effect: IncidentWork): Report {
    switch (effect.kind) {
      case 'draft': {
        const { obligation: o, rule, fingerprint, missing, measures, edits } = effect;
        const template = rule.template!;
        const edited = edits.some(({ language }) => language === 'en') && { edited: {} };
        const renderings = [
          { language: 'en', sha256: fingerprint.repeat(4), template, templateSha256: 'b'.repeat(64), ...edited },
        ];
        const data = { obligation: o.id, round: o.round, fingerprint, missing, renderings };
        return { kind: 'drafted', data: { ...data, ...(measures && { measures }) } };
      }
      case 'dispatch': {
        const { obligation: o, rule } = effect;
        const audience = audienceFor(o, rule, this.state, this.pack);
        const counted = audience && this.counted(audience, o);
        const sent = counted ? toldIn(counted) : undefined;
        const evidence = { channel: rule.channel, recipients: sent, sent, failed: 0, renderings: o.draft?.renderings };
        return { kind: 'delivered', obligation: o.id, round: o.round, evidence, counted };
      }
      case 'contain': {
        const outcome = effect.undo ? ('undone' as const) : this.world.containment;
        const { internally: internal } = this.world;
        const data = { id: effect.id, outcome, detail: 'as tested', ...(internal && { internal }) };
        return { kind: 'containment-step', data };
      }
      case 'recount': {
        const { obligation: o, rule, asOf } = effect;
        const counted = this.counted(audienceFor(o, rule, this.state, this.pack)!, o);
        return { kind: 'recounted', obligation: o.id, asOf, counted };
      }
      case 'verify-register':
        return { kind: 'register-verified', data: { entries: this.state.seq, head: 'c'.repeat(64) } };
      case 'open-filing':
      case 'settle-batch':
      case 'stop-delivery':
      case 'tell-in-app':
        throw new Error('an event causes it, not the state');
    }
  }
}

/** A count of an audience: everybody is told, but for whom the world does not reach. */
export function countedIn(
  { unreached, back = {}, listed }: Pick<World, 'unreached' | 'listed'> & Partial<Pick<World, 'back'>>,
  audience: Audience,
  o: Pick<Obligation, 'covers'>,
): Counted {
  if (audience.of === 'people') {
    const groups = audience.groups.map(({ count, ...group }) => {
      const found = listed[groupName(group)] ?? (group.dataSet === undefined ? 3 : (count ?? 0));
      const cameBack = back[groupName(group)] ?? 0;
      const told = Math.max(0, found - (unreached[groupName(group)] ?? 0) - cameBack);
      return { ...group, listed: found, told, ...(cameBack > 0 && { cameBack }) };
    });
    return { of: 'people', groups };
  }
  const asked = o.covers?.workspaces ?? audience.ids;
  const ids = asked === 'all' ? ['ws-1', 'ws-2', 'ws-3'] : asked;
  const told = ids.filter((id) => !unreached[id] && !back[id]);
  const whyNot = (id: string) => (unreached[id] ? ('no-address' as const) : ('came-back' as const));
  const untold = ids
    .filter((id) => unreached[id] || back[id])
    .map((workspace) => ({ workspace, why: whyNot(workspace) }));
  return {
    of: 'workspaces',
    reached: told,
    unreached: untold,
    numbers: { told: told.length, untold: untold.length },
  };
}

function toldIn(counted: Counted): number {
  if (counted.of === 'workspaces') return counted.numbers.told;
  return counted.groups.reduce((sum, { told }) => sum + told, 0);
}

/** The names of all messages, for tests that go through them. */
export const NAMES = Object.keys(MESSAGE_SCHEMAS) as MessageName[];
