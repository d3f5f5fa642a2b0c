/** Whoever declares hears before and after what goes out by itself, and when: also that its time has come already. */
import { askForDeclaration } from '../../../cli/commands/incident/declare-asks';
import { goesOutLines, goesOutSentences } from '../../../cli/commands/incident/goes-out-lines';
import { Output } from '../../../cli/rendering/output';
import { Shell } from '../../../cli/shell';
import { goesOut } from '../../../domain/incident/goes-out';
import { DeclarationSchema } from '../../../domain/incident/incident';
import { pack, policy, Screen, tocsin } from './helpers';

const GIVEN = {
  id: 'INC-1',
  title: 'Leaked key',
  kind: 'credential-leak',
  severity: 'sev1',
  owner: 'oncall',
  declaredBy: 'oncall',
  source: 'audit log',
  affects: ['confidentiality'],
  serviceAffecting: true,
  declaredAt: '2026-04-01T03:00:00.000Z',
};
const shell = () => new Shell({ TOCSIN_BY: 'oncall' }, new Screen(), new Screen(), {} as never);
const lines = (detectedAt: string, more = {}) => goesOutLines(shell(), { ...GIVEN, detectedAt, ...more });

test('an update whose time has come goes out at once', async () => {
  expect(await lines('2026-04-01T00:00:00.000Z')).toEqual([
    'Status page update and Status update to subscribed users go out at once: the time to object to them ended 2026-04-01 01:30 UTC.',
  ]);
});

test('one whose time comes later says when, and how long after the declaration', async () => {
  expect(await lines('2026-04-01T02:45:00.000Z')).toEqual([
    'Unless somebody objects, Status page update and Status update to subscribed users go out at 2026-04-01 04:15 UTC, 1 h 15 min after the declaration.',
  ]);
});

test('nothing is said where nothing goes out: no customer notices it, or somebody must first confirm the instant', async () => {
  expect(await lines('2026-04-01T00:00:00.000Z', { serviceAffecting: false })).toEqual([]);
  expect(await lines('2026-03-20T00:00:00.000Z', { awareAt: '2026-03-20T00:00:00.000Z' })).toEqual([]);
});

test('it is said before the last yes, and again in the confirmation', async () => {
  const screen = new Screen(true, 80);
  await askForDeclaration(
    { ...GIVEN, detectedAt: '2026-04-01T00:00:00.000Z' },
    new Output(screen, { NO_COLOR: '1' }),
    async () => 'yes',
    (whole) => goesOutLines(shell(), whole),
  );
  expect(screen.text.indexOf('go out at once')).toBeGreaterThan(0);
  expect(Math.max(...screen.lines.map((line) => line.length))).toBeLessThanOrEqual(80);

  const client = { stands: async () => undefined, declare: async () => ({ id: 'INC-1', created: true }) };
  const flags = [
    '--title',
    'x',
    '--kind',
    'ddos',
    '--severity',
    'sev1',
    '--affects',
    'availability',
    '--service-affecting',
  ];
  const { out } = await tocsin(['declare', ...flags, '--detected-at', '3 hours ago'], client as never);
  expect(out).toMatch(/is declared[^\n]*\nStatus page update and [^\n]* go out at once: /);
});

const STORED = {
  id: 'stored',
  title: 'Customer content',
  role: 'processor',
  categories: ['contents of projects'],
  residence: { DE: 3000 },
  risk: 'risk',
};
const aware = (workspaces: string[]) => ({
  serviceAffecting: false,
  awareAt: '2026-04-01T03:00:00.000Z',
  assessment: { personalData: 'yes', dataSets: [STORED], workspaces },
});

test('two duties that one mail serves are one notice, and a mail to nobody is none', async () => {
  const [line, ...more] = await lines('2026-04-01T02:45:00.000Z', aware(['ws-1']));
  expect(line).toMatch(/^Unless somebody objects, Notice to affected customers \(controllers\) goes out at /);
  expect(more).toEqual([]);
  expect(await lines('2026-04-01T02:45:00.000Z', aware([]))).toEqual([]);
});

test('to a notice that its rule sends at once nobody can object: it has no time for that', () => {
  const automatic = pack.obligations.map((rule) =>
    rule.id === 'status-page-update' ? { ...rule, dispatch: 'automatic' as const, onSilence: 'alarm' as const } : rule,
  );
  const declaration = DeclarationSchema.parse({ ...GIVEN, detectedAt: '2026-04-01T02:45:00.000Z' });
  const all = goesOut(declaration, { ...policy, pack: { ...pack, obligations: automatic } }, GIVEN.declaredAt);
  expect(all.map(({ title, automatic }) => [title, automatic])).toEqual([
    ['Status page update', true],
    ['Status update to subscribed users', false],
  ]);
  expect(goesOutSentences(all, GIVEN.declaredAt)).toEqual([
    'Status page update goes out as soon as it is written: nobody is asked before.',
    'Unless somebody objects, Status update to subscribed users goes out at 2026-04-01 04:15 UTC, 1 h 15 min after the declaration.',
  ]);
});
