import { createContainment } from '../../../activities/containment';
import { ownCredentialProblem, ownCredentials } from '../../../activities/containment/own-credentials';
import { loadWorkerSettings } from '../../../settings/worker';
import { complete } from '../settings/production-env';
import { folder, rotate, WEBHOOK_SECRET } from './fixtures';

const ENV = {
  DATABASE_URL: 'postgres://tocsin%2Dlive:pw@db.example.com/register',
  TOCSIN_ROTATE_DATABASE_URL: 'postgresql://rotator:pw@db.example.com/app',
  SOME_OTHER_STORE: 'postgres://reader:pw@other.example.com/x',
  RESEND_API_KEY: 're_5f0d2c9b7e',
  CLOUDFLARE_API_TOKEN: 'cf-token-value-1',
};
const own = ownCredentials(ENV, ['DATABASE_URL', 'RESEND_API_KEY', 'CLOUDFLARE_API_TOKEN']);
const problem = (provider: string, ref: string) => ownCredentialProblem(own, { provider, ref });

test.each(['tocsin-live', 'rotator', 'reader', 'tocsin_owner', 'tocsin_writer', 'tocsin_auditor', 'tocsin_app'])(
  'the login %s is never rotated by the one that works with it',
  (role) => expect(problem('postgres-role', role)).toMatch(/Tocsin itself logs in with: .*rotate it by hand/),
);

test('a login of somebody else is rotated', () => {
  for (const role of ['deploy', 'tocsin-live2', 'Rotator', 'tocsin_reports']) {
    expect([role, problem('postgres-role', role)]).toEqual([role, undefined]);
  }
});

test.each(['RESEND_API_KEY', 'resend-api-key', 'Resend.Api.Key', 'cloudflare_api_token'])(
  'a key that the settings hold is not rotated under its name %s',
  (ref) => expect(problem('webhook', ref)).toMatch(/which Tocsin itself works with: replace it by hand/),
);

test('a secret that is named in place of its id is refused, and not told', () => {
  const told = problem('webhook', `key:${ENV.RESEND_API_KEY}`);
  expect(told).toMatch(/^the reference is RESEND_API_KEY, which Tocsin itself works with/);
  expect(told).not.toContain(ENV.RESEND_API_KEY);
  expect(problem('webhook', 'resend-api-key-of-marketing')).toBeUndefined();
});

test('the worker hands over what it is set up with', async () => {
  const { containment } = loadWorkerSettings({
    ...complete,
    TOCSIN_ENV: 'development',
    ...ENV,
    CLOUDFLARE_ZONE_ID: 'z',
    TOCSIN_DATA_DIR: folder(),
    TOCSIN_ROTATABLE_ROLES: 'tocsin-live',
    TOCSIN_WEBHOOK_URL: 'https://hooks.example.com',
    TOCSIN_WEBHOOK_SECRET: WEBHOOK_SECRET,
  });
  const port = createContainment({ exercise: false, ...containment });
  for (const [provider, ref] of [
    ['postgres-role', 'tocsin-live'],
    ['webhook', 'resend-api-key'],
    ['webhook', 'tocsin-webhook-secret'],
  ] as const) {
    expect(await port.apply(rotate(provider, ref))).toEqual({
      outcome: 'refused',
      detail: 'a guard of Tocsin forbids it',
      internal: expect.stringContaining('Tocsin itself'),
    });
  }
});
