/** What the Web UI is told of a patch task fits what Temporal takes, whatever the advisory holds. */
import { PatchTaskInputSchema } from '../../domain/patch/state';
import { patchTold } from '../../workflows/lib/patch-told';

const input = (over: Record<string, unknown> = {}) =>
  PatchTaskInputSchema.parse({
    finding: {
      key: '0123456789abcdef',
      inventory: 'web',
      ecosystem: 'npm',
      package: 'minimist',
      versions: ['1.2.5'],
      advisory: 'GHSA-xvch-5gv4-984h',
      severity: 'critical',
      ...over,
    },
    plan: {
      owner: 'security-lead',
      deadlines: { critical: 'P2D', high: 'P7D', medium: 'P30D', low: 'P90D', unknown: 'P7D' },
      tellAtOnce: ['critical'],
      alarmAt: [],
      repeatEvery: 'P1D',
      longestWaiver: 'P30D',
    },
    foundAt: '2026-04-01T00:00:00.000Z',
  });

test('a finding of the usual size is told whole', () => {
  expect(patchTold(input({ aliases: ['CVE-2021-44906'], fixedIn: ['1.2.6', '0.2.4'] })).staticDetails).toBe(
    '**Patch minimist 1.2.5 in web: GHSA-xvch-5gv4-984h**\n\nGHSA-xvch-5gv4-984h, CVE-2021-44906\n\ncritical; fixed in 1.2.6, 0.2.4\n\nfound 2026-04-01 00:00 UTC; owner security-lead',
  );
});

test.each(['*', '汉', '😀'])(
  'of fifty long versions and names, all of %s, the first are told and the rest counted',
  (each) => {
    const names = (length: number) => Array.from({ length: 50 }, (_, n) => `${n}${each.repeat(length / each.length)}`);
    const { staticSummary, staticDetails } = patchTold(
      input({ aliases: names(90), fixedIn: names(290), versions: names(290) }),
    );
    expect(Buffer.byteLength(staticDetails)).toBeLessThan(15_000);
    expect(Buffer.byteLength(staticSummary)).toBeLessThanOrEqual(200);
    expect(staticDetails).toMatch(/fixed in 0.+ and 4\d more/);
  },
);
