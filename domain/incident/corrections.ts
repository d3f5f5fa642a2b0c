/** The facts of the declaration that people may correct afterwards; each correction is an event, and duties follow. */
import { aheadProblem } from '../kernel/ahead';
import { tocsin } from '../kernel/command-lines';
import { earliestOf, inexactOf } from '../kernel/inexact-instant';
import { HOUR_MS, human, type Instant, notAfter, toMs } from '../kernel/time';
import { type Policy, ruleOf } from '../policy/policy';
import { type Answer, whenNotAfter } from './answer';
import { armedClock } from './clocks';
import { type Corrected, type Correction, correctable } from './corrected-facts';
import type { NewEvent } from './events';
import { partOf } from './part-clock';
import type { IncidentState, Obligation } from './state';

/** A detection that moves further back than this may be a slip of the pen: a wrong day, month or year. */
const FAR_MS = 24 * HOUR_MS;

/** The events of a correction, one a fact. */
export function onCorrect(
  state: IncidentState,
  { reason, ...message }: Correction & { reason: string },
  pack: Policy,
  now: Instant,
  answer: Answer,
): NewEvent[] {
  const { declaration } = state;
  const { severity, title, owner, serviceAffecting, systems } = message;
  const given = Object.keys(correctable).some((field) => message[field as keyof Correction] !== undefined);
  if (!given)
    return answer.rejected(
      `correct: say what to correct; see \`${tocsin('correct', { id: state.caseId, help: true })}\``,
    );
  const problems: string[] = [];
  const serviceAffectedFrom = message.serviceAffectedFrom && notAfter(message.serviceAffectedFrom, now);
  if (message.serviceAffectedFrom && !serviceAffectedFrom)
    problems.push(`serviceAffectedFrom: ${aheadProblem(message.serviceAffectedFrom, now)}`);
  // Nothing was detected after it was declared.
  const detected = message.detectedAt && whenNotAfter(message.detectedAt, now, declaration.declaredAt);
  if (message.detectedAt && !detected) problems.push(`detectedAt: ${aheadProblem(message.detectedAt, now)}`);
  const detectedAt = detected && earliestOf(detected);
  const detectedAs = inexactOf(detected);
  if (detectedAt && toMs(detectedAt) > toMs(declaration.declaredAt))
    problems.push(`detectedAt: must not be after the declaration at ${human(declaration.declaredAt)}`);
  const isolated = declaration.isolate.filter((system) => systems && !systems.includes(system));
  if (isolated.length > 0) problems.push(`systems: must name ${isolated.join(', ')}, which the declaration isolates`);
  const affects = serviceAffecting ?? declaration.serviceAffecting;
  if (serviceAffecting && !declaration.serviceAffecting && !message.serviceAffectedFrom)
    problems.push(
      'serviceAffectedFrom: is needed, since the clocks of status updates run from when the service was affected',
    );
  if (message.serviceAffectedFrom && !affects)
    problems.push(
      'serviceAffectedFrom: the service is not affected on record: correct "serviceAffecting" too, or leave it out',
    );
  if (problems.length > 0) return answer.rejected(...problems);

  const news: Omit<Corrected, 'reason'>[] = [];
  if (severity && severity !== state.severity) news.push({ severity });
  if (title && title !== state.title) news.push({ title });
  if (owner && owner !== state.owner) news.push({ owner });
  if (detectedAt && (detectedAt !== declaration.detectedAt || detectedAs?.stated !== declaration.detectedAs?.stated))
    news.push({ detectedAt, ...(detectedAs && { detectedAs }) });
  if (systems && systems.join() !== declaration.systems.join()) news.push({ systems });
  if (serviceAffecting !== undefined && serviceAffecting !== declaration.serviceAffecting)
    news.push({ serviceAffecting, ...(serviceAffectedFrom && { serviceAffectedFrom }) });
  else if (serviceAffectedFrom && serviceAffectedFrom !== state.serviceAffectedFrom) news.push({ serviceAffectedFrom });
  if (news.length === 0) return answer.noted('the incident on record already says this');
  const next = news.reduce((facts, one) => withCorrection(facts, { ...one, reason }), state);
  const far = detectedAt !== undefined && toMs(declaration.detectedAt) - toMs(detectedAt) > FAR_MS;
  const sent = !far
    ? []
    : sentBySilence(next, pack, now).filter(({ id }) => sentBySilence(state, pack, now).every((o) => o.id !== id));
  if (sent.length > 0) {
    return answer.rejected(
      `correct: would send ${sent.map(({ id }) => id).join(', ')} at once, since the time to look at it would be over: approve it or hold it first, then correct`,
    );
  }
  return news.map((one): NewEvent => {
    if (!one.detectedAt || toMs(one.detectedAt) <= toMs(declaration.detectedAt))
      return { kind: 'corrected', data: { ...one, reason } };
    // A later detection may turn a miss into none: nobody does that alone.
    const { detectedAt: awareAt, detectedAs: inexact } = one;
    const known = { awareAt, ...(inexact && { inexact }), basis: 'first-signal' as const };
    const moved = { ...known, previousAt: declaration.detectedAt };
    return { kind: 'second-person-asked', data: { change: 'detection', ...moved, reason } };
  });
}

/** Notices that nobody approved or held, and that silence sends now on the instants as stated. A mistyped year sends nothing. */
function sentBySilence(state: IncidentState, pack: Policy, now: Instant): Obligation[] {
  return Object.values(state.obligations).filter((o) => {
    const rule = ruleOf(pack, o.rule);
    if (rule?.onSilence !== 'send' || !['pending', 'drafted'].includes(o.status) || o.hold || o.approved) return false;
    const part = partOf(rule, state, pack, { key: o.recipient, born: o.clock });
    const armed = o.purpose === 'first' ? armedClock(rule, state, pack, part) : undefined;
    return armed !== undefined && toMs(armed.due.marginAt) <= toMs(now);
  });
}

/** The state with a fact corrected. */
export function withCorrection(state: IncidentState, { reason: _reason, ...one }: Corrected): IncidentState {
  const { serviceAffectedFrom, ...facts } = one;
  const { severity = state.severity, title = state.title, owner = state.owner, detectedAt, serviceAffecting } = facts;
  const since = serviceAffecting === false ? undefined : (serviceAffectedFrom ?? state.serviceAffectedFrom);
  return {
    ...state,
    severity,
    title,
    owner,
    declaration: { ...state.declaration, ...facts, ...(detectedAt && { detectedAs: facts.detectedAs }) },
    anchors: detectedAt ? { ...state.anchors, detected: detectedAt } : state.anchors,
    serviceAffectedFrom: since,
  };
}
