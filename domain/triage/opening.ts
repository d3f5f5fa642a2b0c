/** How a case in triage opens. */
import type { NewOf } from '../case/lifecycle';
import { wellFormed } from '../kernel/text';
import { exactMs, type Instant, toInstant, toMs } from '../kernel/time';
import { deliveryOf } from './delivery';
import { MOST_FACTS, MOST_INDICATORS, MOST_SYSTEMS, type TriageEvent, type TriageInput } from './state';

/** The event that opens a case. `now`: the case's clock, from which the limit counts. */
export function openingOf({ detection, judgement, rules }: TriageInput, now: Instant): NewOf<TriageEvent> {
  const { rule, title: ruleTitle, action, why, severity, triage, incident } = judgement;
  const { source, format, type, scope, at, title, systems, indicators, facts } = detection;
  return {
    kind: 'detected',
    data: {
      // A title of control characters alone is none.
      title: wellFormed(title).trim() || ruleTitle,
      severity,
      rule,
      ruleTitle,
      rules,
      action,
      why,
      triage,
      dueAt: triage ? toInstant(toMs(now) + exactMs(triage.within)) : now,
      incident,
      detection: {
        source,
        format,
        type,
        scope,
        at,
        facts: Object.fromEntries(Object.entries(facts).slice(0, MOST_FACTS)),
      },
      systems: systems.slice(0, MOST_SYSTEMS),
      indicators: indicators.slice(0, MOST_INDICATORS),
      deliveries: [deliveryOf(detection)],
    },
  };
}
