/**
 * What was told, kept by fact: so that a fact that changes afterwards is seen, and a supplement or a repeated notice is
 * proposed (GDPR Art. 33(4); EDPB Guidelines 9/2022, para. 57 to 61). Only fingerprints are kept: the facts themselves
 * stand in the assessments. Pure.
 */
import { hash64 } from '../kernel/hash64';
import { dataSetsOf } from '../policy/affected';
import { residencePlaces } from '../policy/places';
import type { Policy } from '../policy/policy';
import type { ContentField, ObligationRule } from '../policy/rule';
import { howItOccurred } from './contents';
import type { IncidentState } from './state';
import { INCIDENT, OWED, type ToldFacts } from './told-facts';
import { isWithdrawn, meantBy } from './told-wrongly';

/** By the part of a notice that says it; a fact that stands here matters only to a rule that tells it. */
const TOLD_BY: Record<string, ContentField[]> = {
  categories: ['data-involved'],
  individuals: ['individuals-count'],
  records: ['records-count'],
  residence: ['residence'],
  howItOccurred: ['how-it-occurred'],
  likelyConsequences: ['likely-consequences'],
  individualSteps: ['individual-steps'],
  periodFrom: ['period'],
  periodTo: ['period'],
};

/** Whose change is no change of what was told: names, and who is told, which opens rounds of its own. */
const NO_FACT = new Set(['id', 'title', 'role', 'dataSets', 'workspaces', 'answers']);

/** A fact that no part of a notice says matters to those who judge the breach; whether data can be read, to whoever is told of data. */
function matters(fact: string, rule: ObligationRule): boolean {
  if (NO_FACT.has(fact)) return false;
  const fields = TOLD_BY[fact];
  if (fields) return rule.contents.some(({ field }) => fields.includes(field));
  if (fact === 'protection') return rule.contents.some(({ field }) => field === 'data-involved');
  return ['authorities', 'individuals'].includes(rule.recipient.to);
}

/** The facts that a notice of a rule would tell now. */
export function factsToTell(rule: ObligationRule, state: IncidentState, pack: Policy): ToldFacts {
  const facts = state.assessment?.facts;
  if (!facts) return {};
  const entries: Array<[string, unknown]> = [];
  for (const [fact, value] of Object.entries({ ...facts, howItOccurred: howItOccurred(state) })) {
    if (matters(fact, rule)) entries.push([`${INCIDENT} ${fact}`, value]);
  }
  for (const dataSet of dataSetsOf(rule, pack, state)) {
    for (const [fact, value] of Object.entries(dataSet)) {
      // Of the places which they are: how many live in each is part of the number of people.
      const told = fact === 'residence' ? residencePlaces(dataSet) : value;
      if (matters(fact, rule)) entries.push([`${dataSet.id} ${fact}`, told]);
    }
  }
  if (isWithdrawn(rule, state)) entries.push([`${INCIDENT} ${OWED}`, 'no']);
  entries.push(...meantBy(rule, state, pack));
  return Object.fromEntries(
    entries.filter(([, value]) => !isUnknown(value)).map(([key, value]) => [key, hash64(canonical(value)).slice(0, 8)]),
  );
}

/** Not said at all: what is established later is told as established, not as changed. */
function isUnknown(value: unknown): boolean {
  return value === undefined || value === 'unknown' || (Array.isArray(value) && value.length === 0);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? '';
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
    .sort()
    .join()}}`;
}
