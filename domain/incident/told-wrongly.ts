/**
 * What was told and is not so any more: no personal data is affected after all, the risk is not what it was, a data set, a place
 * or a customer falls out. Those who were told are owed the truth as much as the others: a round is opened for a correcting
 * notice, or a named person decides that the change is not material (EDPB Guidelines 9/2022, para. 57 to 61).
 */
import { hash64 } from '../kernel/hash64';
import { sourcesOf } from '../policy/conditions';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { applies } from './applies';
import { type Audience, groupName } from './audience';
import { audienceOf } from './audience-of';
import type { Coverage } from './round';
import type { IncidentState, Obligation } from './state';

/** True where the facts that somebody assessed say that a duty does not apply to what was told under it. */
export function isWithdrawn(rule: ObligationRule, state: IncidentState): boolean {
  if (!sourcesOf(rule.appliesWhen).has('assessment')) return false;
  const { value, establishedBy } = applies(rule, state);
  // Where people are told directly after all, what was made public in place of that stays true.
  return value === false && !establishedBy.includes('waiver');
}

/** True for a round that was opened because what was told has changed: it is never "not owed", but sent or decided on. */
export function isCorrecting({ fulfilledAt, told, changed }: Obligation): boolean {
  // Of a notice that was stopped some know what it said, though it was never fulfilled.
  return (fulfilledAt !== undefined || told !== undefined) && changed !== undefined;
}

/** Whom a rule means on the present facts, as fingerprints: of one who falls out it is seen afterwards. */
export function meantBy(rule: ObligationRule, state: IncidentState, pack: Policy): Array<[fact: string, value: true]> {
  if (isWithdrawn(rule, state)) return [];
  const audience = audienceOf(rule, state, pack);
  if (audience?.of === 'workspaces')
    return [audience.ids].flat().map((id) => [`. meant ${hash64(id).slice(0, 8)}`, true]);
  return (audience?.groups ?? []).flatMap(({ dataSet, country }) =>
    dataSet && country && country !== 'unknown' ? [[`${dataSet} meant ${country}`, true]] : [],
  );
}

/**
 * Whom a round tells: those whom the facts name, and where it corrects what was told, those who were told it and whom the facts
 * do not name any more.
 */
export function audienceFor(
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
): Audience | undefined {
  const named = audienceOf(rule, state, pack);
  if (!named || !o.again || !isCorrecting(o)) return named;
  const former = formerlyMeant(o, named, isWithdrawn(rule, state));
  if (named.of === 'workspaces' && former.of === 'workspaces') {
    if (isWithdrawn(rule, state)) return former;
    return named.ids === 'all' ? named : { of: 'workspaces', ids: [...new Set([...named.ids, ...former.ids])].sort() };
  }
  if (named.of !== 'people' || former.of !== 'people') return named;
  return { of: 'people', groups: [...(isWithdrawn(rule, state) ? [] : named.groups), ...former.groups] };
}

/** Whom the directory is asked for in a round that takes everything back; `undefined` for any other. */
export function formerCoverage(o: Obligation, rule: ObligationRule, state: IncidentState): Coverage | undefined {
  if (!o.again || !isCorrecting(o) || !isWithdrawn(rule, state)) return undefined;
  const { mailed = [], outside = [], groups = {} } = o.tally ?? {};
  const told = Object.values(groups).filter((each) => each.mailed + each.outside > 0);
  return {
    workspaces: [...new Set([...mailed, ...outside])].sort(),
    dataSets: [...new Set(told.flatMap(({ dataSet }) => dataSet ?? []))].sort(),
  };
}

/** Those of the last telling who were meant then and are not now; of a duty that applies no more, all of them. */
function formerlyMeant(
  { tally, told = {} }: Obligation,
  now: Audience,
  all: boolean,
): { of: 'workspaces'; ids: string[] } | Extract<Audience, { of: 'people' }> {
  const meant = (fact: string) => all || fact in told;
  if (now.of === 'workspaces') {
    const reached = [...new Set([...(tally?.mailed ?? []), ...(tally?.outside ?? [])])].sort();
    const ids = reached.filter((id) => meant(`. meant ${hash64(id).slice(0, 8)}`) && (all || !now.ids.includes(id)));
    return { of: 'workspaces', ids };
  }
  const named = new Set(all ? [] : now.groups.map(groupName));
  const groups = Object.values(tally?.groups ?? {}).flatMap(({ dataSet, country, mailed, outside }) => {
    const group = { ...(dataSet && { dataSet }), ...(country && { country }) };
    const fell = mailed + outside > 0 && !named.has(groupName(group)) && meant(`${dataSet} meant ${country}`);
    return fell ? [{ ...group, count: mailed + outside }] : [];
  });
  return { of: 'people', groups };
}
