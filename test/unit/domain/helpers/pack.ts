import { compose, type HashedPack } from '../../../../domain/policy/compose';
import { type Authority, PackSchema } from '../../../../domain/policy/pack';
import { type Policy, PolicySchema } from '../../../../domain/policy/policy';
import { UNCOVERED_PACK } from '../../../../domain/policy/uncovered';
import { DEFAULT_PACKS } from '../../../../policy/load-policy';
import { readPack } from '../../../../policy/read-pack';

const authority = (key: string, country: string, regime: string): Authority => ({
  key,
  name: `Authority ${key}`,
  country,
  regime,
  via: 'portal',
  address: `https://${key}.example`,
  languages: ['en'],
  confirmed: 'R',
});

/** A few authorities, enough to tell one state from another. */
export const AUTHORITIES = [
  authority('de-bfdi', 'DE', 'gdpr'),
  authority('fr-cnil', 'FR', 'gdpr'),
  authority('ie-dpc', 'IE', 'gdpr'),
  authority('opc', 'CA', 'pipeda'),
];

/** The packs of a list composed, with the few authorities above. */
export function composed(packs: HashedPack[]): Policy {
  const { policy, problems } = compose(packs);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return PolicySchema.parse({ ...policy, authorities: AUTHORITIES });
}

/** The real packs, with the few authorities above. */
export const TRUST_CENTER: Policy = composed([...DEFAULT_PACKS.split(','), UNCOVERED_PACK].map(readPack));

/** A copy of the real policy whose organisation differs. */
export function packOf(organisation: Partial<Policy['organisation']>): Policy {
  return { ...TRUST_CENTER, organisation: { ...TRUST_CENTER.organisation, ...organisation } };
}

const RULE_DEFAULTS = {
  commitments: ['X'],
  citation: 'test',
  appliesWhen: { always: true },
  clocks: [{ from: 'aware', within: 'PT24H' }],
  recipient: { to: 'internal' },
  channel: 'email',
  template: 'any',
  dispatch: 'approval',
};

/** The regimes of the authorities above, as the real packs define them. */
const REGIMES = TRUST_CENTER.regimes;

/** A policy of one pack, of rules given in short; what is left out is an email to approve within 24 h of awareness. */
export function smallPack(...rules: Array<{ id: string } & Record<string, unknown>>): Policy {
  return packWith({}, ...rules);
}

/** The same, of a pack with more than rules. */
export function packWith(more: object, ...rules: Array<{ id: string } & Record<string, unknown>>): Policy {
  const pack = PackSchema.parse({
    id: 'small',
    version: '1',
    title: 'A small pack',
    organisation: { name: 'Example Inc.', contactPoint: 'dpo@example.com', mainEstablishment: 'none' },
    regimes: REGIMES,
    obligations: rules.map((rule) => ({ ...RULE_DEFAULTS, title: rule.id, ...rule })),
    ...more,
  });
  return composed([{ pack, sha256: 'd'.repeat(64) }]);
}

/** What makes a rule of `smallPack` one that a person files with the GDPR authorities. */
export const FILING = {
  channel: 'filing',
  dispatch: 'filing',
  recipient: { to: 'authorities', regime: 'gdpr' },
};
