/** `tocsin declare` at a terminal asks for what is missing; nothing is declared without a last yes. */
import { askForDeclaration, lacksFields } from '../../../cli/commands/incident/declare-asks';
import { Output } from '../../../cli/rendering/output';
import { Screen, tocsin } from './helpers';

const GIVEN = { owner: 'oncall', detectedAt: '2026-04-01T00:00:00.000Z' };

async function asked(given: Record<string, unknown>, ...lines: string[]) {
  const screen = new Screen(true, 80);
  const left = [...lines];
  const whole = await askForDeclaration({ ...GIVEN, ...given }, new Output(screen, { NO_COLOR: '1' }), async () =>
    left.shift(),
  );
  return { whole, left, text: screen.text };
}

test('what is missing is asked for, and what is misspelt read as it was meant', async () => {
  const { whole, left } = await asked(
    {},
    ...['Leaked CI key', 'critical', 'Credential leak', 'confidentality, integrity', 'no', 'yes'],
  );
  expect(whole).toMatchObject({
    title: 'Leaked CI key',
    severity: 'sev1',
    kind: 'credential-leak',
    affects: ['confidentiality', 'integrity'],
    serviceAffecting: false,
  });
  expect(left).toEqual([]);
});

test('what was given is not asked for', async () => {
  const given = { title: 'X', severity: 'sev2', kind: 'ddos', affects: ['availability'] };
  const { whole, text } = await asked(given, 'yes', 'yes');
  expect(whole).toMatchObject({ ...given, serviceAffecting: true });
  expect(text).not.toContain('What happened?');
  expect(text).toMatch(/detected\s+2026-04-01 00:00 UTC, owner oncall/);
  expect(lacksFields({ ...given, serviceAffecting: true })).toBe(false);
});

test('an answer that is none is asked for again', async () => {
  const given = { title: 'X', kind: 'ddos', affects: ['availability'], serviceAffecting: true };
  const { whole, text } = await asked(given, 'sev7', '', 'sev2', 'yes');
  expect(whole).toMatchObject({ severity: 'sev2' });
  expect(text).toContain('must be one of sev1, sev2, sev3, sev4');
  expect(text).toContain('An answer is needed; Ctrl-C ends without declaring.');
  expect(text).not.toMatch(/Invalid|expected/);
});

test.each([
  ['the end of the input', ['Leaked key']],
  ['anything but yes', ['Leaked key', 'sev1', 'ddos', 'availability', 'no', 'y']],
])('%s declares nothing', async (_what, lines) => {
  expect((await asked({}, ...lines)).whole).toBeUndefined();
});

describe('where nobody may be asked', () => {
  const isTTY = process.stdin.isTTY;
  afterEach(() => {
    process.stdin.isTTY = isTTY;
  });

  test.each([
    ['without a terminal', undefined, []],
    ['with --no-input', true, ['--no-input']],
    ['with --json', true, ['--json']],
  ])('%s what is missing is said', async (_what, tty, flags) => {
    process.stdin.isTTY = tty as never;
    const { exitCode, err } = await tocsin(['declare', '--title', 'X', ...flags]);
    expect(exitCode).toBe(2);
    expect(err).toContain('is missing');
  });
});
