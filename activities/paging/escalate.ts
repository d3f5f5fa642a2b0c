/** The activities of an escalation: pages, and what paging services are told of acknowledgement and end. */
import { ApplicationFailure } from '@temporalio/common';
import type { AlarmSignal, EscalationPlan } from '../../domain/escalation/escalation';
import type { Log } from '../../platform/log';
import type { RotaSource } from '../../policy/rota-file';
import type { ArtefactStore } from '../storage/artefacts';
import type {
  AlarmInput,
  EscalatedCase,
  PageInput,
  PageResult,
  TellAcknowledgedInput,
  TellResolvedInput,
} from '../types';
import type { CasesPort } from './cases';
import type { Contacts } from './contacts';
import { digestOf } from './digest';
import type { EscalationPort } from './escalation-port';
import { levelsOf, responderAt } from './responders';
import type { LinkMaker } from './staff-links';

/** How alarms reach people, beside the one mail that each of them is. */
export interface EscalationDeps {
  /** In the order in which they are reported. Live cases only: an exercise has no escalation. */
  ports: EscalationPort[];
  rota: RotaSource;
  /** How alarms of a severity are repeated. */
  repeat: (severity: string) => { every: string; tries: number };
  cases: CasesPort;
  /** Makes the links in mails; without it they have none. */
  linkMaker?: LinkMaker | undefined;
}

interface Deps extends EscalationDeps {
  contacts: Contacts;
  artefacts: ArtefactStore;
  log: Log;
}

/** Hands an alarm over to the escalation of its case. */
export async function escalate(deps: EscalationDeps, input: AlarmInput): Promise<void> {
  const { incidentId, exercise: _, to, severity, incidentTitle, ...alarm } = input;
  const mailsFirst = portsOf(deps, 1).length === 0;
  const levels = levelsOf(await deps.rota());
  const plan: EscalationPlan = { ...deps.repeat(severity), levels, ...(mailsFirst && { mailsFirst }) };
  const signal: AlarmSignal = { alarm, owner: to, severity, title: incidentTitle, plan };
  await deps.cases.escalate(incidentId, signal);
}

/** Each alarm is a mail of its own, so the first page of a climb is none. */
function portsOf({ ports }: Pick<EscalationDeps, 'ports'>, attempt: number): EscalationPort[] {
  return ports.filter(({ name }) => attempt > 1 || name !== 'email');
}

/** Where the first mail of an alarm goes: to the person of level 1. */
export async function firstAddress(
  deps: Pick<EscalationDeps, 'rota'> & { contacts: Contacts },
  { to, at }: Pick<AlarmInput, 'to' | 'at'>,
): Promise<string> {
  return responderAt({ rota: await deps.rota(), contacts: deps.contacts }, 1, to, at).email;
}

/**
 * Pages the person of a level about the alarms that are still open: the case's own state is read first, so that nobody is
 * paged about something done. A case that does not answer is paged about: a page too many is better than none. The first
 * page of a climb goes through all ports but mail, as each alarm is a mail of its own.
 * Throws when a port did not take the page and might yet; what other ports took is not repeated.
 */
export async function pageOnCall(deps: Deps, input: PageInput): Promise<PageResult> {
  const { caseId, climb, attempt, level, owner, at } = input;
  const ports = portsOf(deps, attempt);
  // Nobody is paged that could be paged too often; how the case stands is read before the next one.
  const standing = ports.length > 0 ? await deps.cases.standing(caseId, input.alarms) : undefined;
  const gone = new Set([...(standing?.acknowledged ?? []), ...(standing?.settled ?? [])]);
  const alarms = input.alarms.filter(({ seq }) => !gone.has(seq));
  if (standing?.isClosed || alarms.length === 0) return { standing };
  const person = responderAt({ rota: await deps.rota(), contacts: deps.contacts }, level, owner, at);
  const key = `page/${caseId}/${nameOf(climb)}/${attempt}`;
  const digest = digestOf({ ...input, handle: person.handle, alarms });
  const page = { ...input, key, person, alarms, digest };
  const { through, refused } = await throughAll(deps, ports, page, key, (port) => port.page(page));
  return { standing, paged: { who: person.handle, through, refused } };
}

/** Tells the paging services that a person acknowledged alarms. */
export async function tellAcknowledged(deps: Deps, input: TellAcknowledgedInput): Promise<void> {
  const { caseId, climb, alarms, via } = input;
  // What was told before it was known where somebody did it is told once more with that.
  const key = `acknowledged/${caseId}/${nameOf(climb)}/${alarms.join('-')}${via ? ` in ${via}` : ''}`;
  await throughAll(deps, deps.ports, input, key, (port) => port.acknowledged({ ...input, key }));
}

/** Tells the paging services that nothing is left to page about. */
export async function tellResolved(deps: Deps, input: TellResolvedInput): Promise<void> {
  const key = `resolved/${input.caseId}/${nameOf(input.climb)}`;
  await throughAll(deps, deps.ports, input, key, (port) => port.resolved({ ...input, key }));
}

/** Unique within a case: another run of it may have given the number of the climb's first alarm to another one. */
function nameOf({ seq, since }: EscalatedCase['climb']): string {
  return since ? `${seq} of ${since}` : String(seq);
}

/** Each port once for the key, whatever becomes of the others. Throws the first failure that repeating may mend. */
async function throughAll(
  { artefacts, log }: Deps,
  ports: EscalationPort[],
  { caseId }: EscalatedCase,
  key: string,
  call: (port: EscalationPort) => Promise<void>,
): Promise<{ through: string[]; refused: string[] }> {
  const outcomes = await Promise.allSettled(
    ports.map(async (port) => {
      const mark = `${key}/${port.name}`;
      if (await artefacts.isMarked(mark)) return;
      await call(port);
      await artefacts.mark(mark);
    }),
  );
  const through: string[] = [];
  const refused: string[] = [];
  let passing: unknown;
  outcomes.forEach((outcome, index) => {
    const { name } = ports[index]!;
    if (outcome.status === 'fulfilled') through.push(name);
    else if (outcome.reason instanceof ApplicationFailure && outcome.reason.nonRetryable) {
      refused.push(name);
      log.error({ caseId, port: name, problem: outcome.reason.message }, 'a paging service refused the page');
    } else passing ??= outcome.reason;
  });
  if (passing) throw passing;
  return { through, refused };
}
