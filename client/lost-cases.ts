/** Cases that the register has as open and Temporal has not, as after the loss of its database, or past its retention. */
import type { CaseState } from '../domain/case/lifecycle';
import { overdueCount } from '../domain/incident/clocks';
import { INCIDENT_WORKFLOW } from '../domain/incident/contract';
import type { IncidentState } from '../domain/incident/state';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { registeredCase, stateOfAny } from '../domain/watch/registered-case';
import { KINDS, type KindName } from './kinds';
import { byDeadline, type ListedCase, type ListedUpTo } from './listed-case';
import type { Standing, Stopped } from './stopped';

/** The register, as far as it knows of cases. */
export interface RegisteredCases {
  /** The cases of a workflow's type that may be open. Rejects while the register does not answer. */
  mayBeOpen(workflow: string): Promise<string[]>;
  /** The entries of a case of any kind; none where it has none. Rejects where they cannot be read. */
  eventsOf(caseId: string): Promise<RecordedEvent[]>;
}

/** Open cases that do not run. `unread`: the register did not answer, or not about each, so that there may be more. */
interface Lost {
  cases: ListedCase[];
  unread: boolean;
}

type Stands = { stands(id: string): Promise<Standing | undefined> };

const AT_ONCE = 10;

/** The open cases of a kind that the register has and that do not run among `known`, as rows of a list, each as Temporal has it. */
async function lostCases(
  register: RegisteredCases,
  client: Stands,
  kind: KindName,
  known: readonly ListedCase[],
): Promise<Lost> {
  const run = new Set(known.flatMap(({ id, open, stopped }) => (open && !stopped ? [id] : [])));
  const ids = await register.mayBeOpen(KINDS[kind].workflow).catch(() => undefined);
  const asked = ids?.filter((id) => !run.has(id)) ?? [];
  const lost: Lost = { cases: [], unread: !ids };
  for (let n = 0; n < asked.length; n += AT_ONCE) {
    const rows = await Promise.all(
      // One that cannot be read, or is not answered about, hides no other.
      asked.slice(n, n + AT_ONCE).map((id) => rowOf(register, client, id).catch(() => 'unread' as const)),
    );
    lost.cases.push(...rows.flatMap((row) => (typeof row === 'object' ? [row] : [])));
    lost.unread ||= rows.includes('unread');
  }
  return lost;
}

/** What Temporal lists, and the open cases that it has lost; `registered`: without it, the former alone. */
export async function withLost(
  known: ListedUpTo,
  client: Stands,
  kind: KindName,
  registered: RegisteredCases | undefined,
): Promise<ListedUpTo> {
  if (!registered) return known;
  const lost = await lostCases(registered, client, kind, known.cases);
  return { cases: together(known.cases, lost.cases), cut: known.cut, ...(lost.unread && { unread: true }) };
}

/** Both lists as one, the next deadline first. Of a case that does not run the register knows more than Temporal. */
function together(known: readonly ListedCase[], lost: readonly ListedCase[]): ListedCase[] {
  if (lost.length === 0) return [...known];
  const ids = new Set(lost.map(({ id }) => id));
  return [...known.filter(({ id }) => !ids.has(id)), ...lost].sort(byDeadline);
}

async function rowOf(
  register: RegisteredCases,
  client: Stands,
  id: string,
): Promise<ListedCase | 'unread' | undefined> {
  // Asked first: one that closes meanwhile has all its entries by then.
  const stands = await client.stands(id);
  const events = await register.eventsOf(id);
  const found = registeredCase(events);
  if (!found) return 'unread';
  if (!found.open || found.exercise) return undefined;
  const { title, severity, status, owner, nextDueAt } = found;
  const state: CaseState | undefined = found.workflow === INCIDENT_WORKFLOW ? stateOfAny(events) : undefined;
  const incident = state as IncidentState | undefined;
  return {
    id,
    title,
    open: true,
    ...(stands !== 'running' && { stopped: stoppedAs(stands) }),
    startedAt: incident?.declaration.declaredAt ?? events[0]!.at,
    severity,
    status,
    owner,
    nextDeadline: nextDueAt,
    overdue: incident ? overdueCount(incident, new Date().toISOString()) : 0,
    personalData: incident?.assessment?.facts.personalData,
    exercise: false,
  };
}

function stoppedAs(stands: Standing | undefined): Stopped {
  if (typeof stands === 'object') return stands;
  return { how: stands === 'closed' ? 'ended' : 'missing' };
}
