/**
 * What must hold of an incident after whatever happened, looked at from outside: the mailbox, the recorder, the status page,
 * the ledger, the register and the history. The workflow's own word is only compared with them.
 */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { PostgresLedger } from '../../../activities/delivery/ledger/postgres-ledger';
import { alarmMail } from '../../../activities/paging/alarm-text';
import type { EventOf, IncidentEvent } from '../../../domain/incident/events';
import { fold } from '../../../domain/incident/evolve';
import { measureId } from '../../../domain/incident/incident';
import type { IncidentState } from '../../../domain/incident/state';
import { readIncidentEvents } from '../../../register/read-incident';
import { differences } from '../../../register/state-difference';
import { verifyRegister } from '../../../register/verify';
import { STEP_LIMIT } from '../../../worker/cache-size';
import type { Forgotten } from '../forgotten';
import { workflowBundle } from '../helpers';
import { of, type RealWorld } from '../real-world';
import { Tally } from './tally';
import { earlyOrSilent } from './times';

export interface Examined {
  /** Who must be told, by obligation; an address for each. */
  audience: Record<string, string[]>;
  /** It is still open: nothing of it may be under way. */
  open?: boolean;
  /** Another run of it raised alarms that the register does not have. */
  forked?: boolean;
  /** Rows of the ledger are gone with an older backup: the mailbox and the register tell who was told. */
  ledgerLost?: boolean;
  /** What Postgres lost that it had answered: of mails that went out then, and of no others, the ledger may have no rows. */
  forgotten?: readonly Forgotten[] | undefined;
  /** Temporal's clock skipped, and no other did: instants of the two are not compared. */
  skipped?: boolean;
}

/** Counts lost, doubled, early and silent of one incident. */
export async function examine(
  world: RealWorld,
  id: string,
  { audience, open, forked, skipped, ...ledger }: Examined,
): Promise<Tally> {
  const tally = new Tally();
  const events = await readIncidentEvents(world.pool, id);
  tally.whole(events.length > 0, () => `${id}: the register has no entry of it`);
  if (events.length === 0) return tally;
  const { state, registerBacklog, inFlight } = await world.view(id);
  const standing = { closed: state.closedAt !== undefined, registerBacklog, inFlight };
  const isAtRest = standing.closed === !open && registerBacklog === 0 && inFlight.length === 0;
  tally.whole(isAtRest, () => `${id} has not come to its end: ${JSON.stringify(standing)}`);
  await wholeRegister(tally, world, id, events, state);
  tellsStaff(tally, world, id, events, forked);
  await tellsAudience(tally, world, id, events, audience, ledger);
  contains(tally, world, id, events);
  publishes(tally, world, id, events);
  earlyOrSilent(tally, world, id, events, skipped);
  const history = await world.temporal.workflow.getHandle(id).fetchHistory();
  const unlike = await Worker.runReplayHistory({ workflowBundle: workflowBundle(), ...STEP_LIMIT }, history, id).catch(
    (e) => e,
  );
  tally.whole(unlike === undefined, () => `${id}: its history cannot be replayed: ${(unlike as Error).message}`);
  return tally;
}

async function wholeRegister(
  tally: Tally,
  world: RealWorld,
  id: string,
  events: IncidentEvent[],
  state: IncidentState,
): Promise<void> {
  const numbers = Array.from({ length: state.seq }, (_, i) => String(i + 1));
  tally.once(
    `${id}: entries of the register`,
    numbers,
    events.map(({ seq }) => String(seq)),
  );
  const verified = await verifyRegister(world.pool, { incidentId: id });
  tally.whole(verified.ok && verified.entries === state.seq, () => `${id}: the register: ${JSON.stringify(verified)}`);
  const unlike = differences(fold(events), state);
  tally.whole(
    unlike.length === 0,
    () => `${id}: its state is not the fold of the register: ${JSON.stringify(unlike).slice(0, 2_000)}`,
  );
}

/** Alarms, filing tasks. What another run told beside them is none of the register's, but no alarm is silent for it. */
function tellsStaff(tally: Tally, world: RealWorld, id: string, events: IncidentEvent[], forked = false): void {
  const scope = events[0]!.exercise ? 'exercise/' : '';
  const mails = world.mails(id).filter(({ request }) => !/^(batch|one|page)\//.test(request!.key));
  const filings = of(events, 'filing-opened').map(
    ({ data }) => `${scope}filing/${id}/${data.obligation}/${data.round}`,
  );
  const texts = new Set(mails.map(({ text }) => text));
  const alarms = of(events, 'alarm-raised').map((event) => ({
    key: `${scope}alarm/${id}/${event.seq}`,
    text: alarmMail(alarmInput(event, events[0] as EventOf<'declared'>)).text,
  }));
  for (const { key, text } of alarms) tally.check('silent', texts.has(text), () => `${key} reached nobody`);
  const keys = mails.map(({ request }) => request!.key);
  const wanted = forked ? filings : [...alarms.map(({ key }) => key), ...filings];
  tally.once(
    `${id}: mails to staff`,
    wanted,
    keys.filter((key) => !forked || !/^alarm\//.test(key)),
  );
}

/** What the activity that mails an alarm is given, as long as nobody corrects what was declared. */
function alarmInput(
  { data, seq, at }: EventOf<'alarm-raised'>,
  { data: { declaration }, exercise }: EventOf<'declared'>,
) {
  const { id: incidentId, severity, title: incidentTitle, owner: to } = declaration;
  return { ...data, incidentId, exercise, seq, at, to, severity, incidentTitle };
}

async function tellsAudience(
  tally: Tally,
  world: RealWorld,
  id: string,
  events: IncidentEvent[],
  audiences: Examined['audience'],
  { ledgerLost, forgotten = [] }: Pick<Examined, 'ledgerLost' | 'forgotten'>,
): Promise<void> {
  const told = [...of(events, 'obligation-fulfilled'), ...of(events, 'obligation-supplemented')];
  for (const [obligation, audience] of Object.entries(audiences)) {
    const rounds = told.filter(({ data }) => data.obligation === obligation);
    const mails = world.notices(id, obligation);
    tally.once(
      `${id}: ${obligation}`,
      rounds.flatMap(() => audience),
      mails.flatMap(({ to }) => to),
    );
    for (const { data } of rounds) {
      const { sent, failed } = data.evidence;
      const isRight = sent === audience.length && failed === 0;
      tally.whole(isRight, () => `${id}: ${obligation}: its evidence says ${sent} sent, ${failed} failed`);
      if (ledgerLost) continue;
      const ledgerKey = data.round === 1 ? obligation : `${obligation}#${data.round}`;
      const counts = await new PostgresLedger(world.pool).summary({ incidentId: id, obligationId: ledgerKey });
      const { total, sent: settled, sending, unknown } = counts;
      const isSettled = total === audience.length && settled === total && sending === 0 && unknown === 0;
      // Rows that are there say by when they were settled; where none is, nobody was to be told before.
      const { firstSentAt, lastSentAt } = data.evidence;
      const isForgotten = within(forgotten, total === 0 ? firstSentAt : lastSentAt);
      const said = `the ledger says ${JSON.stringify(counts)}, of mails from ${firstSentAt} to ${lastSentAt}`;
      tally.whole(isSettled || isForgotten, () => `${id}: ${obligation}: ${said}`);
    }
  }
}

function within(spans: readonly Forgotten[], at: string | undefined): boolean {
  return at !== undefined && spans.some(({ fromMs, toMs }) => Date.parse(at) >= fromMs && Date.parse(at) <= toMs);
}

function contains(tally: Tally, world: RealWorld, id: string, events: IncidentEvent[]): void {
  const asked = of(events, 'containment-requested').map(({ data }) => data.measure);
  const undone = of(events, 'containment-undo-requested').map(({ data }) => data.id);
  const rules = world.recorder.rules().filter(({ rule }) => rule.notes === `tocsin ${id}`);
  tally.once(
    `${id}: rules`,
    asked.flatMap((m) => (m.action === 'block-source' && !undone.includes(measureId(m)) ? [m.source] : [])),
    rules.map(({ rule }) => rule.configuration.value),
  );
  const bodies = new Map<string, string>();
  for (const { body, webhook } of world.recorder.requests({ path: '/hooks/' })) {
    const message = body as { type: string; incident?: string; ref?: string; system?: string };
    // The receiver dedupes by its id, as Standard Webhooks has it.
    if (message.incident === id) bodies.set(webhook!.id!, `${message.type} ${message.ref ?? message.system}`);
  }
  const wanted = asked.flatMap((m) => {
    if (m.action === 'isolate-system')
      return [`system.isolate ${m.system}`, ...(undone.includes(measureId(m)) ? [`system.release ${m.system}`] : [])];
    const isHook = m.action === 'rotate-credential' && m.credential.provider === 'webhook';
    return isHook ? [`credential.rotate ${m.credential.ref}`] : [];
  });
  tally.once(`${id}: webhooks`, wanted, [...bodies.values()]);
  const steps = of(events, 'containment-step').map(({ data }) => `${data.id} ${data.outcome}`);
  tally.once(`${id}: recorded steps`, [...new Set(steps)], steps);
  for (const step of steps) tally.whole(!/ (failed|refused)$/.test(step), () => `${id}: ${step}`);
}

function publishes(tally: Tally, world: RealWorld, id: string, events: IncidentEvent[]): void {
  const rounds = [...of(events, 'obligation-fulfilled'), ...of(events, 'obligation-supplemented')].flatMap(
    ({ data }) => (data.evidence.channel === 'status-page' ? [`${id}/${data.obligation}/${data.round}`] : []),
  );
  if (rounds.length === 0) return;
  const file = path.join(world.standIns().site.dir, 'status', 'status.json');
  const page: { incidents: Array<{ id: string; incident_updates: Array<{ id: string }> }> } = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { incidents: [] };
  const shown = page.incidents.filter((incident) => incident.id === id);
  tally.once(
    `${id}: on the status page`,
    [id],
    shown.map((each) => each.id),
  );
  const updates = shown.flatMap(({ incident_updates }) => incident_updates.map((update) => update.id));
  tally.once(`${id}: status updates`, rounds, updates);
}
