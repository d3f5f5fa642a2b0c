import fc from 'fast-check';
import { triageCaseId } from '../../../detection/intake/inbox/triage-case-id';
import { type Detection, DetectionSchema } from '../../../domain/detection/detection';
import { DetectionRulesSchema } from '../../../domain/detection/detection-rules';
import { CaseJudgementSchema, judge, passedOver } from '../../../domain/detection/judgement';
import { globFits } from '../../../domain/detection/matcher';
import { detection, judged, RULES } from './helpers/detections';

const { rules } = RULES;

describe('the rules of policy/detection.yaml', () => {
  const damage = { source: 'audit', format: 'audit-log', type: 'audit.damage', severity: undefined };
  const cloudflare = { source: 'cloudflare', format: 'cloudflare', severity: undefined };
  const ftagent = { source: 'ftagent', format: 'ftagent', type: 'ftagent.syn_flood', severity: undefined };
  const github = { source: 'github', format: 'github', severity: undefined };

  const judged: Array<[string, Record<string, unknown>, string, string, string | undefined]> = [
    ['damage of the audit log', damage, 'audit-damage', 'declare', 'sev1'],
    ['an audit log that cannot be read', { ...damage, type: 'audit.unreadable' }, 'audit-unreadable', 'triage', 'sev2'],
    [
      'an HTTP DDoS alert',
      { ...cloudflare, type: 'cloudflare.dos_attack_l7', phase: 'start' },
      'edge-ddos',
      'triage',
      'sev2',
    ],
    [
      'an advanced DDoS alert',
      { ...cloudflare, type: 'cloudflare.advanced_ddos_attack_l4_alert' },
      'edge-ddos',
      'triage',
      'sev2',
    ],
    [
      'the end of a DDoS attack',
      { ...cloudflare, type: 'cloudflare.dos_attack_l4', phase: 'end' },
      'attack-ended',
      'ignore',
      undefined,
    ],
    [
      'security events of the WAF',
      { ...cloudflare, type: 'cloudflare.clickhouse_alert_fw_anomaly' },
      'edge-attack',
      'triage',
      'sev3',
    ],
    [
      'another notification of Cloudflare',
      { ...cloudflare, type: 'cloudflare.universal_ssl_event_type' },
      'edge-other',
      'triage',
      'sev4',
    ],
    ['ftagent on the platform', { ...ftagent, scope: 'platform' }, 'platform-ddos', 'triage', 'sev2'],
    [
      'ftagent on the platform, with a severity',
      { ...ftagent, scope: 'platform', severity: 'sev1' },
      'platform-ddos',
      'triage',
      'sev1',
    ],
    ['ftagent on a customer’s server', { ...ftagent, scope: 'customer' }, 'customer-ddos', 'ignore', undefined],
    ['ftagent that does not say whose server it is', { ...ftagent, scope: 'unknown' }, 'unknown', 'triage', 'sev3'],
    [
      'an account taken over',
      { format: 'sessions', type: 'auth.spray', severity: 'sev2' },
      'account-takeover',
      'triage',
      'sev2',
    ],
    [
      'a new country',
      { format: 'sessions', type: 'auth.new-country', severity: 'sev4' },
      'unusual-sign-in',
      'triage',
      'sev4',
    ],
    [
      'a critical Dependabot alert',
      { ...github, type: 'github.dependabot_alert', phase: 'start', facts: { severity: 'critical' } },
      'dependency-critical',
      'triage',
      'sev2',
    ],
    [
      'another Dependabot alert',
      { ...github, type: 'github.dependabot_alert', phase: 'start', severity: 'sev3', facts: { severity: 'high' } },
      'dependency',
      'triage',
      'sev3',
    ],
    [
      'a Dependabot alert that was fixed',
      { ...github, type: 'github.dependabot_alert', phase: 'end', facts: { severity: 'critical' } },
      'advisory-closed',
      'ignore',
      undefined,
    ],
    [
      'a critical OSV record',
      { format: 'osv', type: 'osv.advisory', phase: 'start', severity: 'sev2', facts: { severity: 'critical' } },
      'advisory-critical',
      'triage',
      'sev3',
    ],
    [
      'any other OSV record',
      { format: 'osv', type: 'osv.advisory', phase: 'start', severity: 'sev1', facts: { severity: 'high' } },
      'advisory',
      'ignore',
      undefined,
    ],
    [
      'a leaked secret that works',
      { ...github, type: 'github.secret_scanning_alert', phase: 'start', severity: 'sev1' },
      'secret-exposed',
      'triage',
      'sev1',
    ],
    [
      'a secret that may work, in a private repository',
      { ...github, type: 'github.secret_scanning_alert', phase: 'start', severity: 'sev3' },
      'secret-in-repository',
      'triage',
      'sev3',
    ],
    [
      'an alert about a secret that was closed',
      { ...github, type: 'github.secret_scanning_alert', phase: 'end', severity: 'sev1' },
      'secret-alert-closed',
      'ignore',
      undefined,
    ],
    [
      'an alert of another system that is over',
      { format: 'mapping', type: 'sentry.resolved', phase: 'end', severity: 'sev2' },
      'alert-ended',
      'ignore',
      undefined,
    ],
    ['an alert that says sev1', { severity: 'sev1' }, 'alert-sev1', 'triage', 'sev1'],
    ['an alert that says sev2', {}, 'alert-sev2', 'triage', 'sev2'],
    ['an alert that says sev4', { severity: 'sev4' }, 'alert-minor', 'triage', 'sev4'],
    ['a CloudEvent that says nothing', { format: 'cloudevents', severity: undefined }, 'unknown', 'triage', 'sev3'],
    [
      'a package that was made to do harm',
      { format: 'dependencies', type: 'dependency.malicious', severity: undefined },
      'dependency-malicious',
      'triage',
      'sev2',
    ],
    [
      'a vulnerable package',
      { format: 'dependencies', type: 'dependency.vulnerable', severity: undefined },
      'dependency-vulnerable',
      'ignore',
      undefined,
    ],
    [
      'a dependency check that could not read everything',
      { format: 'dependencies', type: 'dependency.check-incomplete', severity: undefined },
      'dependency-check-incomplete',
      'triage',
      'sev4',
    ],
    [
      'a register that is not what was signed',
      { format: 'register', type: 'register.inconsistent' },
      'register-damage',
      'declare',
      'sev1',
    ],
    [
      'a guard of the register that was changed',
      { format: 'register', type: 'register.guards-changed' },
      'register-guards',
      'triage',
      'sev2',
    ],
    [
      'rows that no worker wrote',
      { format: 'register', type: 'register.rows-forged' },
      'register-writer-misused',
      'triage',
      'sev2',
    ],
    [
      'a signing that is held up',
      { format: 'register', type: 'register.signing-late' },
      'register-writer-misused',
      'triage',
      'sev2',
    ],
  ];
  it.each(judged)('%s', (_what, over, rule, action, severity) => {
    const judgement = judge(detection(over), rules);
    expect([judgement.rule, judgement.action]).toEqual([rule, action]);
    if (judgement.action !== 'ignore') expect(judgement.severity).toBe(severity);
    expect(judgement.why.length).toBeGreaterThan(0);
  });

  it('has every rule in a test above, so that none is forgotten', () => {
    expect([...new Set(judged.map(([, , rule]) => rule))].sort()).toEqual(rules.rules.map(({ id }) => id).sort());
  });

  it('what silence declares is alarmed before, and is severe', () => {
    for (const rule of rules.rules) {
      if (rule.action !== 'triage' || rule.triage.onSilence !== 'declare') continue;
      expect(rule.triage.alarmAt[0]).toBe(0);
      expect(['sev1', 'sev2']).toContain(typeof rule.severity === 'string' ? rule.severity : rule.severity.otherwise);
    }
  });
});

describe('why', () => {
  it('says which conditions of the fired rule held, and which of each rule above did not', () => {
    const given = detection({ format: 'ftagent', type: 'ftagent.syn_flood', scope: 'platform' });
    expect(judge(given, rules).why).toEqual([
      'format is ftagent (asked for: ftagent)',
      'scope is platform (asked for: platform)',
    ]);
    const passed = passedOver(given, rules);
    expect(passed.map(({ rule }) => rule)).toEqual(rules.rules.slice(0, passed.length).map(({ id }) => id));
    expect(passed[0]).toEqual({ rule: 'customer-ddos', because: ['scope is platform, not customer'] });
    expect(passed.find(({ rule }) => rule === 'attack-ended')?.because).toEqual(['phase is not given, not end']);
  });
});

describe('conditions', () => {
  const when = (conditions: Record<string, unknown>) =>
    DetectionRulesSchema.parse({
      id: 'r',
      version: '1',
      title: 't',
      rules: [
        { id: 'asked', title: 't', when: conditions, action: 'ignore', reason: 'r' },
        { id: 'else', title: 't', when: {}, action: 'ignore', reason: 'r' },
      ],
    });
  const fires = (conditions: Record<string, unknown>, over: Record<string, unknown>) =>
    judge(detection(over), when(conditions)).rule === 'asked';

  it.each<[Record<string, unknown>, Record<string, unknown>, boolean]>([
    [{ type: 'API.Data-Export' }, {}, true],
    [{ type: 'api.*' }, {}, true],
    [{ type: 'api' }, {}, false],
    [{ type: ['x.*', '*.data-export'] }, {}, true],
    [{ type: 'api.data-expor?' }, {}, true],
    [{ systems: 'ap?' }, { systems: ['db', 'api'] }, true],
    [{ systems: 'api' }, { systems: [] }, false],
    [{ 'facts.score': { atLeast: 9 } }, { facts: { score: 9 } }, true],
    [{ 'facts.score': { above: 9 } }, { facts: { score: 9 } }, false],
    [{ 'facts.score': { atLeast: 7, below: 9 } }, { facts: { score: 8.9 } }, true],
    [{ 'facts.score': { atLeast: 7 } }, { facts: { score: '8' } }, false],
    [{ 'facts.score': { atLeast: 7 } }, {}, false],
    [{ 'facts.known': true }, { facts: { known: true } }, true],
    [{ 'facts.known': true }, { facts: { known: 'true' } }, false],
    [{ 'facts.toString': { present: true } }, {}, false],
    [{ correlationId: { present: true } }, { correlationId: 'c' }, true],
    [{ correlationId: { present: false } }, {}, true],
    [{ type: 'api.*', scope: 'platform' }, {}, false],
  ])('%j on %j: %s', (conditions, over, expected) => {
    expect(fires(conditions, over)).toBe(expected);
  });

  it('a glob fits what a regular expression of it fits', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 12 });
    const subject = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
    fc.assert(
      fc.property(text, subject, (pattern, value) => {
        const regexp = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(globFits(value, pattern)).toBe(regexp.test(value));
      }),
      { numRuns: 3000 },
    );
  });

  it('a hostile text against a hostile pattern is decided at once', () => {
    expect(globFits('a'.repeat(500), `${'*a'.repeat(99)}b`)).toBe(false);
  });
});

describe('one case for what belongs together', () => {
  const keyOf = (given: Detection) => judged(given).dedupeKey;

  it('the same fields give the same key and, within a window, the same case', () => {
    const [a, b] = [detection(), detection({ eventId: 'other', title: 'Other words', at: '2026-04-01T23:59:59.999Z' })];
    expect(keyOf(a)).toBe(keyOf(b));
    expect(triageCaseId(judged(a), a.at)).toBe(triageCaseId(judged(b), b.at));
    expect(triageCaseId(judged(a), a.at)).toMatch(/^TRG-[0-9a-f]{12}$/);
    expect(triageCaseId(judged(a), '2026-04-02T00:00:00.000Z')).not.toBe(triageCaseId(judged(a), a.at));
  });

  it('another source, type, system or severity class is another case; the order of a list is not', () => {
    const keys = [{}, { source: 'other' }, { type: 'api.other' }, { systems: ['db'] }, { severity: 'sev1' }].map(
      (over) => keyOf(detection(over)),
    );
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyOf(detection({ systems: ['a', 'b'] }))).toBe(keyOf(detection({ systems: ['b', 'a'] })));
  });
});

it('any detection at all is judged, the same every time, into something that a case can be opened with', () => {
  const line = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => text.trim().length > 0);
  const any = fc.record(
    {
      source: fc.constantFrom('a', 'cloudflare', 'x-1'),
      format: fc.constantFrom('cloudflare', 'ftagent', 'github', 'osv', 'audit-log', 'sessions', 'cloudevents'),
      eventId: line,
      type: fc.constantFrom('cloudflare.dos_attack_l7', 'ftagent.x', 'github.dependabot_alert', 'osv.advisory', 'a.b'),
      at: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((at) => at.toISOString()),
      title: line,
      phase: fc.constantFrom('start', 'end'),
      severity: fc.constantFrom('sev1', 'sev2', 'sev3', 'sev4'),
      scope: fc.constantFrom('platform', 'customer', 'unknown'),
      correlationId: line,
      systems: fc.array(line, { maxLength: 5 }),
      facts: fc.dictionary(
        line,
        fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
      ),
    },
    { requiredKeys: ['source', 'format', 'eventId', 'type', 'at', 'title'] },
  );
  fc.assert(
    fc.property(any, (raw) => {
      const given = DetectionSchema.parse(raw);
      const judgement = judge(given, rules);
      expect(judge(structuredClone(given), rules)).toEqual(judgement);
      if (judgement.action !== 'ignore') {
        const { joins: _, ...opens } = judgement;
        expect(CaseJudgementSchema.safeParse(opens).success).toBe(true);
      }
      expect(passedOver(given, rules)).toHaveLength(rules.rules.findIndex((rule) => rule.id === judgement.rule));
    }),
    { numRuns: 2000 },
  );
});
