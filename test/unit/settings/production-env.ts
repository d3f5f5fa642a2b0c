/** An environment with which every process starts in production. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CSV_FILES } from '../../../activities/directory/csv-directory';
import { temporaryDir } from '../../setup/helpers';

const dir = temporaryDir('own-values');
const people = path.join(dir, 'people');
mkdirSync(people);
for (const [name, columns] of Object.entries(CSV_FILES))
  writeFileSync(path.join(people, name), `${columns.join(',')}\n`);

function file(name: string, text: string): string {
  writeFileSync(path.join(dir, name), text);
  return path.join(dir, name);
}

/** A file with an organisation that is nobody's example. */
export const OWN_ORGANISATION = file(
  'organisation.yaml',
  `name: Acme GmbH
contactPoint: "DPO, privacy@acme.dev"
contactPointTelephone: "+49 30 901820"
contactPointPostalAddress: Unter den Linden 1, 10117 Berlin
sender: { name: Ada Muster, function: Managing Director }
postalAddress: Unter den Linden 1, 10117 Berlin
telephone: "+49 30 901820"
mainEstablishment: DE-BE
`,
);

/** A file about reports that is nobody's example. */
export const OWN_REPORTS = `contact: security@acme.dev
publicUrl: https://security.acme.dev
owner: security-lead
acknowledge: { businessDays: 5, repeatEvery: P1D }
followUpAfter: P14D
calendar: { timeZone: Europe/Berlin }
`;

export const complete = {
  TOCSIN_ENV: 'production',
  TOCSIN_DATA_DIR: dir,
  TOCSIN_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  TEMPORAL_ADDRESS: 'temporal.acme.dev:7233',
  TEMPORAL_TLS: 'true',
  TEMPORAL_CONFIG_FILE: path.join(dir, 'none.toml'),
  DATABASE_URL: 'postgres://db.acme.dev/tocsin?sslmode=verify-full',
  RESEND_API_KEY: 're_live',
  TOCSIN_MAIL_FROM: 'Incidents <incidents@acme.dev>',
  TOCSIN_CONTACTS: file('contacts.yaml', 'fallback: oncall@acme.dev\n'),
  TOCSIN_DIRECTORY: people,
  TOCSIN_ORGANISATION: OWN_ORGANISATION,
  TOCSIN_REPORTS: file('reports.yaml', OWN_REPORTS),
  TOCSIN_ANCHOR_MAIL: 'board@acme.dev',
  TOCSIN_OIDC_ISSUER: 'https://login.acme.dev',
  TOCSIN_OIDC_AUDIENCE: 'https://tocsin.acme.dev',
  TOCSIN_OIDC_ROLES_CLAIM: 'roles',
  TOCSIN_WATCHDOG_MAIL: 'oncall@acme.dev',
  TOCSIN_PROTECTED_RANGES: '198.51.100.0/28',
  TOCSIN_STATUS_DIR: path.join(dir, 'status'),
  TOCSIN_STATUS_URL: 'https://status.acme.dev',
};

/** What leaves only the examples. */
export const withoutOwnValues = {
  TOCSIN_MAIL_FROM: '',
  TOCSIN_CONTACTS: '',
  TOCSIN_ORGANISATION: '',
  TOCSIN_REPORTS: '',
};
