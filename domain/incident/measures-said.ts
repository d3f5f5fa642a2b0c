/** The measures of an incident as notices say them: those that were taken, and those that are planned. */
import type { ContainmentMeasure } from './incident';
import type { Line, MeasureKind, MeasureLine, MeasuresSaid } from './said';
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
  return [...contained(state, detailed), ...recorded(state)];
}

/** The same as a draft that is written now holds it; nothing where there is none. */
export function measuresSaid(state: IncidentState, detailed: boolean): MeasuresSaid | undefined {
  const said = { kinds: contained(state, detailed), recorded: recorded(state).length };
  const { statusSince } = state;
  return statusSince !== undefined && said.kinds.length + said.recorded > 0 ? { ...said, statusSince } : undefined;
}

/**
 * What a draft says of them, as long as all of it still holds: more that was taken since makes none of it untrue. A step that
 * was undone does, and one that was said to be unchecked and is checked.
 */
export function stillTaken(said: MeasuresSaid, state: IncidentState, detailed: boolean): Line[] | undefined {
  const now = contained(state, detailed);
  const holds = said.kinds.every(({ kind, unverified, count = 0 }) =>
    now.some((line) => line.kind === kind && (line.count ?? 0) >= count && (!unverified || line.unverified)),
  );
  return holds ? [...said.kinds, ...recorded(state).slice(0, said.recorded)] : undefined;
}

function contained(state: IncidentState, detailed: boolean): MeasureLine[] {
  const done = Object.values(state.containment).filter((step) => step.state === 'applied' || step.state === 'verified');
  const device = situationOf(state, state.assessment?.facts) === 'device';
  return Object.entries(KINDS).flatMap(([action, usual]): MeasureLine[] => {
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
}

function recorded(state: IncidentState): Line[] {
  return state.measures.filter((measure) => !measure.planned).map(({ text }) => textLine(text, state));
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
