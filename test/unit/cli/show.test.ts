/** `tocsin show`: what it says beside the duties, and the live view, which leaves the terminal as it was. */

import { boardLines, liveLines } from '../../../cli/rendering/board-lines';
import { Output } from '../../../cli/rendering/output';
import { textWidth } from '../../../cli/rendering/table';
import { nextSteps } from '../../../domain/incident/next-steps';
import { listedDetections, pack, Screen, Story } from './helpers';

const NOW = '2026-04-01T01:00:00.000Z';
const ENTER = '\u001b[?1049h';
const LEAVE = '\u001b[?1049l';

function story(): Story {
  return new Story({
    id: 'INC-20260401-9f3a',
    credentials: [{ provider: 'webhook', ref: 'a-reference-that-is-rather-long' }],
    maliciousSources: ['203.0.113.7'],
  });
}

function viewOf({ state }: Story) {
  const clock = { incidentAt: NOW, realAt: NOW, rate: 1 };
  return { state, clock, registerBacklog: 2, inFlight: ['send enterprise-notice'], nextDueAt: null };
}

function terminal(rows: number, columns = 80): { screen: Screen & { rows: number }; out: Output } {
  const screen = Object.assign(new Screen(true, columns), { rows });
  return { screen, out: new Output(screen, { NO_COLOR: '1' }) };
}

test('open alarms stand above the duties, with the command that acknowledges them', () => {
  const told = story();
  const data = { threshold: { kind: 'refused' }, about: { kind: 'measure', measure: 'block-source 10.0.0.1' } };
  const alarm = { ...told.events[0]!, seq: 77, kind: 'alarm-raised', data: { ...data, todo: 'contain-by-hand' } };
  const view = viewOf(told);
  const state = { ...view.state, unacknowledged: [77] };
  const { out } = terminal(50);
  const lines = boardLines({ ...view, state }, [alarm as never], pack, NOW, out, 5, true);
  const at = (text: string) => lines.findIndex((line) => line.includes(text));
  expect(at('1 alarm not acknowledged')).toBeGreaterThan(0);
  expect(at('Containment block-source 10.0.0.1 was refused')).toBeGreaterThan(0);
  expect(at('npx tocsin acknowledge INC-20260401-9f3a')).toBeLessThan(at('Obligation'));
  expect(at('Under way: send enterprise-notice')).toBeGreaterThan(0);
  expect(at('2 register entries not written yet')).toBeGreaterThan(0);
  // One that is closed refuses what would be offered here.
  const closed = { ...view, state: { ...state, closedAt: NOW } };
  expect(boardLines(closed, [alarm as never], pack, NOW, out, 5, true).join('\n')).not.toContain('acknowledge');
});

test('of many open alarms the ones that are due first are shown, and how many are not', () => {
  const told = story();
  const alarms = [1, 2, 3, 4, 5, 6].map((n) => ({
    ...told.events[0]!,
    seq: 70 + n,
    kind: 'alarm-raised',
    data: {
      threshold: { kind: 'refused' },
      about: { kind: 'measure', measure: `block-source 10.0.0.${n}` },
      todo: 'contain-by-hand',
      ...(n === 1 && { dueAt: NOW }),
    },
  }));
  const view = viewOf(told);
  const state = { ...view.state, unacknowledged: alarms.map(({ seq }) => seq) };
  const text = boardLines({ ...view, state }, alarms as never, pack, NOW, terminal(50).out, 5).join('\n');
  const above = text.slice(0, text.indexOf('Obligation'));
  expect(above).toContain('6 alarms not acknowledged');
  expect(above).toContain('block-source 10.0.0.1 was refused');
  expect(above).not.toContain('block-source 10.0.0.2 was refused');
  expect(above).toContain('block-source 10.0.0.6 was refused');
  expect(above).toContain('and 1 more, in the timeline');
});

test('the detections that belong to it stand with where they came from and the command that shows them; so do those taken out', () => {
  const one = listedDetections(NOW, 'An alert of ours');
  const other = { ...one, caseId: 'TRG-0b2d9f3a5c1e', left: { by: 'bob', at: NOW, reason: 'another actor' } };
  const view = viewOf(story());
  const state = { ...view.state, detections: [one, other] };
  const text = boardLines({ ...view, state }, [], pack, NOW, terminal(50).out, 0, true).join('\n');
  const listed = text.slice(text.indexOf('Detections'));
  expect(listed).toMatch(/An alert of ours: 3 detections from monitoring, sev2, first [\s\S]*merged by anna, /);
  expect(listed).toContain(`npx tocsin triage show ${one.caseId}`);
  expect(listed).toMatch(new RegExp(`taken out by bob: another actor, .*\\n *npx tocsin triage show ${other.caseId}`));
});

test('cases that an earlier version merged are listed by their ids', () => {
  const view = viewOf(story());
  const state = { ...view.state, handled: ['TRG-9f3a5c1e0b2d merge'] };
  const text = boardLines({ ...view, state }, [], pack, NOW, terminal(50).out, 0, true).join('\n');
  expect(text.slice(text.indexOf('Detections'))).toMatch(
    /TRG-9f3a5c1e0b2d: merged by an earlier version[\s\S]*npx tocsin triage show TRG-9f3a5c1e0b2d/,
  );
});

test('the links come last', () => {
  const told = story();
  const lines = boardLines(viewOf(told), told.events, pack, NOW, terminal(50).out, 5, true, ['Web UI http://x']);
  expect(lines.at(-1)).toBe('Web UI http://x');
});

test('no id of a duty or of a step is broken at 80 columns', () => {
  const told = story();
  const { out } = terminal(50);
  const text = boardLines(viewOf(told), [], pack, NOW, out, 0, true).join('\n');
  const ids = [...Object.keys(told.state.obligations), ...Object.keys(told.state.containment)];
  expect(ids).toContain('rotate-credential webhook/a-reference-that-is-rather-long');
  for (const id of ids) expect(text).toContain(id);
});

test.each([
  [24, 80],
  [12, 80],
  [50, 120],
])('the live view fits %i lines of %i columns, and what is due next is in it', (rows, columns) => {
  const told = story();
  const { out } = terminal(rows, columns);
  const steps = nextSteps(told.state, pack, NOW);
  const lines = liveLines(viewOf(told), told.events, pack, NOW, out, rows, steps, true);
  expect(lines.flatMap((line) => line.split('\n')).length).toBeLessThanOrEqual(rows);
  expect(lines.join('\n')).toMatch(/containment +04-01 02:00/);
  for (const line of lines.filter((each) => !each.includes('npx tocsin')))
    expect(textWidth(line)).toBeLessThanOrEqual(columns);
});

describe('a screen of its own', () => {
  test('is left again with what stood there before, and the scrollback is never erased', async () => {
    const { screen, out } = terminal(24);
    await out.onOwnScreen(async (paint) => paint(['one', 'two']));
    expect(screen.text.startsWith(ENTER)).toBe(true);
    expect(screen.text.endsWith(LEAVE)).toBe(true);
    for (const erased of ['\u001b[3J', '\u001b[2J']) expect(screen.text).not.toContain(erased);
  });

  test('is left when what is shown fails', async () => {
    const { screen, out } = terminal(24);
    await expect(out.onOwnScreen(async () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(screen.text.endsWith(LEAVE)).toBe(true);
  });

  test('is left when the process ends', async () => {
    const { screen, out } = terminal(24);
    const before = process.listeners('exit');
    await out.onOwnScreen(async () => {
      const added = process.listeners('exit').filter((each) => !before.includes(each));
      expect(added).toHaveLength(1);
      added[0]!(0);
      expect(screen.text.endsWith(LEAVE)).toBe(true);
    });
    expect(process.listeners('exit')).toEqual(before);
  });

  test('is painted over, line by line, and no higher than the terminal', async () => {
    const { screen, out } = terminal(3);
    await out.onOwnScreen(async (paint) => paint(['1', '2\n3', '4']));
    const picture = screen.text.slice(screen.text.indexOf('\u001b[H'), screen.text.lastIndexOf('\u001b[?7h'));
    expect(picture.split('\n').map((line) => line.replaceAll('\u001b[', '').replace(/[HKJ]/g, ''))).toEqual([
      '1',
      '2',
      '3',
    ]);
  });
});
