/** Past the server only with a reason, and only what records it; whoever goes past it is marked in every entry. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { RECORD_NO_REASON } from '../../../cli/break-glass';
import { createProgram } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { temporaryDir } from '../../setup/helpers';
import { Screen, tocsin } from './helpers';

const REASON = 'the server is away';
const dir = temporaryDir('break-glass');

function declarationFile(more: Record<string, unknown>): string {
  const file = path.join(dir, 'incident.json');
  const declaration = { title: 'Leaked key', kind: 'credential-leak', severity: 'sev2', affects: ['confidentiality'] };
  writeFileSync(file, JSON.stringify({ ...declaration, serviceAffecting: false, ...more }));
  return file;
}

async function declared(argv: string[]) {
  const sent: Array<{ declaration: Record<string, unknown> }> = [];
  const client = {
    stands: async () => undefined,
    declare: async (input: (typeof sent)[number]) => {
      sent.push(input);
      return { id: String(input.declaration.id), created: true };
    },
  };
  const done = await tocsin(['declare', ...argv], client as never, { TOCSIN_BY: 'ann' });
  return { ...done, declaration: sent[0]?.declaration };
}

describe('a declaration from a file', () => {
  test.each([{}, { declaredBy: 'ann' }])('past the server it is declared by the sender, marked: %j', async (file) => {
    const { declaration, exitCode } = await declared(['-f', declarationFile(file), '--break-glass', REASON]);
    expect([exitCode, declaration]).toEqual([
      0,
      expect.objectContaining({ declaredBy: 'ann (unauthenticated)', breakGlass: REASON }),
    ]);
  });

  test('the name of somebody else is refused there, and taken where nobody goes past a server', async () => {
    const file = declarationFile({ declaredBy: 'dpo@example.com' });
    const { declaration, exitCode, err } = await declared(['-f', file, '--break-glass', REASON]);
    expect([declaration, exitCode, err]).toEqual([
      undefined,
      2,
      expect.stringContaining('declaredBy: you act as "ann'),
    ]);
    expect((await declared(['-f', file])).declaration).toMatchObject({ declaredBy: 'dpo@example.com' });
  });

  test.each([[[]], [['--break-glass', REASON]], [['--record-only']]])('never says why: %j', async (flags) => {
    const { declaration, exitCode, err } = await declared(['-f', declarationFile({ breakGlass: 'x' }), ...flags]);
    expect([declaration, exitCode, err]).toEqual([undefined, 2, expect.stringContaining('breakGlass: is not taken')]);
  });
});

test.each([
  'login',
  'logout',
  'whoami',
  'import past.csv',
  'resume INC-1',
  'report erase VR-20260401-9f3a5c1e',
  'register erase INC-1',
  'register export -o file',
  'declare --record-only',
])('%s records no reason, and refuses one', async (line) => {
  const { exitCode, err } = await tocsin(['--break-glass', REASON, ...line.split(' ')]);
  expect([exitCode, err.replace(/\s+/g, ' ')]).toEqual([
    2,
    expect.stringMatching(/--break-glass: .* records no reason/),
  ]);
  expect(err).not.toContain('straight to Temporal');
});

test('every command that is named as one without a reason is there', () => {
  const program = createProgram(new Shell({}, new Screen(), new Screen()));
  const names = program.commands.flatMap((each) => [
    each.name(),
    ...each.commands.map((one) => `${each.name()} ${one.name()}`),
  ]);
  expect(names).toEqual(expect.arrayContaining([...RECORD_NO_REASON]));
});

test('the reason of the hint, as it is printed, is none', async () => {
  const { exitCode, err } = await tocsin(['list', '--break-glass', 'REASON']);
  expect([exitCode, err]).toEqual([2, expect.stringContaining('put your reason')]);
});

test('without a server or past it, in production nobody has proved who they are', () => {
  const by = (env: NodeJS.ProcessEnv, why?: string) => {
    const shell = new Shell({ TOCSIN_BY: 'ann', ...env }, new Screen(), new Screen());
    shell.breakGlass = why;
    return shell.by({});
  };
  expect(by({})).toBe('ann');
  expect(by({}, REASON)).toBe('ann (unauthenticated)');
  expect(by({ TOCSIN_ENV: 'production' })).toBe('ann (unauthenticated)');
});
