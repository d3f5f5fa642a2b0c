import { grade } from '../../../cli/commands/exercise/grade';
import { gradeLines } from '../../../cli/commands/exercise/grade-lines';
import { runCommand } from '../../../cli/program';
import { Output } from '../../../cli/rendering/output';
import { recordLines } from '../../../cli/rendering/record-lines';
import { Shell } from '../../../cli/shell';
import type { TocsinClient } from '../../../client/tocsin-client';
import { explain } from '../../../domain/incident/explain';
import { groupEntry } from '../../../register/show';
import { pack, Screen, Story, T0 } from './helpers';

const HOSTILE =
  'Leak \u001b[2J\u001b[31m\u001b]0;owned\u0007\u202egnp.exe\u2066\u200b\u009b1A\r\nINC-666  sev4  closed  nobody';
const story = new Story({
  title: HOSTILE,
  owner: `${HOSTILE.slice(0, 40)}@example.com`,
  howItOccurred: HOSTILE,
  assessment: { personalData: 'possible', dataSets: [{ id: 'accounts', title: HOSTILE, role: 'controller' }] },
});
story.do('2026-04-01T00:10:00.000Z', {
  command: 'message',
  name: 'status',
  message: { by: HOSTILE, status: 'contained', note: HOSTILE },
} as never);

const client = {
  listUpTo: async () => ({
    cut: false,
    cases: [
      {
        id: 'INC-1',
        title: HOSTILE,
        owner: HOSTILE,
        status: 'declared',
        severity: 'sev1',
        open: true,
        overdue: 0,
        exercise: false,
      },
    ],
  }),
  view: async () => ({
    state: story.state,
    clock: { incidentAt: T0, realAt: T0, rate: 1 },
    registerBacklog: 0,
    inFlight: [],
  }),
  stands: async () => 'running',
  timeline: async () => story.events,
  explain: async () => explain(story.state, pack),
  send: async () => ({ note: HOSTILE, events: story.events.map(({ seq, kind }) => ({ seq, kind })) }),
} as unknown as TocsinClient;

/** The bytes that a terminal of 100 columns gets. */
async function written(...argv: string[]): Promise<string> {
  const screen = new Screen(true, 100);
  const shell = new Shell({ TOCSIN_BY: 'oncall' }, screen, screen, client);
  await runCommand(argv, shell);
  return screen.text;
}

function expectHarmless(text: string): void {
  // Nothing but the colours of the command itself, and those not from the title.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const unpainted = text.replace(/\u001b\[(1|2|22|3[1236]|39)m/g, '');
  expect(unpainted).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  expect(text).not.toContain('Leak \u001b[2J\u001b[31m');
  // No line begins like an incident of its own.
  expect(text.split('\n').filter((line) => line.startsWith('INC-666'))).toEqual([]);
}

describe('a title with control characters, bidirectional overrides and line feeds', () => {
  it.each([
    [['list']],
    [['show', 'INC-1']],
    [['explain', 'INC-1']],
    [['status', 'INC-1', 'contained', '--note', HOSTILE]],
  ])('tocsin %j', async (argv) => {
    const text = await written(...argv);
    expectHarmless(text);
    // An explanation names no incident, and a receipt holds no text.
    if (argv[0] !== 'explain' && argv[0] !== 'status') expect(text).toContain('<U+001B>[2J');
  });

  it.each([
    ['the register entry', (out: Output) => recordLines(groupEntry(story.events), out)],
    ['the graded report', (out: Output) => gradeLines(grade(story.events, pack), out)],
  ])('%s', (_name, lines) => {
    const screen = new Screen(true, 100);
    const out = new Output(screen, {});
    for (const line of lines(out)) out.line(line);
    expectHarmless(screen.text);
  });

  it('a program that reads --json gets every character of it, a terminal none that acts', async () => {
    const text = await written('list', '--json');
    expect(JSON.parse(text)[0].title).toBe(HOSTILE);
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });
});
