/** The measures of an incident as notices say them: those that were taken, and those that are planned. */
import { type Instant, toMs } from '../kernel/time';
import type { ContainmentMeasure } from './incident';
import type { Line, MeasureKind } from './said';
import { situationOf } from './situation';
import type { IncidentState } from './state';
import { inLanguages } from './translations';

const KINDS: Record<ContainmentMeasure['action'], MeasureKind> = {
  'block-source': 'sources-blocked',
  'rotate-credential': 'credentials-replaced',
  'isolate-system': 'systems-isolated',
};

/**
 * What was done: containment as one sentence of each kind, then what people recorded. `detailed`: with numbers and instants,
 * for whoever verifies it; never with addresses or names.
 */
export function takenMeasures(state: IncidentState, detailed: boolean): Line[] {
  const done = Object.values(state.containment).filter((step) => step.state === 'applied' || step.state === 'verified');
  const device = situationOf(state, state.assessment?.facts) === 'device';
  const contained = Object.entries(KINDS).flatMap(([action, usual]): Line[] => {
    const kind = device && usual === 'systems-isolated' ? 'device-cut-off' : usual;
    const steps = done.filter((step) => step.measure.action === action);
    if (steps.length === 0) return [];
    const lastAt = steps
      .map((step) => step.at)
      .sort()
      .at(-1)!;
    const unverified = steps.some((step) => step.state !== 'verified');
    return [
      { is: 'measure', kind, ...(unverified && { unverified }), ...(detailed && { count: steps.length, lastAt }) },
    ];
  });
  const recorded = state.measures.filter((measure) => !measure.planned);
  return [...contained, ...recorded.map(({ text }) => textLine(text, state))];
}

/**
 * What a dossier says of the measures taken, with the numbers of those steps alone that were done by an instant and still are:
 * every later one is one more, and none that makes it say anything untrue.
 */
export function measuresAsOf(state: IncidentState, asOf: Instant): { said: Line[]; numbers: Line[] } {
  const then = Object.entries(state.containment).filter(([, { at }]) => toMs(at) <= toMs(asOf));
  const numbers = takenMeasures({ ...state, containment: Object.fromEntries(then) }, true);
  return { said: takenMeasures(state, false), numbers };
}

/** What is planned. A measure that was recorded as taken since is planned no more. */
export function plannedMeasures(state: IncidentState): Line[] {
  const taken = new Set(state.measures.filter((measure) => !measure.planned).map(({ text }) => text));
  return state.measures
    .filter(({ planned, text }) => planned && !taken.has(text))
    .map(({ text }) => textLine(text, state));
}

function textLine(text: string, { translations }: IncidentState): Line {
  return { is: 'text', text: inLanguages(text, translations) };
}
