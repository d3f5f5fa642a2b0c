/** Everything that reaches a terminal passes something that lets no control character through. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Output } from '../../../cli/rendering/output';
import { packageRoot } from '../../../platform/package-root';
import { stepReporter } from '../../../platform/report-step';
import { runVerifier } from '../../../register/verifier/cli';
import { temporaryDir } from '../../setup/helpers';

const HOSTILE = 'a\u001b[2Jb\u0007c\u202ed\u009b31me\u200bf\rg\u2066h';
/** Control and format characters but for the line feed. */
const ACTS = /(?!\n)[\p{Cc}\p{Cf}]/u;

/** Who writes to a stream by itself, and why nothing hostile goes that way. */
const WRITERS: Readonly<Record<string, string>> = {
  'cli/rendering/output.ts': 'neutralises each line',
  'cli/confirm.ts': 'neutralises each question',
  'cli/main.ts': 'hears of a closed pipe, and writes nothing',
  'cli/shell.ts': 'hands the streams to Output',
  'cli/start.ts': 'hands the streams to Output',
  'platform/report-step.ts': 'neutralises each step',
  'register/verifier/cli.ts': 'neutralises lines, JSON and errors',
  'stack/index.ts': 'the name of the data folder, as the person gave it',
  'worker/bundle.ts': 'what webpack says of our own files',
  'platform/log.ts': 'JSON lines, in which controls are escaped',
};

test('nobody else writes to a terminal', () => {
  const rooms = ['activities', 'cli', 'client', 'detection', 'domain', 'platform', 'policy', 'postgres', 'register'];
  const found = [...rooms, 'settings', 'stack', 'worker', 'workflows']
    .flatMap((room) =>
      readdirSync(path.join(packageRoot(), room), { recursive: true, encoding: 'utf8' }).map(
        (file) => `${room}/${file}`,
      ),
    )
    .filter((file) => file.endsWith('.ts'))
    .filter((file) =>
      /process\.std(out|err)|\bconsole\.|writeSync\(1|writeSync\(2/.test(
        readFileSync(path.join(packageRoot(), file), 'utf8'),
      ),
    );
  expect(found.filter((file) => !(file in WRITERS))).toEqual([]);
});

test('lines and JSON of the command', () => {
  const written: string[] = [];
  const out = new Output({ write: (text) => written.push(text), isTTY: true, columns: 80 });
  out.line(HOSTILE);
  out.line(out.style(HOSTILE, 'red'));
  out.json({ [HOSTILE]: HOSTILE });
  // Our own colours alone get through.
  const ours = written.join('').replaceAll('\u001b[31m', '').replaceAll('\u001b[39m', '');
  expect(ours).toContain('a');
  expect(ours).not.toMatch(ACTS);
});

test('steps of a start', async () => {
  const written: string[] = [];
  const steps = stepReporter({ write: (text) => written.push(text) });
  await steps(HOSTILE, async (step) => {
    step.progress(HOSTILE);
    step.chose(HOSTILE);
  });
  expect(written.join('')).not.toMatch(ACTS);
});

test.each([[['--json']], [[]]])('the stand-alone verifier, whatever it is given %j', async (options) => {
  const written: string[] = [];
  const keep = (...parts: unknown[]) => void written.push(parts.join(' '));
  const spies = [
    jest.spyOn(console, 'log').mockImplementation(keep),
    jest.spyOn(console, 'error').mockImplementation(keep),
  ];
  try {
    await runVerifier([...options, path.join(temporaryDir('verifier'), HOSTILE)]);
    await runVerifier([...options, '--head', HOSTILE, 'x']);
    await runVerifier([`--${HOSTILE}`]);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  expect(written.length).toBeGreaterThan(2);
  expect(written.join('\n')).not.toMatch(ACTS);
});
