/** GitHub's security_advisory as a record of the dependency check: what its range says is what is found. */
import fc from 'fast-check';
import semver from 'semver';
import { DependencyCheck } from '../../../detection/dependencies/check';
import { parseInventory } from '../../../detection/dependencies/inventory';
import { SEMVER } from '../../../detection/dependencies/orders';
import { judgeEvents } from '../../../detection/dependencies/versions';
import { adapterOf } from '../../../detection/intake/sources';
import { eventsOf } from '../../../detection/intake/sources/github-advisory';
import { examplesOf } from '../../detection/intake/samples';
import { inputs } from '../../setup/inputs';
import { lock } from './dependencies/records';

const parse = (event: string, body: unknown) =>
  adapterOf('github')!.parse(
    { headers: { 'x-github-event': event }, body: Buffer.from(JSON.stringify(body)) },
    { source: 'field', scope: 'platform', now: Date.parse('2026-11-28T12:00:00Z') },
  );

test('GitHub’s own examples: a detection, and the record of it', () => {
  const all = examplesOf('security_advisory').map((example) => parse('security_advisory', example));
  for (const { detections, advisories } of all) {
    expect(detections).toMatchObject([{ type: 'github.security_advisory' }]);
    expect(advisories).toHaveLength(1);
    for (const { ranges } of advisories![0]!.affected!) expect(ranges).toHaveLength(1);
  }
  expect(all.flatMap(({ advisories }) => advisories!)).toContainEqual(
    expect.objectContaining({
      id: 'GHSA-rf4j-j272-fj86',
      aliases: ['CVE-2018-6188'],
      affected: [
        [{ introduced: '2.0.0' }, { fixed: '2.0.2' }],
        [{ introduced: '1.11.8' }, { fixed: '1.11.10' }],
      ].map((events) => ({ package: { ecosystem: 'PyPI', name: 'django' }, ranges: [{ type: 'ECOSYSTEM', events }] })),
    }),
  );
});

test('the check finds by it; a range of another form leaves its package undecided; without a package it is a detection alone', () => {
  const advisory = (range: unknown) => ({
    action: 'published',
    security_advisory: {
      ghsa_id: 'GHSA-aaaa-bbbb-cccc',
      summary: 'x',
      severity: 'high',
      updated_at: '2026-11-01T00:00:00Z',
      cvss: { vector_string: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', score: 9.8 },
      vulnerabilities: [{ package: { ecosystem: 'npm', name: 'a' }, vulnerable_version_range: range }],
    },
  });
  const check = (range: unknown) => {
    const run = new DependencyCheck('2026-11-29T00:00:00.000Z');
    run.addInventory(() => ({ ...parseInventory(lock({ a: '1.2.3' })), name: 'shop' }));
    for (const record of parse('security_advisory', advisory(range)).advisories ?? [])
      run.addRecord(record, 'a webhook');
    return run.conclude();
  };
  expect(check('< 1.2.4').findings).toMatchObject([{ severity: 'critical', fixedIn: ['1.2.4'] }]);
  expect(check('>= 1.0.0, < 1.2.3')).toMatchObject({ findings: [], undecided: [] });
  for (const odd of ['~> 1.2', '1.x', null, '>= 1, >= 2'])
    expect(check(odd)).toMatchObject({ findings: [], undecided: [{}] });
  const bare = advisory('< 1');
  expect(
    parse('security_advisory', { ...bare, security_advisory: { ...bare.security_advisory, vulnerabilities: [] } }),
  ).toMatchObject({
    detections: [{}],
  });
});

test('whatever the range: what it says is affected is; but that > begins with its version', () => {
  const version = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).map((parts) => parts.join('.'));
  fc.assert(
    fc.property(
      version,
      version,
      version,
      fc.constantFrom('', '>= ', '> '),
      fc.constantFrom('', '< ', '<= ', '= '),
      (installed, a, b, from, to) => {
        const bounds = to === '= ' ? [`= ${b}`] : [from && `${from}${a}`, to && `${to}${b}`].filter(Boolean);
        fc.pre(bounds.length > 0 && (bounds.length < 2 || semver.lt(a, b)));
        const said = semver.satisfies(installed, bounds.join(' ').replaceAll('> ', '>= '));
        expect(judgeEvents(installed, eventsOf(bounds.join(', '))!, SEMVER).state).toBe(
          said ? 'affected' : 'not-affected',
        );
      },
    ),
    { numRuns: inputs(5_000) },
  );
});

test('a code scanning alert is a detection, by its rule and without its code', () => {
  const seen = examplesOf('code_scanning_alert').map((example) => parse('code_scanning_alert', example).detections[0]!);
  expect(seen.map(({ phase }) => phase)).toEqual(['start', 'end', 'start', 'end', 'start', 'start']);
  expect(seen[0]).toMatchObject({
    type: 'github.code_scanning_alert',
    systems: ['Codertocat/Hello-World'],
    severity: 'sev4',
  });
  const [example] = examplesOf('code_scanning_alert') as [{ alert: { rule: object } }];
  const severe = {
    ...example,
    alert: { ...example.alert, rule: { ...example.alert.rule, security_severity_level: 'critical' } },
  };
  expect(parse('code_scanning_alert', severe).detections).toMatchObject([{ severity: 'sev2' }]);
  expect(() => parse('code_scanning_alert', { action: 'created' })).toThrow(/correct the fields/);
});
