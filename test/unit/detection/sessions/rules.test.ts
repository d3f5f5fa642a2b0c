import { parseIpRange } from '../../../../domain/kernel/ip-address';
import type { AuthEvent } from '../../../../domain/sessions/auth-event';
import type { SessionPolicy } from '../../../../domain/sessions/session-policy';
import { at, event, found, pseudonyms } from './fixtures';

const rulesOf = async (given: AuthEvent[], change?: (policy: SessionPolicy) => void) =>
  (await found(given, change)).map((each) => each.rule);

/** Only this rule. */
const only =
  (name: keyof SessionPolicy['rules'], more: (policy: SessionPolicy) => void = () => undefined) =>
  (policy: SessionPolicy) => {
    for (const rule of Object.values(policy.rules)) rule.enabled = false;
    policy.rules[name].enabled = true;
    more(policy);
  };

const times = (n: number, make: (i: number) => AuthEvent) => Array.from({ length: n }, (_, i) => make(i));
const minute = (from: string, i: number) => new Date(Date.parse(at(from)) + i * 60_000).toISOString();

const DE = '192.0.2.1';
const BR = '198.51.100.1';
const US = '203.0.113.1';
const FR = '8.8.8.8';
const NOWHERE = '185.1.1.1'; // in no country of the examples

describe('new country', () => {
  const rule = only('new-country');

  test('a sign-in from a country not seen before fires, once the account is known longer than it takes to learn', async () => {
    const findings = await found([event({ at: at('1 08:00'), ip: DE }), event({ at: at('9 08:00'), ip: FR })], rule);
    expect(findings).toMatchObject([
      {
        rule: 'new-country',
        severity: 'sev4',
        facts: { country: 'FR' },
        subjects: [pseudonyms.account('anna')],
        indicators: [],
      },
    ]);
  });

  test('while an account is learned nothing is new', async () => {
    expect(await rulesOf([event({ at: at('1 08:00'), ip: DE }), event({ at: at('8 08:00'), ip: FR })], rule)).toEqual(
      [],
    );
    expect(await rulesOf([event({ at: at('14 08:00'), ip: FR })], rule)).toEqual([]);
  });

  test('a country is new once, and known from then on', async () => {
    const abroad = times(48, (i) => event({ at: minute('9 08:00', 30 * i), ip: FR }));
    expect(await rulesOf([event({ at: at('1 08:00'), ip: DE }), ...abroad], rule)).toEqual(['new-country']);
  });

  test('failures and sign-outs show no place', async () => {
    const base = event({ at: at('1 08:00'), ip: DE });
    expect(await rulesOf([base, event({ at: at('9 08:00'), ip: FR, action: 'login-failed' })], rule)).toEqual([]);
    expect(await rulesOf([base, event({ at: at('9 08:00'), ip: FR, outcome: 'failure' })], rule)).toEqual([]);
    expect(await rulesOf([base, event({ at: at('9 08:00'), ip: FR, action: 'logout' })], rule)).toEqual([]);
  });

  test('a country on the allow-list never fires', async () => {
    const allowed = only('new-country', (policy) => policy.rules['new-country'].allow.countries.push('FR'));
    expect(
      await rulesOf([event({ at: at('1 08:00'), ip: DE }), event({ at: at('9 08:00'), ip: FR })], allowed),
    ).toEqual([]);
  });

  test('private and loopback addresses are never new', async () => {
    const given = ['10.0.0.1', '127.0.0.1', '::1', 'fd00::1', '192.168.7.7'].map((ip, i) =>
      event({ at: minute('9 08:00', 60 * i), ip }),
    );
    expect(await rulesOf([event({ at: at('1 08:00'), ip: DE }), ...given])).toEqual([]);
  });
});

describe('new network', () => {
  test('counts where the country is not known', async () => {
    const base = [event({ at: at('1 08:00'), ip: NOWHERE }), event({ at: at('1 09:00'), ip: DE })];
    const given = [...base, event({ at: at('9 08:00'), ip: '185.9.9.9' }), event({ at: at('9 09:00'), ip: FR })];
    const findings = await found(given, only('new-network'));
    expect(findings).toMatchObject([{ facts: { network: '185.9.9.0/24' } }]);
  });

  test('another address of the same /24 or /48 is the same network', async () => {
    const v4 = [event({ at: at('1 08:00'), ip: '185.9.9.9' }), event({ at: at('9 08:00'), ip: '185.9.9.200' })];
    const v6 = [event({ at: at('1 08:00'), ip: '2a01:1:2::1' }), event({ at: at('9 08:00'), ip: '2a01:1:2:ffff::9' })];
    expect(await rulesOf(v4, only('new-network'))).toEqual([]);
    expect(await rulesOf(v6, only('new-network'))).toEqual([]);
  });
});

describe('impossible travel', () => {
  const rule = only('impossible-travel');

  test('Germany to Brazil within an hour fires', async () => {
    const findings = await found([event({ at: at('12:00'), ip: DE }), event({ at: at('13:00'), ip: BR })], rule);
    expect(findings).toMatchObject([{ severity: 'sev3', facts: { from: 'DE', to: 'BR', minutes: 60 } }]);
    // The middles are 9,500 km apart; less what both countries may take of it.
    expect(findings[0]!.facts.km).toBeGreaterThan(5000);
    expect(findings[0]!.facts.km).toBeLessThan(7000);
  });

  test('the same way within half a day does not', async () => {
    expect(await rulesOf([event({ at: at('00:00'), ip: DE }), event({ at: at('12:00'), ip: BR })], rule)).toEqual([]);
  });

  test('neighbouring countries never fire, as only the country is known', async () => {
    expect(await rulesOf([event({ at: at('12:00'), ip: DE }), event({ at: at('12:01'), ip: FR })], rule)).toEqual([]);
  });

  test('both ways of one day are one finding', async () => {
    const given = times(10, (i) => event({ at: minute('12:00', i), ip: i % 2 ? DE : BR }));
    expect(await rulesOf(given, rule)).toEqual(['impossible-travel']);
  });

  test('two accounts do not travel together', async () => {
    const given = [event({ at: at('12:00'), ip: DE }), event({ at: at('12:01'), ip: BR, actor: 'ben' })];
    expect(await rulesOf(given, rule)).toEqual([]);
  });
});

describe('brute force', () => {
  const rule = only('brute-force');
  const failures = (n: number, ip = US) =>
    times(n, (i) => event({ at: minute('12:00', i), action: 'login-failed', ip }));

  test('ten failures within 15 minutes and then a success fire, and name the address that tried', async () => {
    const findings = await found([...failures(10), event({ at: at('12:10'), ip: US })], rule);
    expect(findings).toMatchObject([
      { facts: { failures: 10 }, indicators: [US], subjects: [pseudonyms.account('anna')] },
    ]);
  });

  test('nine failures do not, nor ten over a longer time, nor ten without a success', async () => {
    expect(await rulesOf([...failures(9), event({ at: at('12:10'), ip: US })], rule)).toEqual([]);
    expect(await rulesOf([...failures(10), event({ at: at('12:16'), ip: US })], rule)).toEqual([]);
    expect(await rulesOf(failures(30), rule)).toEqual([]);
  });

  test('an outcome "failure" is a failure', async () => {
    const given = times(10, (i) => event({ at: minute('12:00', i), outcome: 'failure', ip: US }));
    expect(await rulesOf([...given, event({ at: at('12:10'), ip: US })], rule)).toEqual(['brute-force']);
  });

  test('what failed and is no sign-in does not count', async () => {
    const given = times(12, (i) =>
      event({ at: minute('12:00', i), action: 'mfa-changed', outcome: 'failure', ip: US }),
    );
    expect(await rulesOf([...given, event({ at: at('12:12'), ip: US })], rule)).toEqual([]);
  });

  test("the user's own network is no source of attack", async () => {
    const home = event({ at: at('9 08:00'), ip: DE });
    const [finding] = await found([home, ...failures(10, DE), event({ at: at('12:10'), ip: DE })], rule);
    expect(finding!.indicators).toEqual([]);
  });
});

describe('many accounts from one address', () => {
  const rule = only('spray');
  const tries = (n: number, ip = US) =>
    times(n, (i) => event({ at: minute('12:00', i), actor: `user-${i}`, action: 'login-failed', ip }));

  test('failures of ten accounts within 15 minutes fire, and name the address', async () => {
    expect(await found(tries(10), rule)).toMatchObject([
      { severity: 'sev3', indicators: [US], subjects: [], facts: { accounts: 10 } },
    ]);
  });

  test('nine accounts do not, nor one account that fails often, nor ten over a longer time', async () => {
    expect(await rulesOf(tries(9), rule)).toEqual([]);
    expect(
      await rulesOf(
        times(40, (i) => event({ at: minute('12:00', i / 4), action: 'login-failed', ip: US })),
        rule,
      ),
    ).toEqual([]);
    const slow = times(20, (i) =>
      event({ at: minute('12:00', 2 * i), actor: `user-${i}`, action: 'login-failed', ip: US }),
    );
    expect(await rulesOf(slow, rule)).toEqual([]);
  });

  test('an account that was signed in to from that address is told by itself, and severely', async () => {
    const findings = await found([...tries(12), event({ at: at('12:05'), actor: 'user-77', ip: US })], rule);
    expect(findings.map(({ severity, subjects }) => ({ severity, subjects }))).toEqual([
      { severity: 'sev2', subjects: [pseudonyms.account('user-77')] },
      { severity: 'sev3', subjects: [] },
    ]);
  });

  test('the addresses of one IPv6 /64 are one', async () => {
    const given = times(10, (i) =>
      event({ at: minute('12:00', i), actor: `user-${i}`, action: 'login-failed', ip: `2a01:1:2:3::${i + 1}` }),
    );
    expect(await found(given, rule)).toMatchObject([{ indicators: ['2a01:1:2:3::/64'] }]);
  });
});

describe('a session in two networks', () => {
  const rule = only('session-two-networks');
  const used = (time: string, ip: string, sessionId = 's-1') =>
    event({ at: at(time), action: 'session-used', ip, sessionId });

  test('a session used from two networks within half an hour fires', async () => {
    expect(await found([used('12:00', DE), used('12:20', US)], rule)).toMatchObject([
      { facts: { session: pseudonyms.session('s-1'), from: '192.0.2.0/24', to: '203.0.113.0/24' } },
    ]);
  });

  test('two sessions, two addresses of one network, or a longer time do not', async () => {
    expect(await rulesOf([used('12:00', DE), used('12:20', US, 's-2')], rule)).toEqual([]);
    expect(await rulesOf([used('12:00', DE), used('12:20', '192.0.2.99')], rule)).toEqual([]);
    expect(await rulesOf([used('12:00', DE), used('12:31', US)], rule)).toEqual([]);
  });

  test('a client with IPv4 and IPv6 is in one place', async () => {
    expect(await rulesOf([used('12:00', DE), used('12:01', '2a01:1:2::1')], rule)).toEqual([]);
  });

  test('with "returns" a client that moves does not fire, and one session used by two does', async () => {
    const returns = only('session-two-networks', (policy) => {
      policy.rules['session-two-networks'].returns = true;
    });
    expect(await rulesOf([used('12:00', DE), used('12:10', US)], returns)).toEqual([]);
    expect(await rulesOf([used('12:00', DE), used('12:10', US), used('12:20', DE)], returns)).toEqual([
      'session-two-networks',
    ]);
  });
});

describe('a change of rights after an unusual sign-in', () => {
  const travelled = [event({ at: at('12:00'), ip: DE }), event({ at: at('12:30'), ip: BR })];

  test('fires within a day, and says after what', async () => {
    const findings = await found([...travelled, event({ at: at('13:00'), action: 'mfa-changed', ip: BR })]);
    expect(findings.map((each) => each.rule)).toEqual(['impossible-travel', 'privilege-after-unusual']);
    expect(findings[1]).toMatchObject({
      severity: 'sev2',
      facts: { after: 'auth.impossible-travel', action: 'mfa-changed' },
    });
  });

  test('not before it, not of another account, not when it failed', async () => {
    const others: Array<Partial<AuthEvent> & { at: string }> = [
      { at: at('12:10'), action: 'mfa-changed' },
      { at: at('13:00'), action: 'mfa-changed', actor: 'ben' },
      { at: at('13:00'), action: 'mfa-changed', outcome: 'failure' },
    ];
    expect(await rulesOf([...travelled, ...others.map(event)])).toEqual(['impossible-travel']);
  });

  test('an ordinary change of rights is nothing', async () => {
    expect(await rulesOf([event({ at: at('12:00') }), event({ at: at('13:00'), action: 'privilege-change' })])).toEqual(
      [],
    );
  });
});

describe('allow-lists', () => {
  const travelled = () => [
    event({ at: at('12:00'), ip: DE }),
    event({ at: at('12:30'), ip: BR, userAgent: 'Probe/1.0' }),
  ];

  test.each<[string, (policy: SessionPolicy) => void]>([
    ['a network', (policy) => policy.allow.networks.push(parseIpRange('198.51.100.0/24')!)],
    ['an account', (policy) => policy.allow.accounts.push('anna')],
    ['a pseudonym', (policy) => policy.allow.accounts.push(pseudonyms.account('anna'))],
    ['a user agent', (policy) => policy.allow.userAgents.push({ contains: 'probe' })],
    [
      'a user agent from its network',
      (policy) => policy.allow.userAgents.push({ contains: 'probe', networks: [parseIpRange('198.51.100.1')!] }),
    ],
    ['a network of the rule', (policy) => policy.rules['impossible-travel'].allow.networks.push(parseIpRange(BR)!)],
    ['a country of the rule', (policy) => policy.rules['impossible-travel'].allow.countries.push('BR')],
  ])('%s on the list never fires', async (_, change) => {
    expect(await rulesOf(travelled())).toEqual(['impossible-travel']);
    expect(await rulesOf(travelled(), change)).toEqual([]);
  });

  test('a user agent claimed from elsewhere does not count', async () => {
    const change = (policy: SessionPolicy) =>
      void policy.allow.userAgents.push({ contains: 'probe', networks: [parseIpRange('203.0.113.9')!] });
    expect(await rulesOf(travelled(), change)).toEqual(['impossible-travel']);
  });

  test('what an allow-listed network shows of an account is learned: another country is new', async () => {
    const office = (policy: SessionPolicy) => void policy.allow.networks.push(parseIpRange('192.0.2.0/24')!);
    const given = [event({ at: at('1 08:00'), ip: DE }), event({ at: at('9 08:00'), ip: BR })];
    expect(await rulesOf(given, office)).toEqual(['new-country']);
  });
});
