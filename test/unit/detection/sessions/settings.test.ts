import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { authEventOf, isAuditEntry } from '../../../../detection/sessions/from-audit';
import { createPseudonyms, pseudonymKey } from '../../../../detection/sessions/pseudonyms';
import { sessionSettings } from '../../../../detection/sessions/settings';
import { packageRoot } from '../../../../platform/package-root';
import { readSettings } from '../../../../platform/settings/load';
import { loadSessionPolicy } from '../../../../policy/load-sessions';
import { temporaryDir } from '../../../setup/helpers';

const dir = temporaryDir('sessions');

type RawPolicy = { rules: Record<string, Record<string, unknown>>; allow: Record<string, unknown> };

describe('the policy', () => {
  const changed = (change: (policy: RawPolicy) => void) => {
    const raw: RawPolicy = parse(readFileSync(path.join(packageRoot(), 'policy', 'sessions.yaml'), 'utf8'));
    change(raw);
    const file = path.join(dir, 'policy.yaml');
    writeFileSync(file, stringify(raw));
    return () => loadSessionPolicy(file);
  };

  test('the one that comes with Tocsin has every rule on', () => {
    const { rules } = loadSessionPolicy();
    expect(Object.values(rules).every((rule) => rule.enabled)).toBe(true);
  });

  test.each<[string, (policy: RawPolicy) => void, string]>([
    ['an unknown rule', (p) => (p.rules.typo = {}), 'rules.typo: unknown field'],
    [
      'a wrong range',
      (p) => (p.allow.networks = ['10.0.0.0/33']),
      'allow.networks.0: "10.0.0.0/33" must be an IP address or a range',
    ],
    ['a month', (p) => (p.rules['brute-force']!.within = 'P1M'), 'must be a duration without months'],
    ['a threshold that could never be reached', (p) => (p.rules.spray!.accounts = 21), 'rules.spray.accounts: 21'],
    [
      'a country by name',
      (p) => (p.rules['new-country']!.allow = { countries: ['Germany'] }),
      'two-letter country code',
    ],
    [
      'countries for a rule that knows none',
      (p) => (p.rules.spray!.allow = { countries: ['DE'] }),
      'rules.spray.allow.countries: unknown field',
    ],
    ['a missing rule', (p) => delete p.rules.spray, 'rules.spray: is missing'],
  ])('%s is refused, and named', (_, change, message) => {
    expect(changed(change)).toThrow(message);
  });

  test('a file that is not there, or is no YAML, is named', () => {
    expect(() => loadSessionPolicy(path.join(dir, 'none.yaml'))).toThrow(
      /none\.yaml cannot be used.*\n.*does not exist/,
    );
    writeFileSync(path.join(dir, 'bad.yaml'), 'a: [');
    expect(() => loadSessionPolicy(path.join(dir, 'bad.yaml'))).toThrow(/not valid YAML/);
  });
});

describe('pseudonyms', () => {
  const names = createPseudonyms(Buffer.from('0123456789abcdef'));

  test('are the same for the same account and key, and tell nothing of it', () => {
    // printf 'acct\\0anna' | openssl dgst -sha256 -hmac 0123456789abcdef, the first 20 digits.
    expect(names.account('anna')).toBe('acct_4bed61afaa545cbf74fc');
    expect(names.account('zoë')).toBe(names.account('zoe\u0308'));
    expect(names.session('anna').slice(5)).not.toBe(names.account('anna').slice(5));
    expect(createPseudonyms(Buffer.from('another key 1234')).account('anna')).not.toBe(names.account('anna'));
  });

  test('a key that is too short or a damaged file is refused', () => {
    expect(() => readSettings(sessionSettings, { TOCSIN_PSEUDONYM_KEY: 'short' })).toThrow(
      'TOCSIN_PSEUDONYM_KEY: is too short',
    );
    const damaged = temporaryDir('key');
    writeFileSync(path.join(damaged, 'pseudonym.key'), 'abc');
    expect(() => pseudonymKey(damaged)).toThrow('holds no key of 64 hex digits');
  });

  test('the settings come from the environment', () => {
    const env = {
      TOCSIN_DATA_DIR: dir,
      TOCSIN_MMDB: '/a.mmdb',
      TOCSIN_MMDB_ASN: '',
      TOCSIN_PSEUDONYM_KEY: 'k'.repeat(32),
    };
    expect(readSettings(sessionSettings, env)).toEqual({
      policyFile: undefined,
      countryFile: '/a.mmdb',
      asnFile: undefined,
      pseudonymKey: 'k'.repeat(32),
      dataDir: dir,
    });
  });
});

describe('an audit log', () => {
  const policy = loadSessionPolicy();
  const entry = {
    seq: 7,
    at: '2026-04-01T00:00:00.000Z',
    actor: 'anna',
    action: 'login',
    target: '',
    ip: '192.0.2.1',
    data: {},
    prev: '',
    hash: '',
  };

  test.each([
    ['login', 'login'],
    ['login.success', 'login'],
    ['login.failed', 'login-failed'],
    ['logout', 'logout'],
    ['role.granted', 'privilege-change'],
    ['mfa.disabled', 'mfa-changed'],
  ])('%s is the event %s', (action, expected) => {
    expect(authEventOf({ ...entry, action }, policy)).toMatchObject({
      eventId: expect.stringMatching(/^audit-7-[0-9a-f]{16}$/),
      actor: 'anna',
      action: expected,
      ip: '192.0.2.1',
    });
  });

  test('entries of one number are one event only where they say the same, with or without a hash', () => {
    const said = fc.record({
      seq: fc.integer({ min: 1, max: 3 }),
      at: fc.constantFrom('2026-04-01T00:00:00Z', '2026-04-02T00:00:00Z'),
      actor: fc.constantFrom('anna', 'ben'),
      action: fc.constantFrom('login', 'login.failed'),
      hash: fc.constantFrom(undefined, 'a'.repeat(64), 'b'.repeat(64)),
    });
    fc.assert(
      fc.property(said, said, (one, other) => {
        const [a, b] = [one, other].map((each) => authEventOf({ ...entry, ...each }, policy)!.eventId);
        expect(a === b).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  test('other actions are none; an address that is none is left out', () => {
    expect(authEventOf({ ...entry, action: 'workspace.deleted' }, policy)).toBeUndefined();
    expect(isAuditEntry({ ...entry, action: 'workspace.deleted' })).toBe(true);
    for (const ip of ['', 'unknown', null, 7]) {
      const event = authEventOf({ ...entry, ip }, policy);
      expect(event?.actor).toBe(entry.actor);
      expect(event?.ip).toBeUndefined();
    }
  });

  test('session, user agent and outcome come from its data', () => {
    const data = { sessionId: 's-1', userAgent: 'Firefox', outcome: 'failure', more: 1 };
    expect(authEventOf({ ...entry, data }, policy)).toMatchObject({
      sessionId: 's-1',
      userAgent: 'Firefox',
      outcome: 'failure',
    });
  });
});
