/** Which supervisory authorities an obligation goes to. */

import type { IncidentState } from '../incident/state';
import { EEA, residenceCountries } from './conditions';
import type { Authority, ObligationRule, PolicyPack } from './policy';

/** One recipient into which a rule expands. `authority` is missing while it cannot be determined yet. */
export interface Expansion {
  key: string;
  authority?: Authority;
  because: string;
}

/** The key while the authority is not known. The duty is owed all the same. */
const UNDETERMINED = 'to-be-determined';

/**
 * The authorities a filing rule goes to, from the residence of the people in the data sets held as controller.
 * GDPR: with a main establishment in the EU the lead authority alone (Art. 56); without one there is no one-stop-shop and
 * the authority of every state where affected people live is notified (EDPB Guidelines 9/2022, para. 73).
 * Other regimes have one authority.
 */
export function authoritiesFor(rule: ObligationRule, pack: PolicyPack, state: IncidentState): Expansion[] {
  if (rule.recipient.to !== 'authorities') return [];
  const { regime } = rule.recipient;
  const ofRegime = pack.authorities.filter((authority) => authority.regime === regime);
  if (regime !== 'gdpr') {
    if (ofRegime.length === 0) return [{ key: UNDETERMINED, because: `the pack names no authority of ${regime}` }];
    return ofRegime.map((authority) => ({
      key: authority.key,
      authority,
      because: `${authority.name} is the authority`,
    }));
  }
  const { mainEstablishment, authorityFor } = pack.organisation;
  const ofCountry = (country: string): Authority | undefined => {
    const chosen = authorityFor[country];
    return ofRegime.find((a) => (chosen ? a.key === chosen : a.country === country));
  };
  if (mainEstablishment !== 'none') {
    const lead = ofCountry(mainEstablishment);
    return [
      {
        key: lead?.key ?? mainEstablishment.toLowerCase(),
        authority: lead,
        because: `lead authority (main establishment in ${mainEstablishment})`,
      },
    ];
  }
  const dataSets = (state.assessment?.facts.dataSets ?? []).filter(
    (d) => d.role === 'controller' && d.risk !== 'unlikely',
  );
  const countries = [...new Set(dataSets.flatMap(residenceCountries))].filter((c) => EEA.includes(c)).sort();
  const known = countries.map((country) => {
    const authority = ofCountry(country);
    return {
      key: authority?.key ?? country.toLowerCase(),
      authority,
      because: `affected people live in ${country}; no main establishment in the EU`,
    };
  });
  if (known.length > 0) return known;
  return [
    {
      key: UNDETERMINED,
      because: 'where the affected people live is not yet established; the clock runs all the same',
    },
  ];
}
