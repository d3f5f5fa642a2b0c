/** Whoever declares hears before and after what goes out by itself, and when: also that its time has come already. */
import { askForDeclaration } from '../../../cli/commands/incident/declare-asks';
import { goesOutLines } from '../../../cli/commands/incident/goes-out-lines';
import { Output } from '../../../cli/rendering/output';
import { Shell } from '../../../cli/shell';
import { Screen, tocsin } from './helpers';

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
