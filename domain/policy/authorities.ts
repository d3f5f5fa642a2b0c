/** Which supervisory authorities an obligation goes to. */

import { isUnderLawOf, lawsOf } from '../places/law';
import { placeName } from '../places/place';
import { dataSetsOf } from './affected';
import type { Facts } from './facts';
import { establishmentsOf } from './organisation';
import type { Authority, Regime } from './pack';
import { hasUnknownPlaces, residencePlaces } from './places';
import type { Policy } from './policy';
import type { ObligationRule } from './rule';
import { whyUnknown } from './scope';
import { uncoveredBecause, uncoveredPlaces } from './uncovered';

/** One recipient into which a rule expands. `authority` is missing while it cannot be determined yet. */
export interface Expansion {
  key: string;
  authority?: Authority;
  because: string;
}

/** The key while the authority is not known. The duty is owed all the same. */
export const UNDETERMINED = 'to-be-determined';

/** The recipients into which a rule expands, one obligation each; `undefined`: it does not expand. */
export function expansionsOf(rule: ObligationRule, policy: Policy, facts: Facts): Expansion[] | undefined {
  switch (rule.recipient.to) {
    case 'authorities':
      return authoritiesFor(rule, policy, facts);
    case 'uncovered-places': {
      const { by } = rule.recipient;
      const places = dataSetsOf(rule, policy, facts).flatMap((dataSet) => uncoveredPlaces(dataSet, by));
      return [...new Set(places)].sort().map((key) => ({ key, because: uncoveredBecause(key) }));
    }
    default:
      return undefined;
  }
}

/** The authorities a filing rule goes to, as its regime chooses them. Empty for any other rule. */
export function authoritiesFor(rule: ObligationRule, policy: Policy, facts: Facts): Expansion[] {
  if (rule.recipient.to !== 'authorities') return [];
  const { regime: id } = rule.recipient;
  const listed = policy.authorities.filter((authority) => authority.regime === id);
  const regime = policy.regimes[id];
  if (!regime || listed.length === 0) return [{ key: UNDETERMINED, because: `no authority of ${id} is known` }];
  const chosen = CHOICES[regime.authorities]({ rule, policy, facts, regime, listed });
  return withDecided(chosen, listed, facts.authorityDecided?.[rule.id]?.authority);
}

/** In place of the authority that is not known, the one that a person decided on: once, where the facts name it too. */
function withDecided(chosen: Expansion[], listed: Authority[], key: string | undefined): Expansion[] {
  const authority = listed.find((each) => each.key === key);
  if (!authority) return chosen;
  const decided = { key: authority.key, authority, because: 'a person decided that it goes to this authority' };
  const named = chosen.some((each) => each.key === key) ? [] : [decided];
  return chosen.flatMap((each) => (each.key === UNDETERMINED ? named : [each]));
}

interface Choice {
  rule: ObligationRule;
  policy: Policy;
  facts: Facts;
  regime: Regime;
  listed: Authority[];
}

const CHOICES: Record<Regime['authorities'], (choice: Choice) => Expansion[]> = {
  every: ({ listed }) =>
    listed.map((authority) => ({ key: authority.key, authority, because: `${authority.name} is the authority` })),

  // GDPR: with a main (or a single) establishment in the EU the lead authority alone (Art. 56); without one there is no
  // one-stop-shop and the authority of every state where affected people live is notified (EDPB Guidelines 9/2022, para. 73).
  'lead-or-each-state': ({ rule, policy, facts, regime, listed }) => {
    const { mainEstablishment } = policy.organisation;
    const inPlace = (place: string, because: string): Expansion => {
      const authority = authorityOf(place, listed, policy);
      return { key: authority?.key ?? lawsOf(place).at(-1)!.toLowerCase(), authority, because };
    };
    const established = (establishmentsOf(policy.organisation) ?? []).filter((place) =>
      isUnderLawOf(place, regime.territory),
    );
    const lead =
      established.find((place) => place === mainEstablishment) ?? (established.length === 1 && established[0]);
    if (lead) {
      const which = lead === mainEstablishment ? 'main establishment' : 'only establishment';
      return [inPlace(lead, `lead authority (${which} in ${placeName(lead)})`)];
    }
    const dataSets = dataSetsOf(rule, policy, facts);
    const states = [...new Set(dataSets.flatMap(residencePlaces).flatMap((place) => stateIn(place, regime.territory)))];
    const found = states
      .sort()
      .map((state) =>
        inPlace(state, `affected people live in ${state}; no main establishment where the ${regime.title} applies`),
      );
    const inEstablishments = found.length > 0 ? [] : established;
    for (const place of inEstablishments) {
      found.push(inPlace(place, `it is handled for the establishment in ${place}, where no main establishment is`));
    }
    const open = dataSets.find(hasUnknownPlaces);
    if (found.length > 0 && !open) return found;
    const because = `${whyUnknown(open ?? { residence: {} }, open ? `data set "${open.title}"` : 'the data')}; the clock runs regardless`;
    return [...found, { key: UNDETERMINED, because }];
  },
};

/** The state of a territory under whose law a place stands. */
function stateIn(place: string, territory: readonly string[]): string[] {
  const state = lawsOf(place).find((each) => territory.includes(each));
  return state ? [state] : [];
}

/** The authority of a place: chosen for it or its state, that of the part itself (DE-BY: de-by), else the first of the state. */
function authorityOf(
  place: string,
  listed: Authority[],
  { organisation: { authorityFor } }: Policy,
): Authority | undefined {
  for (const each of lawsOf(place)) {
    const key = authorityFor[each] ?? each.toLowerCase();
    const authority = listed.find((row) => row.key === key);
    if (authority) return authority;
  }
  const state = lawsOf(place).at(-1);
  return listed.find(({ country }) => country === state);
}
