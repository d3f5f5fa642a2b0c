// What `tocsin doctor --for server` says of the issuer, and that `up` would say what is wrong before it starts anything.
import { CHECKS, examine, type Finding, type Patient } from '../../doctor';
import { callbacks, issuer as check } from '../../doctor/server-check';
import { readSettings, SettingsError } from '../../platform/settings/load';
import { checkSettingsOfUp } from '../../settings/up';
import { AUDIENCE, type Issuer, startIssuer } from '../setup/oidc-issuer';

let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
});

async function found(env: NodeJS.ProcessEnv, of = check): Promise<Finding[]> {
  const patient = { name: 'server', env, production: false, read: (group: never) => readSettings(group, env) };
  return examine([of], patient as never as Patient, () => {});
}

test('an issuer that answers is in order; one that does not, or is another one, is a problem; none is a warning', async () => {
  const set = { TOCSIN_OIDC_ISSUER: issuer.issuer, TOCSIN_OIDC_AUDIENCE: AUDIENCE, TOCSIN_OIDC_ROLES_CLAIM: 'roles' };
  expect((await found(set)).map(({ state, says }) => [state, says])).toEqual([
    ['ok', `${issuer.issuer} says where its keys are; tokens are for ${AUDIENCE}`],
    ['ok', 'roles come from the claim roles'],
    ['warning', 'nobody can log in to the pages'],
    ['warning', expect.stringContaining('logs nobody in')],
    ['warning', expect.stringContaining('Web UI of Temporal shows ciphertext')],
  ]);
  const origins = { TOCSIN_SERVER_ORIGINS: 'https://temporal.acme.dev', TOCSIN_SUBJECTS: 'examples/subjects.yaml' };
  expect((await found({ ...set, ...origins })).map(({ says }) => says)).toContain(
    'roles come from the claim roles and 3 subjects',
  );
  const away = await found({ ...set, TOCSIN_OIDC_ISSUER: 'http://127.0.0.1:9' });
  expect(away[0]).toMatchObject({ state: 'problem', todo: expect.stringContaining('TOCSIN_OIDC_ISSUER') });
  const other = await found({ ...set, TOCSIN_OIDC_ISSUER: issuer.issuer.replace('127.0.0.1', 'localhost') });
  expect(other[0]).toMatchObject({ state: 'problem', says: expect.stringContaining('give its name exactly') });
  expect(other[0]!.says).toContain(`it names itself ${issuer.issuer}: `);
  const slash = await found({ ...set, TOCSIN_OIDC_ISSUER: `${issuer.issuer}/` });
  expect(slash[0]).toMatchObject({ state: 'problem', todo: expect.stringContaining('a slash at the end') });
  expect(await found({})).toEqual([expect.objectContaining({ about: 'Issuer', state: 'warning' })]);
});

test('a client that the issuer does not take is a problem before anybody logs in', async () => {
  const set = {
    TOCSIN_OIDC_ISSUER: issuer.issuer,
    TOCSIN_OIDC_AUDIENCE: AUDIENCE,
    TOCSIN_OIDC_ROLES_CLAIM: 'roles',
    TOCSIN_SERVER_URL: 'https://tocsin.acme.dev',
    TOCSIN_OIDC_CLIENT_ID: 'pages',
    TOCSIN_OIDC_CLIENT_SECRET: 'secret',
    TOCSIN_OIDC_DEVICE_CLIENT_ID: 'command-line',
    TOCSIN_SERVER_ORIGINS: 'https://temporal.acme.dev',
  };
  const problems = async (env: Record<string, string>) =>
    (await found({ ...set, ...env })).flatMap(({ state, says }) => (state === 'ok' ? [] : [says]));
  expect(await problems({})).toEqual([]);
  const secret = await problems({ TOCSIN_OIDC_CLIENT_SECRET: 'another' });
  expect(secret).toEqual([expect.stringMatching(/does not take the client pages with its secret \(invalid_client\)$/)]);
  expect(await problems({ TOCSIN_OIDC_CLIENT_SECRET: '' })).toEqual([
    expect.stringMatching(/does not take the client pages without a secret/),
  ]);
  expect(await problems({ TOCSIN_OIDC_DEVICE_CLIENT_ID: 'pages' })).toEqual([
    expect.stringMatching(/logs nobody in: the issuer does not take the client pages for the device flow/),
  ]);
  expect(await problems({ TOCSIN_OIDC_DEVICE_CLIENT_ID: 'nobody' })).toHaveLength(1);
});

test('of clients that nobody could ask about it is not said that people log in by them', async () => {
  const set = {
    ...{ TOCSIN_OIDC_ISSUER: 'http://127.0.0.1:9', TOCSIN_OIDC_AUDIENCE: AUDIENCE, TOCSIN_OIDC_ROLES_CLAIM: 'roles' },
    ...{ TOCSIN_SERVER_URL: 'https://tocsin.acme.dev', TOCSIN_OIDC_CLIENT_ID: 'pages' },
    ...{ TOCSIN_OIDC_CLIENT_SECRET: 'secret', TOCSIN_OIDC_DEVICE_CLIENT_ID: 'command-line' },
  };
  const of = (all: Finding[]) =>
    all.filter(({ says }) => /client/.test(says)).map(({ state, says }) => [state, says.split(' could ')[0]]);
  expect(of(await found(set))).toEqual([
    ['not checked', 'whether the issuer takes the client pages of the pages'],
    ['not checked', 'whether the issuer takes the client command-line of the command line'],
  ]);
});

test('who on the rota has no id at a service that calls back is named', async () => {
  const set = { TOCSIN_PAGERDUTY_WEBHOOK_SECRETS: 'x'.repeat(20), TOCSIN_ROTA: 'examples/rota.yaml' };
  expect(await found(set, callbacks)).toEqual([
    expect.objectContaining({
      state: 'warning',
      says: 'PagerDuty: the rota has the ids of 1 of 5 people, and not of bruno, chidi, security-lead, privacy-counsel',
    }),
  ]);
  const slack = { TOCSIN_SLACK_SIGNING_SECRETS: 'x'.repeat(20), TOCSIN_ROTA: 'examples/rota.yaml' };
  expect((await found(slack, callbacks)).map(({ says }) => says)).toEqual([
    'Slack: the rota has the ids of 2 of 5 people, and not of bruno, security-lead, privacy-counsel',
  ]);
  expect(await found({}, callbacks)).toEqual([]);
});

test('a service that calls back needs the rota, and a whole secret', () => {
  const wrong = (env: Record<string, string>) => () => checkSettingsOfUp(env);
  expect(wrong({ TOCSIN_PAGERDUTY_WEBHOOK_SECRETS: 'x'.repeat(20) })).toThrow(/TOCSIN_ROTA: is needed where/);
  expect(wrong({ TOCSIN_SLACK_SIGNING_SECRETS: 'x'.repeat(20), TOCSIN_ROTA: '/nowhere.yaml' })).toThrow(
    /TOCSIN_ROTA: /,
  );
  expect(wrong({ TOCSIN_SLACK_SIGNING_SECRETS: `${'x'.repeat(20)},short`, TOCSIN_ROTA: 'examples/rota.yaml' })).toThrow(
    /TOCSIN_SLACK_SIGNING_SECRETS: each must have 16 characters/,
  );
  expect(wrong({ TOCSIN_SLACK_BUTTONS: 'yes' })).toThrow(/TOCSIN_SLACK_BUTTONS: needs/);
});

test('the server is not looked at for what it does not use', () => {
  const of = CHECKS.filter((each) => !('of' in each) || (each.of as readonly string[]).includes('server')).map(
    ({ about }) => about,
  );
  expect(of).toEqual(expect.arrayContaining(['Settings', 'Postgres', 'Temporal', 'Issuer']));
  expect(of).not.toContain('Directory');
});

test('`up` names what is wrong with the server before anything starts', () => {
  const wrong = () => checkSettingsOfUp({ TOCSIN_OIDC_ISSUER: 'https://login.acme.dev' });
  expect(wrong).toThrow(SettingsError);
  expect(wrong).toThrow(/TOCSIN_OIDC_AUDIENCE: is needed/);
});
