/**
 * The instants that a person must look at before anything is sent by itself because of them, one of a kind: the awareness,
 * the detection, the awareness of a part found later. Pure. Decision 0024.
 */
import { DAY_MS, type Instant, minuteText, toMs } from '../kernel/time';
import { expansionsOf } from '../policy/authorities';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { applies } from './applies';
import type { AwarenessDoubt } from './awareness';
import { armedClock } from './clocks';
import { DOUBT_OF, DOUBTED, type Doubted } from './doubted-kinds';
import { partOf } from './part-clock';
import type { IncidentState, Obligation } from './state';

/** All that is doubtful now. */
export function doubtsOf(state: IncidentState): Array<{ of: Doubted; doubt: AwarenessDoubt }> {
  return DOUBTED.flatMap((of) => {
    const doubt = state[DOUBT_OF[of]];
    return doubt ? [{ of, doubt }] : [];
  });
}

/** True while an obligation hangs on an instant that a person must look at. */
export function isDoubted(rule: ObligationRule, o: Pick<Obligation, 'clock'>, state: IncidentState): boolean {
  const from = (anchor: string) => rule.clocks.some((clock) => clock.from === anchor);
  return (
    (state.awarenessDoubt !== undefined && from('aware')) ||
    (state.detectionDoubt !== undefined && from('detected')) ||
    (state.partsDoubt !== undefined && o.clock?.partAt !== undefined)
  );
}

/** A detection this long before the declaration may be a slip of the pen: a wrong day, month or year. */
const FAR_MS = DAY_MS;

/** Why the declared detection is doubtful: it lies far back, and puts a deadline or what silence sends into the past. */
export function detectionDoubts(state: IncidentState, pack: Policy, now: Instant): string[] {
  const { detectedAt, declaredAt } = state.declaration;
  if (toMs(declaredAt) - toMs(detectedAt) <= FAR_MS) return [];
  const born = pack.obligations.filter(
    (rule) =>
      rule.clocks.some(({ from }) => from === 'detected') &&
      applies(rule, state).value !== false &&
      isPast(rule, state, pack, undefined, now),
  );
  const far = `it lies more than a day before the declaration at ${minuteText(declaredAt)} UTC`;
  return born.length > 0 ? [far, intoThePast(born)] : [];
}

/** Why the awareness of a part is doubtful: what counts from it is past at once. `state`: with the facts as they are to be. */
export function partsDoubts(partsAwareAt: Instant, state: IncidentState, pack: Policy, now: Instant): string[] {
  const born = pack.obligations.filter((rule) => {
    if (!rule.clocks.some(({ from }) => from === 'aware') || applies(rule, state).value === false) return false;
    const keys = expansionsOf(rule, pack, state)?.map(({ key }) => key) ?? [undefined];
    return keys.some((key) => {
      const part = partOf(rule, state, pack, { key });
      return part === partsAwareAt && isPast(rule, state, pack, part, now);
    });
  });
  return born.length > 0 ? [intoThePast(born)] : [];
}

/** True where a deadline, or the margin at which silence sends, has passed. */
function isPast(
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
  part: Instant | undefined,
  now: Instant,
): boolean {
  const due = armedClock(rule, state, pack, part)?.due;
  return due !== undefined && toMs(rule.onSilence === 'send' ? due.marginAt : due.dueAt) <= toMs(now);
}

function intoThePast(rules: ObligationRule[]): string {
  return `it puts into the past: ${rules.map(({ title }) => title).join(', ')}`;
}
