/** Which supervisory authorities an obligation goes to. */
import { dataSetsOf } from './affected';
import type { Facts } from './facts';
import type { Authority, Regime } from './pack';
import { residenceCountries } from './places';
import type { Policy } from './policy';
import type { ObligationRule } from './rule';

/** One recipient into which a rule expands. `authority` is missing while it cannot be determined yet. */
export interface Expansion {
  key: string;
  authority?: Authority;
  because: string;
}

/** The key while the authority is not known. The duty is owed all the same. */
export const UNDETERMINED = 'to-be-determined';

/** The authorities a filing rule goes to, as its regime chooses them. Empty for any other rule. */
export function authoritiesFor(rule: ObligationRule, policy: Policy, facts: Facts): Expansion[] {
  if (rule.recipient.to !== 'authorities') return [];
  const { regime: id } = rule.recipient;
  const listed = policy.authorities.filter((authority) => authority.regime === id);
  const regime = policy.regimes[id];
  if (!regime || listed.length === 0) return [{ key: UNDETERMINED, because: `no authority of ${id} is known` }];
  return CHOICES[regime.authorities]({ rule, policy, facts, regime, listed });
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

  // GDPR: with a main establishment in the EU the lead authority alone (Art. 56); without one there is no one-stop-shop
  // and the authority of every state where affected people live is notified (EDPB Guidelines 9/2022, para. 73).
  'lead-or-each-state': ({ rule, policy, facts, regime, listed }) => {
    const { mainEstablishment, authorityFor } = policy.organisation;
    const inState = (country: string, because: string): Expansion => {
      const chosen = authorityFor[country];
      const authority = listed.find((a) => (chosen ? a.key === chosen : a.country === country));
      return { key: authority?.key ?? country.toLowerCase(), authority, because };
    };
    if (regime.territory.includes(mainEstablishment)) {
      return [inState(mainEstablishment, `lead authority (main establishment in ${mainEstablishment})`)];
    }
    const countries = [...new Set(dataSetsOf(rule, policy, facts).flatMap(residenceCountries))]
      .filter((country) => regime.territory.includes(country))
      .sort();
    if (countries.length === 0) {
      const because = 'where the affected people live is not yet established; the clock runs regardless';
      return [{ key: UNDETERMINED, because }];
    }
    return countries.map((country) =>
      inState(country, `affected people live in ${country}; no main establishment where the ${regime.title} applies`),
    );
  },
};
