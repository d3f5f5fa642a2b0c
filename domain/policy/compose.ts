/**
 * Puts packs together to the policy in force: each obligation knows its pack, names of regions become their countries, and
 * what one pack says about another is resolved.
 */
import { type Condition, withDataSets } from './conditions';
import type { PolicyParts } from './cross-problems';
import type { Authority, Ground, Organisation, Pack } from './pack';
import { OTHER_REGIMES, type Residence } from './places';
import type { PackRef } from './policy';
import type { PackRule, RecipientRule } from './rule';

/** A pack with the hash of its own canonical JSON. */
export interface HashedPack {
  pack: Pack;
  sha256: string;
}

export interface Composed {
  /** Not yet a `Policy` where no pack states the organisation; `PolicySchema` checks the whole. */
  policy: PolicyParts & { packs: PackRef[] };
  /** What stands in the way of putting the packs together, each as "field: what is wrong: what to do". */
  problems: string[];
}

/**
 * Composes packs in the order given, which is the order of their obligations on every list. `organisation` wins over what
 * the packs state; `authorities` are shared rows, of which those of the regimes in use are taken.
 */
export function compose(
  hashed: HashedPack[],
  { organisation, authorities = [] }: { organisation?: Organisation; authorities?: Authority[] } = {},
): Composed {
  const packs = hashed.map(({ pack }) => pack);
  const problems = [...sameIds(packs), ...severalOrganisations(packs)];
  const countriesOf = countriesIn(merge(packs, 'regions', problems), problems);
  const regimes = Object.fromEntries(
    Object.entries(merge(packs, 'regimes', problems)).map(([id, regime]) => [
      id,
      { ...regime, territory: countriesOf(regime.territory, `regimes.${id}.territory`) },
    ]),
  );
  const places: Places = (list, pack, field) => {
    const others = packs.filter((other) => other !== pack).flatMap((other) => Object.keys(other.regimes));
    const elsewhere = others.flatMap((id) => regimes[id]!.territory);
    const named = list.filter((place) => place !== OTHER_REGIMES);
    const given = countriesOf(named, packs.length > 1 ? `${pack.id}: ${field}` : field);
    return [...new Set([...given, ...(list.includes(OTHER_REGIMES) ? elsewhere : [])])].sort();
  };
  const policy = {
    packs: hashed.map(({ pack: { id, version, title }, sha256 }) => ({ id, version, title, sha256 })),
    organisation: organisation ?? packs.find((pack) => pack.organisation)?.organisation,
    calendars: merge(packs, 'calendars', problems),
    regimes,
    authorities: authoritiesOf(packs, authorities),
    grounds: packs.flatMap((pack) => pack.grounds.map((ground) => resolvedGround(ground, pack, places))),
    questions: packs.flatMap((pack) => pack.questions),
    obligations: packs.flatMap((pack) => pack.obligations.map((rule) => resolvedRule(rule, pack, places))),
  };
  return { policy, problems };
}

/** The countries that a list of a pack's rule means. */
type Places = (list: string[], pack: Pack, field: string) => string[];

/** Replaces regions by their countries; an unknown one becomes a problem. */
function countriesIn(regions: Record<string, string[]>, problems: string[]) {
  return (places: string[], field: string): string[] =>
    places.flatMap((place) => {
      if (place.length === 2) return [place];
      if (!regions[place]) problems.push(`${field}: there is no region "${place}": add it under "regions"`);
      return regions[place] ?? [];
    });
}

function resolvedRule(rule: PackRule, pack: Pack, places: Places) {
  const field = `obligations[${rule.id}]`;
  const validity = rule.validity ?? pack.validity;
  return {
    ...rule,
    ...(validity && { validity }),
    pack: pack.id,
    appliesWhen: resolvedCondition(rule.appliesWhen, pack, `${field}.appliesWhen`, places),
    recipient: resolvedRecipient(rule.recipient, pack, `${field}.recipient`, places),
  };
}

function resolvedGround(ground: Ground, pack: Pack, places: Places): Ground {
  if (!ground.onlyWhen) return ground;
  return { ...ground, onlyWhen: resolvedCondition(ground.onlyWhen, pack, `grounds[${ground.id}].onlyWhen`, places) };
}

function resolvedCondition(condition: Condition, pack: Pack, field: string, places: Places): Condition {
  return withDataSets(condition, (wanted) => ({ ...wanted, ...residenceOf(wanted, pack, field, places) }));
}

function resolvedRecipient(recipient: RecipientRule, pack: Pack, field: string, places: Places): RecipientRule {
  return recipient.to === 'individuals' ? { ...recipient, ...residenceOf(recipient, pack, field, places) } : recipient;
}

function residenceOf(
  { residence, residenceOtherThan }: Residence,
  pack: Pack,
  field: string,
  places: Places,
): Residence {
  return {
    ...(residence && { residence: places(residence, pack, `${field}.residence`) }),
    ...(residenceOtherThan && { residenceOtherThan: places(residenceOtherThan, pack, `${field}.residenceOtherThan`) }),
  };
}

/** The packs' own rows, then the shared rows of the regimes in use that no pack brings itself. */
function authoritiesOf(packs: Pack[], shared: Authority[]): Authority[] {
  const own = packs.flatMap((pack) => pack.authorities);
  const inUse = new Set(
    packs.flatMap(({ obligations }) =>
      obligations.flatMap(({ recipient }) => (recipient.to === 'authorities' ? [recipient.regime] : [])),
    ),
  );
  const ownKeys = new Set(own.map(({ key }) => key));
  return [...own, ...shared.filter(({ key, regime }) => inUse.has(regime) && !ownKeys.has(key))];
}

/** What packs define by name. The same name twice is a problem, unless it means the same. */
function merge<K extends 'regions' | 'calendars' | 'regimes'>(packs: Pack[], field: K, problems: string[]): Pack[K] {
  const merged: Record<string, unknown> = {};
  for (const pack of packs) {
    for (const [name, value] of Object.entries(pack[field])) {
      if (name in merged && JSON.stringify(merged[name]) !== JSON.stringify(value)) {
        problems.push(`${pack.id}: ${field}.${name}: another pack in force defines it otherwise: give it another name`);
      }
      merged[name] = value;
    }
  }
  return merged as Pack[K];
}

function sameIds(packs: Pack[]): string[] {
  const ids = packs.map(({ id }) => id);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map(
    (id) => `id: the pack "${id}" is named twice: name each pack once`,
  );
}

function severalOrganisations(packs: Pack[]): string[] {
  const stating = packs.filter(({ organisation }) => organisation).map(({ id }) => id);
  if (stating.length < 2) return [];
  return [`organisation: ${stating.join(' and ')} state one each: leave it to one pack, or to TOCSIN_ORGANISATION`];
}
