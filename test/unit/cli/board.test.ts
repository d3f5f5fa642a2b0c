/** `tocsin` alone and `tocsin next`: what is open, what to do, and what to start where nothing runs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCommand } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { explain } from '../../../domain/incident/explain';
import { temporaryDir } from '../../setup/helpers';
import { pack, Screen, Story, tocsin } from './helpers';

const ID = 'INC-20260401-9f3a';
const NOBODY = path.join(os.tmpdir(), 'tocsin-nobody-is-here');

function board({ title = '漏洩した鍵：顧客データベースの全件ダンプが外部に公開された', open = true } = {}) {
  const story = new Story({ id: ID, title });
  const now = '2026-04-01T01:00:00.000Z';
  const row = { ...{ id: ID, title, open: true, startedAt: now, severity: 'sev1', status: 'investigating' } };
  const listed = { ...row, owner: 'oncall', nextDeadline: '2026-04-01T02:00:00.000Z', overdue: 0, exercise: false };
  const clock = { incidentAt: now, realAt: new Date().toISOString(), rate: 1 };
  return {
    listUpTo: async (kind: string) => ({ cases: open && kind === 'incident' ? [listed] : [], cut: false }),
    view: async () => ({ state: story.state, clock, registerBacklog: 0, inFlight: [], nextDueAt: null }),
    timeline: async () => story.events,
    explain: async () => explain(story.state, pack),
    stands: async () => 'running',
    find: async () => ({ workflow: 'incident', open: true, status: 'RUNNING' }),
  } as never;
}

async function onTerminal(argv: string[], client: never, columns = 80): Promise<Screen> {
  const out = new Screen(true, columns);
  await runCommand(argv, new Shell({ TOCSIN_BY: 'oncall', NO_COLOR: '1' }, out, new Screen(), client));
  return out;
}

test('`tocsin` alone shows what is open and what to do first', async () => {
  const { exitCode, out } = await tocsin([], board());
  expect(exitCode).toBe(0);
  expect(out).toContain(ID);
  expect(out).toContain('1.  Assess: is personal data affected?');
  expect(out).toContain(`npx tocsin assess ${ID} --personal-data yes`);
  expect(out).toContain(`npx tocsin next ${ID}`);
});

test('with nothing open it says how one is declared', async () => {
  const { out } = await tocsin([], board({ open: false }));
  expect(out).toContain('No incident is open.');
  expect(out).toContain('npx tocsin declare');
});

test('with nothing running it says what to start, and fails nobody', async () => {
  const [out, err] = [new Screen(), new Screen()];
  const exitCode = await runCommand([], new Shell({ TOCSIN_DATA_DIR: NOBODY, HOME: NOBODY }, out, err));
  expect([exitCode, err.text]).toEqual([0, '']);
  expect(out.text).toContain('Nothing is running here');
  expect(out.text).toContain('npx tocsin up');
  expect(out.text).toContain(NOBODY);
});

test('where a stack ran before and has stopped it says that nothing is watched, and how to go on', async () => {
  const dir = temporaryDir('stopped-stack');
  mkdirSync(path.join(dir, 'temporal'));
  writeFileSync(path.join(dir, 'temporal', 'temporal.db'), '');
  const [out, err] = [new Screen(), new Screen()];
  const exitCode = await runCommand([], new Shell({ TOCSIN_DATA_DIR: dir, HOME: NOBODY }, out, err));
  expect([exitCode, err.text]).toEqual([0, '']);
  expect(out.text.replace(/\s+/g, ' ')).toMatch(
    /no deadline of what was begun here is watched.*npx tocsin up.*npx tocsin board/,
  );
});

test('an id is never broken, and a title of wide characters is cut to the width of the terminal', async () => {
  for (const columns of [80, 100]) {
    const { lines } = await onTerminal(['list'], board(), columns);
    const row = lines.find((line) => line.includes(ID))!;
    expect(row).toMatch(/^INC-20260401-9f3a {2}sev1 .*…$/);
    // Each of the title's characters takes two columns.
    const columnsTaken = [...row].reduce((sum, character) => sum + (character > '\u2fff' ? 2 : 1), 0);
    expect(columnsTaken).toBeLessThanOrEqual(columns);
    expect(columnsTaken).toBeGreaterThan(columns - 3);
  }
});

test('`next` lists the steps in order, each with its command on one line', async () => {
  const { lines } = await onTerminal(['next', ID], board());
  const steps = lines.filter((line) => /^\d+\./.test(line));
  expect(steps[0]).toBe('1.  Assess: is personal data affected?');
  expect(steps.length).toBeGreaterThan(3);
  expect(lines).toContain(`    npx tocsin status ${ID} contained`);
});

test('`next --json` gives commands as data', async () => {
  const { out } = await tocsin(['next', ID, '--json'], board());
  const { id, steps } = JSON.parse(out);
  expect(id).toBe(ID);
  expect(steps[0].commands[0]).toMatchObject({ verb: 'assess', given: { id: ID } });
});

test('the help names each verb once, under a heading, in a few words', async () => {
  const { out } = await tocsin(['--help']);
  for (const heading of ['See what is open:', 'Contain:', 'Run Tocsin:']) expect(out).toContain(`\n${heading}\n`);
  expect(out.match(/^ {2}next /gm)).toHaveLength(1);
  expect(out.split('\n').length).toBeLessThan(125);
});
