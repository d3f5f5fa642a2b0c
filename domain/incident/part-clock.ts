/** From which part of a breach a duty counts: its clock starts no earlier than that part was known. Pure. */
import { type Instant, toMs } from '../kernel/time';
import { expansionsOf } from '../policy/authorities';
import { factsIn } from '../policy/conditions';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { applies } from './applies';
import type { DataSet } from './incident';
import { type Parts, placeOf, START } from './parts';
import type { ArmedClock } from './round';
import type { IncidentState } from './state';

/**
 * The awareness of the part that makes a rule apply, or apply to an authority; `undefined` when the breach as it was first
 * known does. `born`: the clock that it was armed with, which no later change of facts moves forward.
 */
export function partOf(
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
  { key, born }: { key?: string | undefined; born?: ArmedClock | undefined } = {},
): Instant | undefined {
  const found = later(statedSince(rule, state), dataPart(rule, state, pack, key));
  if (!born || born.from === 'reopened') return found;
  if (born.partAt === undefined) return statedSince(rule, state);
  return found === undefined || toMs(found) < toMs(born.partAt) ? found : born.partAt;
}

function later(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return toMs(a) > toMs(b) ? a : b;
}

/**
 * Of a duty that hangs on the service: since when it is affected, where that was corrected. The register of a past incident
 * that is only recorded cannot be kept before it is.
 */
function statedSince(rule: ObligationRule, { serviceAffectedFrom, declaration }: IncidentState): Instant | undefined {
  if (rule.channel === 'register' && rule.record !== 'R1') return declaration.recordedAt;
  return factsIn(rule.appliesWhen).some((fact) => 'serviceAffecting' in fact) ? serviceAffectedFrom : undefined;
}

function dataPart(rule: ObligationRule, state: IncidentState, pack: Policy, key?: string): Instant | undefined {
  const { assessment, parts } = state;
  if (!assessment || !parts || !factsIn(rule.appliesWhen).some((fact) => 'dataSet' in fact)) return undefined;
  const instants = [...new Set(Object.values(parts).filter((at) => at !== START))].sort((a, b) => toMs(a) - toMs(b));
  if (instants.length === 0) return undefined;
  const owed = (by: Instant | undefined): boolean => {
    const dataSets = assessment.facts.dataSets.flatMap((dataSet) => knownBy(dataSet, parts, by));
    const facts = { ...assessment.facts, dataSets };
    const restricted = { ...state, assessment: { ...assessment, facts } };
    const { value } = applies(rule, restricted);
    if (!(value ?? rule.whenUndecided === 'apply')) return false;
    return (
      (key === undefined || expansionsOf(rule, pack, restricted)?.some((expansion) => expansion.key === key)) ?? false
    );
  };
  return owed(undefined) ? undefined : instants.find(owed);
}

/** A data set as it was known by an instant, with its places then; none when it was not known yet. */
function knownBy(dataSet: DataSet, parts: Parts, by: Instant | undefined): DataSet[] {
  const known = (part: Parts[string] | undefined) =>
    part === undefined || part === START || (by !== undefined && toMs(part) <= toMs(by));
  if (!known(parts[dataSet.id])) return [];
  const residence = Object.entries(dataSet.residence).filter(([country]) => known(parts[placeOf(dataSet.id, country)]));
  return [{ ...dataSet, residence: Object.fromEntries(residence) }];
}
