import { grade } from '../../../cli/commands/exercise/grade';
import { gradeLines } from '../../../cli/commands/exercise/grade-lines';
import { explanationLines } from '../../../cli/commands/incident/explain';
import { boardLines } from '../../../cli/rendering/board-lines';
import { Output } from '../../../cli/rendering/output';
import { recordLines } from '../../../cli/rendering/record-lines';
import { hanging, table, textWidth, wrap } from '../../../cli/rendering/table';
import { TimelineTeller } from '../../../cli/rendering/timeline-lines';
import { explain } from '../../../domain/incident/explain';
import { groupEntry } from '../../../register/show';
import { pack, Screen, Story, T0 } from './helpers';

const story = new Story({
  title: 'A leaked deploy key with a title that is long enough to need a second line on a narrow terminal',
  maliciousSources: ['203.0.113.7'],
  credentials: [{ provider: 'cloudflare-token', ref: 'a-token-with-a-rather-long-reference-to-name-it' }],
  assessment: { personalData: 'possible', dataSets: [{ id: 'accounts', title: 'Accounts', role: 'controller' }] },
});
story.do('2026-04-04T12:00:00.000Z', { command: 'tick' });

function at80(lines: (out: Output) => string[]): string[] {
  const screen = new Screen(true, 80);
  const out = new Output(screen, { NO_COLOR: '1' });
  for (const line of lines(out)) out.line(line);
  return screen.lines;
}

function fits(lines: string[]): void {
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter((line) => textWidth(line) > 80)).toEqual([]);
}

describe('at 80 columns', () => {
  const clock = { incidentAt: T0, realAt: T0, rate: 1 };
  const view = { state: story.state, clock, registerBacklog: 3, inFlight: [], nextDueAt: null };

  it('an incident with all its obligations fits', () => {
    fits(at80((out) => boardLines(view, story.events, pack, '2026-04-04T12:00:00.000Z', out, 20)));
  });

  it('the live timeline fits', () => {
    fits(at80((out) => new TimelineTeller(out, pack, T0).lines(story.events)));
  });

  it('the explanation fits', () => {
    fits(at80((out) => explain(story.state, pack).flatMap((each) => explanationLines(each, out))));
  });

  it('the register entry fits and shows all groups', () => {
    const lines = at80((out) => recordLines(groupEntry(story.events), out));
    fits(lines);
    for (const group of ['R1', 'R2', 'R3', 'R4', 'R5', 'R6']) expect(lines.join('\n')).toMatch(`\n${group}  `);
  });

  it('the graded report fits and has every commitment', () => {
    const lines = at80((out) => gradeLines(grade(story.events, pack), out));
    fits(lines);
    for (const row of 'T1 T2 T3 T4 T5 T6 N1 N2 N3 N4 N5 R1 R2 R3 R4 R5 R6 R7'.split(' ')) {
      expect(lines.some((line) => line.startsWith(`${row}  `))).toBe(true);
    }
  });
});

describe('tables', () => {
  it('are as wide as needed where there is no terminal, so that ids stay whole', () => {
    const id = 'gdpr-art34-3c-public-communication';
    const text = table([{ title: 'Id', flex: true }, { title: 'State' }], [[id, 'open']], Number.POSITIVE_INFINITY);
    expect(text).toBe(`Id                                  State\n${id}  open`);
  });

  it('wrap their own titles too', () => {
    const lines = table([{ title: 'A title that is long', flex: true }, { title: 'B' }], [['x', 'y']], 16).split('\n');
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(16);
  });

  it('keep dates and ids that fit on one line', () => {
    expect(wrap('the deadline is 2026-04-01 18:10 UTC', 20)).toEqual(['the deadline is', '2026-04-01 18:10 UTC']);
  });

  it('break a word that is longer than a line', () => {
    expect(wrap('x'.repeat(25), 10)).toEqual(['x'.repeat(10), 'x'.repeat(10), 'x'.repeat(5)]);
    expect(hanging('prefix ', 'one two three four', 20, 2)).toEqual(['prefix one two three', '  four']);
  });
});

describe('output', () => {
  it('is coloured on a terminal only, and never under NO_COLOR', () => {
    const styled = (isTTY: boolean, env: NodeJS.ProcessEnv) => {
      const screen = new Screen(isTTY, 80);
      const out = new Output(screen, env);
      out.line(out.style('x', 'red'));
      return screen.text;
    };
    expect(styled(true, {})).toBe('\u001b[31mx\u001b[39m\n');
    expect(styled(true, { NO_COLOR: '1' })).toBe('x\n');
    expect(styled(false, {})).toBe('x\n');
  });

  it('lets no control character of an incident through to the terminal', () => {
    const screen = new Screen(true, 80);
    const out = new Output(screen, {});
    out.line(`${out.style('title', 'bold')} \u001b[2J\u001b]0;owned\u0007\u001b[8mhidden\r\u202e`);
    expect(screen.text).toBe(
      '\u001b[1mtitle\u001b[22m <U+001B>[2J<U+001B>]0;owned<U+0007><U+001B>[8mhidden\n<U+202E>\n',
    );
  });
});

describe('when the terminal is narrow', () => {
  const columns = [
    { title: 'Id' },
    { title: 'Owner', flex: true, spare: true },
    { title: 'State', flex: true },
    { title: 'Title', shorten: true },
  ];
  const row = ['gdpr-art34-3c-public-communication', 'security-lead', 'to be filed by a person', 'A leaked deploy key'];

  it('an id stays whole, a title is cut short on its line, and what is spare gives way', () => {
    const lines = table(columns, [row], 64).split('\n');
    expect(lines[0]).not.toContain('Owner');
    expect(lines[1]).toMatch(/^gdpr-art34-3c-public-communication {2}/);
    expect(lines[1]).toMatch(/A leaked d.*…$/);
    expect(lines.filter((line) => line.includes('…'))).toHaveLength(1);
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(64);
  });

  it('where all fits nothing is cut, wrapped or left out', () => {
    expect(table(columns, [row], 120).split('\n')[1]!.split(/ {2,}/)).toEqual(row);
  });
});

test('a terminal that does not tell its width is laid out for 80 columns; one of few columns still ends', () => {
  const width = (columns: number) => new Output(new Screen(true, columns), { NO_COLOR: '1' }).width;
  expect([0, 1, 20, 100].map(width)).toEqual([80, 20, 20, 100]);
  for (const columns of [0, -7]) expect(wrap('error: a b', columns).join('').replace(/ /g, '')).toBe('error:ab');
});
