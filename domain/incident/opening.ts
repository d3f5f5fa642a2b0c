/** How an incident begins: declared, its containment asked for, first assessed. */
import { earliest, type Instant, toMs } from '../kernel/time';
import { type PolicySnapshot, policyRef } from '../policy/policy';
import { detectionDoubts } from './doubted';
import { answerBy } from './doubts';
import type { NewEvent } from './events';
import { evolve } from './evolve';
import { judgementsApart } from './facts/judgements';
import { type Declaration, declaredMeasures } from './incident';
import { isAhead, notAhead } from './not-ahead';
import { decideMessage } from './on-message';
import { saidAt } from './said-at';
import { askedFor } from './wide-block';

/** What a history may have begun before. */
interface BeganWith {
  /** Asked where the instants of the declaration and of its reading differ: when only the latter counted. */
  ofSender: () => boolean;
  /** When each status made every draft out of date. */
  draftsByText: () => boolean;
  /** When each assessment opened every waiver again. */
  waiversByFacts: () => boolean;
}
const TODAY: BeganWith = { ofSender: () => true, draftsByText: () => true, waiversByFacts: () => true };

/**
 * The first events of an incident. `now`: its clock. `began`: what is asked of a history, which may have begun before it was so.
 */
export function openingOf(
  given: Declaration,
  policy: PolicySnapshot,
  now: Instant,
  { ofSender, draftsByText, waiversByFacts }: BeganWith = TODAY,
): NewEvent[] {
  // The record of a past incident begins when it was declared.
  const { declaration, why: ahead } =
    given.recordedAt || !isAhead(given, now) || !ofSender() ? { declaration: given, why: [] } : notAhead(given, now);
  const { breakGlass, ...kept } = declaration;
  const { id, declaredBy: by, assessment, awareAt, awareAs } = kept;
  // What the declaration assesses is assessed in an event of its own, which has the judgements.
  const stated = assessment ? { ...kept, assessment: judgementsApart(assessment).assessment } : kept;
  // Nothing is drafted of what is only recorded.
  const byText = !declaration.recordedAt && draftsByText();
  const data = {
    declaration: stated,
    policy: policyRef(policy),
    ...(byText && { draftsByText: true as const }),
    ...(waiversByFacts() && { waiversByFacts: true as const }),
  };
  const known = { v: 1 as const, incidentId: id, seq: 1, at: now, exercise: false };
  const plain = evolve(undefined, { ...known, kind: 'declared', by, data });
  // Nothing of what is only recorded is ever sent.
  const why = declaration.recordedAt ? [] : [...ahead, ...detectionDoubts(plain, policy.pack, now)];
  const doubt = why.length > 0 ? { doubt: { why, answerBy: answerBy(now) } } : {};
  const declared = { kind: 'declared' as const, by, data: { ...data, ...doubt } };
  // What was contained in the past is told by who did it, not done again.
  const wanted = declaration.recordedAt ? [] : declaredMeasures(declaration);
  let asked = plain;
  const measures = wanted.flatMap((measure) => {
    const events = askedFor(measure, by, asked, policy.pack) ?? [];
    // Of several ranges each is judged with those before it.
    asked = events.reduce((state, event) => evolve(state, { ...known, seq: state.seq + 1, by, ...event }), asked);
    return events;
  });
  const said = (events: NewEvent[]) => (breakGlass ? events.map((event) => ({ ...event, breakGlass })) : events);
  if (!assessment && !awareAt) return said([declared, ...measures]);
  // What is known at the declaration is known now, even where the sender's clock runs ahead of ours.
  const aware = awareAs && toMs(awareAs.earliest) <= toMs(now) ? awareAs : awareAt && earliest([awareAt, now]);
  const state = evolve(undefined, { ...known, ...declared });
  const { declaredAt } = declaration;
  const sentAt = saidAt(state, declaredAt, now) !== now && ofSender() ? declaredAt : undefined;
  const assessed = decideMessage(
    state,
    { message: 'assess', by, assessment, awareAt: aware, sentAt },
    policy.pack,
    now,
  );
  return said([declared, ...measures, ...assessed.map((event) => ({ by, ...event }))]);
}
