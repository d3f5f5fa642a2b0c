/**
 * Puts packs together to the policy in force: each obligation knows its pack, names of regions become their places, regimes
 * become their scope for the organisation, and what one pack says about another is resolved.
 */
import { readPlace } from '../places/place';
import { type Condition, withDataSets } from './conditions';
import type { PolicyParts } from './cross-problems';
import type { DataSetCondition } from './data-set-facts';
import type { Authority, Ground, Organisation, Pack } from './pack';
import { OTHER_REGIMES, type Residence } from './places';
import type { PackRef } from './policy';
import type { PackRule, RecipientRule } from './rule';
import { recipientsIn, type ScopeOperand, scopeOf } from './scope';
import { areSeveral } from './uncovered';

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
  const obliged = organisation ?? packs.find((pack) => pack.organisation)?.organisation;
  const places = (list: string[], pack: Pack, field: string) => {
    const others = packs.filter((other) => other !== pack).flatMap((other) => Object.keys(other.regimes));
    const elsewhere = others.flatMap((id) => regimes[id]!.territory);
    const named = list.filter((place) => place !== OTHER_REGIMES);
    const given = countriesOf(named, areSeveral(packs) ? `${pack.id}: ${field}` : field);
    return [...new Set([...given, ...(list.includes(OTHER_REGIMES) ? elsewhere : [])])].sort();
  };
  const scope = (operand: ScopeOperand, pack: Pack, field: string) => {
    const regime = typeof operand === 'string' ? regimes[operand] : undefined;
    if (typeof operand !== 'string' || regime) return regime ? scopeOf(operand as string, regime, obliged) : operand;
    const where = areSeveral(packs) ? `${pack.id}: ${field}` : field;
    problems.push(`${where}: there is no regime "${operand}": add it under "regimes"`);
    return operand;
  };
  const resolve: Resolve = { places, scope };
  const policy = {
    packs: hashed.map(({ pack: { id, version, title }, sha256 }) => ({ id, version, title, sha256 })),
    organisation: obliged,
    calendars: merge(packs, 'calendars', problems),
    regimes,
    authorities: authoritiesOf(packs, authorities),
    grounds: packs.flatMap((pack) => pack.grounds.map((ground) => resolvedGround(ground, pack, resolve))),
    questions: packs.flatMap((pack) => pack.questions),
    obligations: packs.flatMap((pack) => pack.obligations.map((rule) => resolvedRule(rule, pack, resolve))),
  };
  return { policy, problems };
}

/** What a pack's rule means by a list of places, and by a regime. */
interface Resolve {
  places(list: string[], pack: Pack, field: string): string[];
  scope(operand: ScopeOperand, pack: Pack, field: string): ScopeOperand;
}

/** Replaces regions by their places, and places by their codes; an unknown one becomes a problem. */
function countriesIn(regions: Record<string, string[]>, problems: string[]) {
  return (places: string[], field: string): string[] =>
    places.flatMap((place) => {
      if (regions[place]) return regions[place];
      const read = readPlace(place);
      if ('place' in read) return [read.place];
      const isCode = /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(place);
      problems.push(`${field}: ${isCode ? read.problem : `there is no region "${place}": add it under "regions"`}`);
      return [];
    });
}

function resolvedRule(rule: PackRule, pack: Pack, resolve: Resolve) {
  const field = `obligations[${rule.id}]`;
  const validity = rule.validity ?? pack.validity;
  return {
    ...rule,
    ...(validity && { validity }),
    pack: pack.id,
    appliesWhen: resolvedCondition(rule.appliesWhen, pack, `${field}.appliesWhen`, resolve),
    recipient: resolvedRecipient(rule.recipient, pack, `${field}.recipient`, resolve),
  };
}

function resolvedGround(ground: Ground, pack: Pack, resolve: Resolve): Ground {
  if (!ground.onlyWhen) return ground;
  return { ...ground, onlyWhen: resolvedCondition(ground.onlyWhen, pack, `grounds[${ground.id}].onlyWhen`, resolve) };
}

function resolvedCondition(condition: Condition, pack: Pack, field: string, resolve: Resolve): Condition {
  const scoped = (wanted: DataSetCondition, name: 'protectedBy' | 'mayBeProtectedBy') =>
    wanted[name] === undefined ? {} : { [name]: resolve.scope(wanted[name], pack, `${field}.${name}`) };
  return withDataSets(condition, (wanted) => ({
    ...wanted,
    ...residenceOf(wanted, pack, field, resolve),
    ...scoped(wanted, 'protectedBy'),
    ...scoped(wanted, 'mayBeProtectedBy'),
    ...(wanted.uncoveredBy && { uncoveredBy: resolve.places(wanted.uncoveredBy, pack, `${field}.uncoveredBy`) }),
  }));
}

function resolvedRecipient(recipient: RecipientRule, pack: Pack, field: string, resolve: Resolve): RecipientRule {
  if (recipient.to === 'uncovered-places') {
    return { ...recipient, by: resolve.places(recipient.by, pack, `${field}.by`) };
  }
  if (recipient.to !== 'individuals') return recipient;
  const { protectedBy, ...residence } = recipient;
  if (protectedBy === undefined) return { ...recipient, ...residenceOf(residence, pack, field, resolve) };
  const scope = resolve.scope(protectedBy, pack, `${field}.protectedBy`);
  return typeof scope === 'string' ? recipient : { to: 'individuals', protectedBy: scope, ...recipientsIn(scope) };
}

function residenceOf(
  { residence, residenceOtherThan }: Residence,
  pack: Pack,
  field: string,
  { places }: Resolve,
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
