/** Each guard in each process that it binds, from both sides. A new guard, or a new process, has no row here and fails. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { connectTocsin } from '../../../client/connect';
import { namesAnExample } from '../../../platform/example-address';
import { SettingsError } from '../../../platform/settings/load';
import { postgresTlsProblem } from '../../../postgres/verified-tls';
import { databaseOfCli, mailOfCli, serverOfCli, temporalOfCli } from '../../../settings/cli';
import { GUARDED, GUARDS, type Guarded, guardProblems } from '../../../settings/guards';
import { loadIntakeSettings } from '../../../settings/intake';
import { loadServerSettings } from '../../../settings/serve';
import { loadWatchdogSettings } from '../../../settings/watchdog';
import { loadWorkerSettings } from '../../../settings/worker';
import { temporaryDir } from '../../setup/helpers';
import { complete, OWN_REPORTS, withoutOwnValues } from './production-env';

type Env = NodeJS.ProcessEnv;

const LOAD: Record<Guarded, (env: Env) => unknown> = {
  worker: (env) => loadWorkerSettings(env),
  server: (env) => loadServerSettings(env),
  intake: (env) => loadIntakeSettings(env),
  watchdog: (env) => loadWatchdogSettings(env),
  'watchdog without mail': (env) =>
    loadWatchdogSettings({
      ...env,
      RESEND_API_KEY: '',
      TOCSIN_MAIL_FROM: '',
      TOCSIN_WATCHDOG_MAIL: '',
      TOCSIN_WATCHDOG_WEBHOOK_URL: 'https://hooks.acme.dev',
      TOCSIN_WATCHDOG_WEBHOOK_SECRET: `whsec_${'A'.repeat(32)}`,
    }),
  'command to Temporal': temporalOfCli,
  'command to the server': (env) => serverOfCli({ ...env, TOCSIN_URL: 'https://tocsin.acme.dev' }),
  'command to Postgres': databaseOfCli,
  'command that mails': mailOfCli,
};

function problemsOf(load: () => unknown): string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return [...error.problems];
    throw error;
  }
}

const dir = temporaryDir('guards');
const file = (name: string, text: string) => {
  writeFileSync(path.join(dir, name), text);
  return path.join(dir, name);
};

const WEBHOOK_SECRET = `whsec_${'A'.repeat(32)}`;
/** Packs of which one has the product show a notice. */
const SHOWN_IN_PRODUCT = `gdpr,${file(
  'shown.yaml',
  readFileSync('policy/packs/trust-center.yaml', 'utf8').replace('  - id: enterprise-notice\n', '$&    inApp: true\n'),
)}`;
const overHttp = (address: string) => ({
  TOCSIN_DIRECTORY: '',
  TOCSIN_DIRECTORY_HTTP_URL: address,
  TOCSIN_DIRECTORY_HTTP_TOKEN: 'hidden',
});

/** Per guard: what breaks it and how it is told, and what is still within it. `plain`: a variable that must be set. */
const ROWS: Record<string, { breaks: Array<[Env, RegExp]>; holds: Env[]; binds?: readonly Guarded[] }> = {
  'encryption keys': {
    binds: ['worker', 'server', 'intake', 'watchdog', 'watchdog without mail', 'command to Temporal'],
    breaks: [[{ TOCSIN_ENCRYPTION_KEYS: '' }, /^TOCSIN_ENCRYPTION_KEYS: is not set; in production/]],
    holds: [{ TOCSIN_ENCRYPTION_KEYS: `other:${randomBytes(32).toString('base64')}` }],
  },
  'people who prove who they are': {
    binds: ['server'],
    breaks: [
      [{ TOCSIN_OIDC_ISSUER: '' }, /^TOCSIN_OIDC_ISSUER: is not set; in production people must prove who they are/],
      [{ TOCSIN_OIDC_ISSUER: 'http://login.acme.dev' }, /^TOCSIN_OIDC_ISSUER: must be an https address/],
      [{ TOCSIN_OIDC_ISSUER: 'https://me:secret@login.acme.dev' }, /^TOCSIN_OIDC_ISSUER: must be an https address/],
      [{ TOCSIN_OIDC_AUDIENCE: '' }, /^TOCSIN_OIDC_AUDIENCE: is needed with TOCSIN_OIDC_ISSUER/],
      [{ TOCSIN_OIDC_ROLES_CLAIM: '' }, /^TOCSIN_OIDC_ROLES_CLAIM: is not set, nor is TOCSIN_SUBJECTS/],
      [{ TOCSIN_SUBJECTS: '/nowhere.yaml' }, /^TOCSIN_SUBJECTS: .*there is no such file/],
      [
        { TOCSIN_SUBJECTS: file('boss.yaml', 'subjects: [{subject: ann, roles: [boss]}]') },
        /^TOCSIN_SUBJECTS: .*roles/,
      ],
      [{ TOCSIN_SERVER_ORIGINS: '*' }, /^TOCSIN_SERVER_ORIGINS: each must be an origin/],
      [{ TOCSIN_SERVER_ORIGINS: 'https://ui.acme.dev/' }, /^TOCSIN_SERVER_ORIGINS: each must be an origin/],
    ],
    holds: [
      { TOCSIN_SUBJECTS: file('ann.yaml', 'subjects: [{subject: ann, roles: [owner]}]'), TOCSIN_OIDC_ROLES_CLAIM: '' },
      { TOCSIN_SERVER_ORIGINS: 'https://ui.acme.dev, https://tocsin.acme.dev' },
    ],
  },
  'somebody to tell': {
    binds: ['watchdog'],
    breaks: [
      [
        { TOCSIN_WATCHDOG_MAIL: '' },
        /^TOCSIN_WATCHDOG_MAIL: is not set, nor is TOCSIN_WATCHDOG_WEBHOOK_URL.*set one of them/,
      ],
      [{ TOCSIN_WATCHDOG_MAIL: 'nobody' }, /^TOCSIN_WATCHDOG_MAIL: must be mail addresses/],
      [{ TOCSIN_WATCHDOG_MAIL: 'oncall@example.com' }, /^TOCSIN_WATCHDOG_MAIL: is an example address/],
    ],
    holds: [
      {
        TOCSIN_WATCHDOG_MAIL: '',
        TOCSIN_WATCHDOG_WEBHOOK_URL: 'https://hooks.acme.dev',
        TOCSIN_WATCHDOG_WEBHOOK_SECRET: `whsec_${'A'.repeat(32)}`,
      },
    ],
  },
  'own egress': {
    binds: ['worker'],
    breaks: [[{ TOCSIN_PROTECTED_RANGES: '' }, /^TOCSIN_PROTECTED_RANGES: is not set; in production/]],
    holds: [{ TOCSIN_PROTECTED_RANGES: '192.0.2.1' }],
  },
  'a mode that is one': {
    binds: GUARDED,
    breaks: [[{ TOCSIN_ENV: 'prod' }, /^TOCSIN_ENV: must be production or development/]],
    holds: [{}],
  },
  'names that are settings': {
    binds: GUARDED,
    breaks: [
      [{ TOCSIN_DIRECTRY: '/people' }, /^TOCSIN_DIRECTRY: .* did you mean TOCSIN_DIRECTORY\?/],
      [{ TOSCIN_ROTA: '/rota.yaml' }, /^TOSCIN_ROTA: .* did you mean TOCSIN_ROTA\?/],
      [{ tocsin_site_url: 'https://a.acme.dev' }, /^tocsin_site_url: .* did you mean TOCSIN_SITE_URL\?/],
      [{ CLOUDFLARE_API_TOKN: 't' }, /^CLOUDFLARE_API_TOKN: .* did you mean CLOUDFLARE_API_TOKEN\?/],
      [{ TEMPORAL_NAMSPACE: 'n' }, /^TEMPORAL_NAMSPACE: .* did you mean TEMPORAL_NAMESPACE\?/],
    ],
    holds: [
      { TOCSIN_SERVICE_HOST: '10.0.0.1' },
      { TEMPORAL_ADRESS: 'set-beside:7233', DATABASE_URI: 'postgres://x/y' },
    ],
  },
  'webhooks of containment over TLS': {
    binds: ['worker'],
    breaks: [
      [
        { TOCSIN_WEBHOOK_URL: 'http://hooks.acme.dev', TOCSIN_WEBHOOK_SECRET: `whsec_${'A'.repeat(32)}` },
        /^TOCSIN_WEBHOOK_URL: .*must be https/,
      ],
    ],
    holds: [
      { TOCSIN_WEBHOOK_URL: 'https://hooks.acme.dev', TOCSIN_WEBHOOK_SECRET: `whsec_${'A'.repeat(32)}` },
      { TOCSIN_WEBHOOK_URL: 'http://127.0.0.1:9', TOCSIN_WEBHOOK_SECRET: `whsec_${'A'.repeat(32)}` },
    ],
  },
  'verified TLS to Postgres': {
    breaks: ['', '?sslmode=require', '?sslmode=verify-full&sslmode=no-verify', '?ssl=true', '?host=10.0.0.1'].map(
      (query) => [
        { DATABASE_URL: `postgres://u:hidden@db.acme.dev/tocsin${query}` },
        /^DATABASE_URL: the server need not prove who it is.*sslmode=verify-full/,
      ],
    ),
    holds: [
      { DATABASE_URL: 'postgres://u:hidden@db.acme.dev/tocsin?sslmode=verify-full' },
      { DATABASE_URL: 'postgres://127.0.0.1/tocsin' },
      { DATABASE_URL: 'postgres://u@localhost/tocsin?host=/run/postgresql' },
    ],
  },
  'verified TLS to the directory': {
    breaks: [
      [
        {
          TOCSIN_DIRECTORY: '',
          TOCSIN_DIRECTORY_URL: 'postgres://people.acme.dev/people',
          TOCSIN_DIRECTORY_WORKSPACES_SQL: 'w',
          TOCSIN_DIRECTORY_INDIVIDUALS_SQL: 'i',
          TOCSIN_DIRECTORY_SUBSCRIBERS_SQL: 's',
        },
        /^TOCSIN_DIRECTORY_URL: the server need not prove/,
      ],
    ],
    holds: [
      {
        TOCSIN_DIRECTORY: '',
        TOCSIN_DIRECTORY_URL: 'postgres://people.acme.dev/people?sslmode=verify-full',
        TOCSIN_DIRECTORY_WORKSPACES_SQL: 'w',
        TOCSIN_DIRECTORY_INDIVIDUALS_SQL: 'i',
        TOCSIN_DIRECTORY_SUBSCRIBERS_SQL: 's',
      },
    ],
  },
  'verified TLS to the roles that are rotated': {
    breaks: [
      [
        { TOCSIN_ROTATE_DATABASE_URL: 'postgres://db.acme.dev/app', TOCSIN_ROTATABLE_ROLES: 'app' },
        /^TOCSIN_ROTATE_DATABASE_URL: the server need not prove/,
      ],
    ],
    holds: [
      { TOCSIN_ROTATE_DATABASE_URL: 'postgres://db.acme.dev/app?sslmode=verify-full', TOCSIN_ROTATABLE_ROLES: 'app' },
    ],
  },
  'verified TLS to Temporal': {
    breaks: [
      [{ TEMPORAL_TLS: '' }, /^TEMPORAL_TLS: the connection is not encrypted/],
      [{ TEMPORAL_TLS: 'false', TEMPORAL_API_KEY: 'key' }, /^TEMPORAL_TLS: the connection is not encrypted/],
      [{ TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' }, /^TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: is set/],
      [{ TEMPORAL_ADDRESS: '' }, /^TEMPORAL_ADDRESS: is not set/],
    ],
    holds: [
      { TEMPORAL_TLS: undefined, TEMPORAL_API_KEY: 'key' },
      { TEMPORAL_TLS: undefined, TEMPORAL_ADDRESS: '127.0.0.1:7233' },
      { TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'false' },
    ],
  },
  'a witness or two anchors': {
    breaks: [
      [
        { TOCSIN_ANCHOR_MAIL: '' },
        /^TOCSIN_WITNESSES: is not set, and checkpoints are kept in one file only: name a witness, or .*TOCSIN_ANCHOR_MAIL/,
      ],
      ...[{ TOCSIN_ANCHOR_MAIL: '  ' }, { TOCSIN_ANCHOR_MAIL: '', TOCSIN_WITNESSES: ' , ,' }].map(
        (blank): [Env, RegExp] => [blank, /^TOCSIN_WITNESSES: is not set, and checkpoints/],
      ),
    ],
    holds: [{ TOCSIN_ANCHOR_MAIL: 'board@acme.dev' }],
  },
  'a policy of its own that loads': {
    breaks: [
      [
        { TOCSIN_ORGANISATION: '' },
        /^TOCSIN_ORGANISATION: is not set, so contactPoint, .*name are still the example's: name a file .*examples\/organisation\.yaml/,
      ],
      [
        { TOCSIN_ORGANISATION: 'examples/organisation.yaml' },
        /^TOCSIN_ORGANISATION: contactPoint, .*name are still the example's: state your own in the file/,
      ],
      [{ TOCSIN_POLICY: 'gdrp' }, /^TOCSIN_POLICY: .*gdrp/],
    ],
    holds: [{}],
  },
  'notices that say who gives them and how to reach whom': {
    breaks: [
      [
        { TOCSIN_ORGANISATION: file('bare.yaml', 'name: Acme GmbH\ncontactPoint: x\nmainEstablishment: DE-BE\n') },
        /^TOCSIN_ORGANISATION: the file does not state sender .*postalAddress .*telephone .*contactPointTelephone .*contactPointPostalAddress .*: add them/,
      ],
      [
        {
          TOCSIN_ORGANISATION: file(
            'silent.yaml',
            'name: Acme GmbH\ncontactPoint: x\nmainEstablishment: DE-BE\nsender: { name: A, function: B }\npostalAddress: C\n' +
              'contactPointTelephone: D\ncontactPointPostalAddress: E\n',
          ),
        },
        /^TOCSIN_ORGANISATION: the file does not state telephone \(its telephone number\): add it/,
      ],
    ],
    holds: [{}],
  },
  'a sender of its own': {
    breaks: [
      [{ TOCSIN_MAIL_FROM: '' }, /^TOCSIN_MAIL_FROM: is not set: give a sender/],
      [{ TOCSIN_MAIL_FROM: 'Incidents <a@mail.example.com>' }, /^TOCSIN_MAIL_FROM: is an example address/],
    ],
    holds: [{ TOCSIN_MAIL_FROM: 'a@example.com.acme.dev' }],
  },
  'contacts of its own': {
    breaks: [
      [{ TOCSIN_CONTACTS: '' }, /^TOCSIN_CONTACTS: is not set/],
      [
        { TOCSIN_CONTACTS: 'examples/contacts.yaml' },
        /^TOCSIN_CONTACTS: fallback, oncall, .*have example addresses: give some/,
      ],
      [{ TOCSIN_CONTACTS: '/nowhere.yaml' }, /^TOCSIN_CONTACTS: .*ENOENT/],
    ],
    holds: [{ TOCSIN_CONTACTS: file('more.yaml', 'fallback: a@acme.dev\n') }],
  },
  'a rota of its own': {
    breaks: [[{ TOCSIN_ROTA: 'examples/rota.yaml' }, /^TOCSIN_ROTA: aoife, .*have example addresses: give some/]],
    holds: [{ TOCSIN_ROTA: '' }],
  },
  'a directory of its own that loads': {
    breaks: [
      [{ TOCSIN_DIRECTORY: 'examples/directory' }, /^TOCSIN_DIRECTORY: is the example folder: name/],
      [{ TOCSIN_DIRECTORY: '/nowhere' }, /^TOCSIN_DIRECTORY: .*ENOENT/],
      [{ TOCSIN_DIRECTORY: '' }, /^TOCSIN_DIRECTORY: is not set/],
    ],
    holds: [{}],
  },
  'a directory over HTTP that is https, and no example': {
    breaks: [
      [overHttp('http://people.acme.dev/tocsin'), /^TOCSIN_DIRECTORY_HTTP_URL: is not https/],
      [overHttp('http://127.0.0.1.acme.dev'), /^TOCSIN_DIRECTORY_HTTP_URL: is not https/],
      [overHttp('https://people.example.com'), /^TOCSIN_DIRECTORY_HTTP_URL: is an example address/],
    ],
    holds: [overHttp('https://people.acme.dev/tocsin'), overHttp('http://127.0.0.1:8085')],
  },
  'mail over TLS': {
    breaks: [
      [{ RESEND_BASE_URL: 'http://relay.acme.dev' }, /^RESEND_BASE_URL: is not https/],
      [{ RESEND_BASE_URL: 'http://127.0.0.1.acme.dev' }, /^RESEND_BASE_URL: is not https/],
    ],
    holds: [{ RESEND_BASE_URL: 'https://relay.acme.dev' }, { RESEND_BASE_URL: 'http://127.0.0.1:9' }],
  },
  'alarms and updates over TLS, and no example of an address': {
    breaks: [
      ...['TOCSIN_SLACK_WEBHOOK_URL', 'TOCSIN_PAGERDUTY_URL', 'TOCSIN_ESCALATION_WEBHOOK_URL'].map(
        (name): [Env, RegExp] => [{ [name]: 'http://hidden.acme.dev/T0' }, new RegExp(`^${name}: is not https`)],
      ),
      [{ TOCSIN_STATUS_URL: 'https://status.example.com' }, /^TOCSIN_STATUS_URL: is an example address/],
      [{ TOCSIN_ANCHOR_MAIL: 'the board' }, /^TOCSIN_ANCHOR_MAIL: is not a mail address/],
      [{ TOCSIN_ANCHOR_MAIL: 'board@example.com' }, /^TOCSIN_ANCHOR_MAIL: is an example address/],
    ],
    holds: [{ TOCSIN_SLACK_WEBHOOK_URL: 'https://hooks.acme.dev/T0', TOCSIN_STATUS_URL: 'http://status.acme.dev' }],
  },
  'what others are told over TLS': {
    breaks: [
      ...['TOCSIN_STATUSPAGE_URL', 'TOCSIN_IN_APP_URL'].map((name): [Env, RegExp] => [
        { TOCSIN_IN_APP_SECRET: WEBHOOK_SECRET, [name]: 'http://hidden.acme.dev/T0' },
        new RegExp(`^${name}: is not https`),
      ]),
      [
        { TOCSIN_IN_APP_SECRET: WEBHOOK_SECRET, TOCSIN_IN_APP_URL: 'https://app.example.com/notices' },
        /^TOCSIN_IN_APP_URL: is an example address/,
      ],
    ],
    holds: [
      { TOCSIN_IN_APP_SECRET: WEBHOOK_SECRET, TOCSIN_IN_APP_URL: 'https://app.acme.dev/notices' },
      { TOCSIN_STATUSPAGE_URL: 'https://api.statuspage.io' },
    ],
  },
  'a status page that somebody reads': {
    breaks: [
      [{ TOCSIN_STATUS_DIR: '' }, /^TOCSIN_STATUS_DIR: is not set, so nobody outside would read status-page-update, /],
      [{ TOCSIN_STATUS_URL: '' }, /^TOCSIN_STATUS_URL: is not set: give the address under which others read/],
    ],
    holds: [{ TOCSIN_STATUS_DIR: '', TOCSIN_STATUSPAGE_API_KEY: 'k', TOCSIN_STATUSPAGE_PAGES: 'p' }],
  },
  'a receiver of what the product shows': {
    breaks: [
      [
        { TOCSIN_POLICY: SHOWN_IN_PRODUCT, TOCSIN_IN_APP_URL: '' },
        /^TOCSIN_IN_APP_URL: is not set, but the policy has your product show enterprise-notice \(inApp\): give/,
      ],
    ],
    holds: [
      {
        TOCSIN_POLICY: SHOWN_IN_PRODUCT,
        TOCSIN_IN_APP_URL: 'https://app.acme.dev/notices',
        TOCSIN_IN_APP_SECRET: WEBHOOK_SECRET,
      },
    ],
  },
  'the same of the watchdog': {
    breaks: [
      [{ TOCSIN_WATCHDOG_PING_URL: 'http://hidden.acme.dev' }, /^TOCSIN_WATCHDOG_PING_URL: is not https/],
      [{ TOCSIN_WATCHDOG_PING_URL: 'https://ping.example.com' }, /^TOCSIN_WATCHDOG_PING_URL: is an example address/],
    ],
    holds: [{ TOCSIN_WATCHDOG_PING_URL: 'https://ping.acme.dev/hidden' }],
  },
  'certificates that are verified': {
    breaks: [[{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, /^NODE_TLS_REJECT_UNAUTHORIZED: is 0, .*remove it/]],
    holds: [{ NODE_TLS_REJECT_UNAUTHORIZED: '1' }],
  },
  'a report channel of its own': {
    breaks: [
      [{ TOCSIN_REPORTS: '' }, /^TOCSIN_REPORTS: is not set, so contact is still the example's address: name a file/],
      [{ TOCSIN_REPORTS: '' }, /^TOCSIN_REPORTS: publicUrl is not set, .*: name a file of your own, with the https/],
      [
        { TOCSIN_REPORTS: 'policy/vulnerability-reports.yaml' },
        /^TOCSIN_REPORTS: contact is an example address: state your own/,
      ],
    ],
    holds: [{}],
  },
};

test('the intake of production says where the links lead that it mails, and that is no example', () => {
  const start = (name: string, publicUrl: string) => {
    const text = OWN_REPORTS.replace('publicUrl: https://security.acme.dev\n', publicUrl);
    return problemsOf(() => loadIntakeSettings({ ...complete, TOCSIN_REPORTS: file(name, text) }));
  };
  expect(start('no-url.yaml', '')).toEqual([expect.stringMatching(/^TOCSIN_REPORTS: publicUrl is not set/)]);
  expect(start('example-url.yaml', 'publicUrl: https://security.example.com\n')).toEqual([
    expect.stringMatching(/^TOCSIN_REPORTS: publicUrl is an example address/),
  ]);
  expect(start('http-url.yaml', 'publicUrl: http://security.acme.dev\n')).toEqual([
    expect.stringContaining('must be an https address'),
  ]);
  expect(start('own-url.yaml', 'publicUrl: https://security.acme.dev/\n')).toEqual([]);
  const trial = { ...complete, TOCSIN_ENV: 'development', TOCSIN_REPORTS: '' };
  expect(problemsOf(() => loadIntakeSettings(trial))).toEqual([]);
});

test("what goes to a provider, a pager or the watchdog's receivers in plain http is refused", () => {
  for (const [process, names] of [
    ['worker', ['RESEND_BASE_URL', 'TOCSIN_SLACK_WEBHOOK_URL', 'TOCSIN_PAGERDUTY_URL', 'TOCSIN_STATUSPAGE_URL']],
    ['watchdog', ['RESEND_BASE_URL', 'TOCSIN_WATCHDOG_PING_URL']],
    ['command that mails', ['RESEND_BASE_URL']],
  ] as const)
    for (const name of names)
      expect(problemsOf(() => LOAD[process]({ ...complete, [name]: 'http://hooks.acme.dev/' }))).toEqual([
        expect.stringMatching(new RegExp(`^${name}: is not https`)),
      ]);
});

test('certificates that nobody verifies are refused in every process of production', () => {
  for (const process of GUARDED)
    expect(problemsOf(() => LOAD[process]({ ...complete, NODE_TLS_REJECT_UNAUTHORIZED: '0' }))).toEqual([
      expect.stringMatching(/^NODE_TLS_REJECT_UNAUTHORIZED: /),
    ]);
});

test('a blank, unreadable or example address is no anchor', () => {
  for (const told of [' ', 'the board', 'board@example.com'])
    expect(problemsOf(() => LOAD.worker({ ...complete, TOCSIN_ANCHOR_MAIL: told }))).toHaveLength(1);
  expect(problemsOf(() => LOAD.worker({ ...complete, TOCSIN_ANCHOR_MAIL: '', TOCSIN_WITNESSES: ' ,' }))).toHaveLength(
    1,
  );
});

const ALL = [...new Set([...Object.keys(GUARDS), ...Object.keys(ROWS)])];
const bindsOf = (guard: string): readonly Guarded[] =>
  GUARDS[guard as keyof typeof GUARDS]?.binds ?? ROWS[guard]?.binds ?? [];

test('every guard has its row, and every process a way to start', () => {
  expect(Object.keys(ROWS)).toEqual(expect.arrayContaining(Object.keys(GUARDS)));
  expect(Object.keys(LOAD)).toEqual([...GUARDED]);
});

describe.each(GUARDED)('%s', (process) => {
  test('starts in production when all is set', () => expect(problemsOf(() => LOAD[process](complete))).toEqual([]));

  test.each(ALL.filter((guard) => bindsOf(guard).includes(process)))('%s', (guard) => {
    for (const [broken, told] of ROWS[guard]!.breaks) {
      const problems = problemsOf(() => LOAD[process]({ ...complete, ...broken }));
      expect(problems.filter((each) => told.test(each))).not.toEqual([]);
      expect(problems.join()).not.toContain('hidden');
    }
    for (const held of ROWS[guard]!.holds)
      expect(problemsOf(() => LOAD[process]({ ...complete, ...held }))).toEqual([]);
  });
});

test.each(GUARDED.filter((each) => !['command to Postgres', 'command to the server'].includes(each)))(
  '%s with nothing set is told of each problem what to do',
  (process) => {
    const todo = /(: |, or |; in production |\. )(give|name|set|add|state|list|payloads must be encrypted: give) /;
    const problems = problemsOf(() => LOAD[process]({ TOCSIN_ENV: 'production', TOCSIN_DATA_DIR: dir }));
    expect(problems.filter((each) => !todo.test(each) || each.includes('tocsin up'))).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
  },
);

test('what is wrong is told at once, in the words of every guard', () => {
  const broken = Object.assign({}, ...Object.values(ROWS).map(({ breaks }) => breaks[0]![0]), {
    TOCSIN_ENV: 'production',
  });
  const problems = problemsOf(() => LOAD.worker({ ...complete, ...broken, TOCSIN_DIRECTORY_URL: '' }));
  expect(problems.length).toBeGreaterThanOrEqual(12);
});

describe('outside production', () => {
  const development = { ...complete, ...withoutOwnValues, TOCSIN_ENV: 'development', TOCSIN_DATA_DIR: dir };

  test('nothing is mailed from the examples to a live provider', () => {
    expect(problemsOf(() => LOAD.worker(development)).map((each) => each.split(':')[0])).toEqual(
      expect.arrayContaining(['TOCSIN_ORGANISATION', 'TOCSIN_MAIL_FROM', 'TOCSIN_CONTACTS']),
    );
  });

  const local = { ...development, RESEND_API_KEY: '', TOCSIN_IN_APP_SECRET: WEBHOOK_SECRET };
  const namesOf = (env: Env) => guardProblems('worker', env).map((each) => each.split(':')[0]);

  test('nothing is published from the examples, nor shown in the product, nor sent there unsealed', () => {
    const key = { TOCSIN_STATUSPAGE_API_KEY: 'k', TOCSIN_STATUSPAGE_PAGES: 'page1' };
    expect(namesOf(local)).toEqual([]);
    expect(namesOf({ ...local, ...key })).toEqual(['TOCSIN_ORGANISATION']);
    expect(namesOf({ ...local, TOCSIN_IN_APP_URL: 'https://app.acme.dev/notices' })).toEqual(['TOCSIN_ORGANISATION']);
    expect(namesOf({ ...local, ...key, TOCSIN_STATUSPAGE_URL: 'http://status.acme.dev' })).toEqual([
      'TOCSIN_ORGANISATION',
      'TOCSIN_STATUSPAGE_URL',
    ]);
    expect(namesOf({ ...local, ...key, TOCSIN_STATUSPAGE_URL: 'http://127.0.0.1:2' })).toEqual([]);
    expect(namesOf({ ...local, TOCSIN_IN_APP_URL: 'http://127.0.0.1:2' })).toEqual([]);
  });

  test('where real people are mailed, a pack that has the product show a notice needs its receiver; where none are, the recorder takes it', () => {
    const shows = { TOCSIN_POLICY: SHOWN_IN_PRODUCT };
    expect(namesOf({ ...local, ...shows })).toEqual([]);
    expect(namesOf({ ...development, ...shows })).toContain('TOCSIN_IN_APP_URL');
  });

  test('to a mailbox of this machine it is', () => {
    expect(problemsOf(() => LOAD.worker({ ...development, RESEND_BASE_URL: 'http://127.0.0.1:2' }))).toEqual([]);
  });
});

test('the typed client connects in production only over TLS', async () => {
  const env = { ...complete, TEMPORAL_TLS: '' };
  await expect(connectTocsin({ env })).rejects.toThrow('TEMPORAL_TLS: the connection is not encrypted');
});

test.each([
  ['a@example.com', true],
  ['A <a@people.example.org>', true],
  ['a@x.test', true],
  ['a@example.com.acme.dev', false],
  ['a@myexample.com', false],
  ['example', false],
])('%s: an example is %s', (text, is) => expect(namesAnExample(text)).toBe(is));

test('an address of Postgres without a host is refused in production, as PGHOST would name one', () => {
  expect(postgresTlsProblem('DATABASE_URL', 'postgres:///tocsin')).toMatch(
    /^DATABASE_URL: names no server, so PGHOST would/,
  );
  expect(postgresTlsProblem('DATABASE_URL', 'postgres:///tocsin?host=/var/run/postgresql')).toBeUndefined();
  expect(postgresTlsProblem('DATABASE_URL', 'postgres://127.0.0.1/tocsin')).toBeUndefined();
});

test.each([
  [
    { TOCSIN_DIRECTORY_HTTP_URL: 'https://people.acme.dev' },
    /^TOCSIN_DIRECTORY, TOCSIN_DIRECTORY_HTTP_URL: only one says/,
  ],
  [{ TOCSIN_DIRECTORY_URL: 'postgres://localhost/people' }, /^TOCSIN_DIRECTORY, TOCSIN_DIRECTORY_URL: only one says/],
  [
    { ...overHttp('https://people.acme.dev'), TOCSIN_DIRECTORY_HTTP_TOKEN: '' },
    /^TOCSIN_DIRECTORY_HTTP_TOKEN: is needed/,
  ],
  [{ ...overHttp('https://people.acme.dev'), TOCSIN_DIRECTORY_HTTP_TOKEN: 'Bearer hidden' }, /is not a bearer token/],
  [overHttp('https://ada:hidden@people.acme.dev'), /^TOCSIN_DIRECTORY_HTTP_URL: has a user, a query or a fragment/],
  [overHttp('https://people.acme.dev?key=hidden'), /^TOCSIN_DIRECTORY_HTTP_URL: has a user, a query or a fragment/],
  [overHttp('ftp://localhost/people'), /^TOCSIN_DIRECTORY_HTTP_URL: is not an HTTP address/],
])('one directory is named, with what it needs (%#)', (over, told) => {
  const problems = problemsOf(() => LOAD.worker({ ...complete, ...over }));
  expect(problems.find((problem) => told.test(problem))).toBeDefined();
  expect(problems.join()).not.toContain('hidden');
});
