import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type Authority, type PolicyPack, PolicyPackSchema } from '../../../../domain/policy/policy';

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

const raw = parse(readFileSync(path.join(__dirname, '../../../../policy/trust-center.yaml'), 'utf8'));

/** The real pack, with the few authorities above. */
export const TRUST_CENTER: PolicyPack = PolicyPackSchema.parse({ ...raw, authorities: AUTHORITIES });

/** A copy of the real pack whose organisation differs. */
export function packOf(organisation: Partial<PolicyPack['organisation']>): PolicyPack {
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

/** A pack of rules given in short; what is left out is an email to approve within 24 h of awareness. */
export function smallPack(...rules: Array<{ id: string } & Record<string, unknown>>): PolicyPack {
  return PolicyPackSchema.parse({
    id: 'small',
    version: '1',
    title: 'A small pack',
    organisation: { name: 'Example Inc.', contactPoint: 'dpo@example.com', mainEstablishment: 'none' },
    authorities: AUTHORITIES,
    obligations: rules.map((rule) => ({ ...RULE_DEFAULTS, title: rule.id, ...rule })),
  });
}

/** What makes a rule of `smallPack` one that a person files with the GDPR authorities. */
export const FILING = {
  channel: 'filing',
  dispatch: 'filing',
  recipient: { to: 'authorities', regime: 'gdpr' },
};
