/**
 * What a case takes once it was decided. A dismissal stays. Detections may belong to several incidents: the one that was
 * declared from them, and any number that they were merged into, each of which they may leave again.
 */
import { ask, tocsin } from '../kernel/command-lines';
import { human } from '../kernel/time';
import { belongsTo } from './belongs';
import type { TriageMessage, TriageMessageName } from './messages';
import type { TriageDecision, TriageState } from './state';

/** Why a message changes nothing, or is refused. */
export type Settled = { note: string } | { problem: string };

/** The decisions that a person may make now, for whoever offers them. */
export function decisionsOf(state: TriageState): TriageMessageName[] {
  if (!state.decision) return ['declare', 'dismiss', 'merge'];
  if (mayDeclareInstead(state)) return ['declare'];
  if (isUnderWay(state) || state.decision.decision === 'dismissed') return [];
  const all = belongsTo(state);
  return [
    ...(all.some(isOwn) ? [] : (['declare'] as const)),
    'merge',
    ...(all.every(isOwn) ? [] : (['unmerge'] as const)),
  ];
}

/** What stands in the way of a decision; `undefined` where nothing does. */
export function settledBy(state: TriageState, name: string, message: object): Settled | undefined {
  if (!state.decision) return undefined;
  const all = decisionsIn(state);
  const said = all.map(words).join('; ');
  const { into } = message as Partial<TriageMessage<'merge'>>;
  const isSame = ({ decision, incidentId }: TriageDecision) =>
    name === 'merge' ? incidentId === into : decision === DECIDES[name];
  if (all.some(isSame)) return { note: said };
  if (name === 'declare' && mayDeclareInstead(state)) return undefined;
  if (isUnderWay(state)) return { problem: underWay(state, said) };
  if (name !== 'dismiss' && state.decision.decision !== 'dismissed') return undefined;
  const { caseId: id } = state;
  const undo =
    all.some(isOwn) || all[0]?.decision === 'dismissed'
      ? ''
      : `; undo that first: ${all.map(({ incidentId: incident }) => `\`${tocsin('triage unmerge', { id, incident, reason: ask('reason') })}\``).join(', ')}`;
  return { problem: `case: ${said}; a decided case stays decided${undo}` };
}

/** The incident that an `unmerge` means, or why there is none. */
export function leftBy(
  state: TriageState,
  { from }: Pick<TriageMessage<'unmerge'>, 'from'>,
): { from: string } | Settled {
  const all = belongsTo(state);
  const { leaving } = state;
  if (leaving && (from === undefined || from === leaving.from)) return { note: leavingWords(leaving) };
  if (isUnderWay(state)) return { problem: underWay(state, all.map(words).join('; ')) };
  if (all.length === 0) {
    const how = state.decision ? words(state.decision) : 'it waits for a decision';
    return { problem: `case: ${how}: it is in no incident` };
  }
  const merged = all.filter((each) => !isOwn(each));
  if (from === undefined && merged.length > 1)
    return {
      problem: `from: it was merged into several incidents: name one of ${merged.map(({ incidentId }) => incidentId).join(', ')}`,
    };
  const meant = from ?? merged[0]?.incidentId ?? all[0]!.incidentId;
  const found = all.find(({ incidentId }) => incidentId === meant);
  if (!found)
    return { problem: `from: it is not in ${meant}, but in ${all.map(({ incidentId }) => incidentId).join(', ')}` };
  if (isOwn(found))
    return {
      problem: `from: ${meant} was declared from it by ${found.by}, and rests on it: what was declared is not undone, but closed: \`${tocsin('close', { id: meant })}\``,
    };
  return { from: meant };
}

const DECIDES: Record<string, TriageDecision['decision']> = { declare: 'declared', dismiss: 'dismissed' };

function decisionsIn(state: TriageState): TriageDecision[] {
  return state.decision ? [state.decision, ...(state.further ?? [])] : [];
}

function isUnderWay({ status }: TriageState): boolean {
  return status === 'declaring' || status === 'merging' || status === 'unmerging';
}

/** An incident that does not answer to the first merge must not keep a person from declaring one. */
function mayDeclareInstead(state: TriageState): boolean {
  return state.status === 'merging' && decisionsIn(state).length === 1;
}

function underWay({ leaving, ...state }: TriageState, said: string): string {
  const meanwhile = mayDeclareInstead(state) ? ', or declare an incident meanwhile' : '';
  return `case: ${leaving ? leavingWords(leaving) : said}; that is under way: send it again in a moment${meanwhile}`;
}

function leavingWords({ from, by, at }: NonNullable<TriageState['leaving']>): string {
  return `it is being taken out of ${from}, as ${by} decided at ${human(at)}`;
}

/** The incident that was declared from the case: it is one and stays. */
function isOwn({ decision }: TriageDecision): boolean {
  return decision === 'declared';
}

function words({ decision, incidentId, by, at }: TriageDecision): string {
  return `it was ${decision}${incidentId ? ` (${incidentId})` : ''} by ${by} at ${human(at)}`;
}
