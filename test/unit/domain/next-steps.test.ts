/** What comes next: the question on which the duties hang before anything else, then what is due soon, by deadline, then the rest. */
import { nextSteps, stepsOfAlarms } from '../../../domain/incident/next-steps';
import { commandText } from '../../../domain/kernel/command-lines';
import { problemOf } from '../cli/emitted-commands';
import { pack, Story, T0 } from '../cli/helpers';

const HOUR = '2026-04-01T01:00:00.000Z';
const EXPOSED = { credentials: [{ provider: 'webhook', ref: 'ci' }], maliciousSources: ['203.0.113.7'] };

const QUESTIONS = pack.obligations.flatMap(({ id, channel }) => (channel === 'assessment' ? [id] : []));

function whatOf(story: Story, now = HOUR): string[] {
  return nextSteps(story.state, pack, now).map(({ what }) => what);
}

test('whether personal data is affected comes before everything else, also before an earlier deadline', () => {
  const story = new Story(EXPOSED);
  const steps = nextSteps(story.state, pack, HOUR);
  expect(steps[0]!.what).toBe('Assess: is personal data affected?');
  expect(steps.some(({ dueAt }) => dueAt !== undefined && dueAt < steps[0]!.dueAt!)).toBe(true);
});

test('it comes before what is overdue, also where its own deadline is far', () => {
  const { state } = new Story(EXPOSED);
  const dueAt = '2026-04-20T00:00:00.000Z';
  const obligations = Object.fromEntries(
    Object.entries(state.obligations).map(([id, o]) => [id, QUESTIONS.includes(o.rule) ? { ...o, dueAt } : o]),
  );
  const late = { ...state, unacknowledged: [7], obligations };
  const steps = nextSteps(late, pack, '2026-04-03T00:00:00.000Z');
  expect(steps[0]).toMatchObject({ what: 'Assess: is personal data affected?', dueAt });
  expect(steps[1]!.dueAt! < '2026-04-03').toBe(true);
});

test('once it is answered it is no step any more', () => {
  const story = new Story();
  story.do(HOUR, { command: 'message', message: { message: 'assess', by: 'dpo', personalData: 'no' } } as never);
  expect(whatOf(story)).not.toContain('Assess: is personal data affected?');
});

test('what is owed is in the order of its deadlines', () => {
  const dues = nextSteps(new Story(EXPOSED).state, pack, HOUR)
    .slice(1)
    .flatMap(({ dueAt }) => dueAt ?? []);
  expect(dues.length).toBeGreaterThan(2);
  expect(dues).toEqual([...dues].sort());
});

test('each command of each step parses', async () => {
  for (const story of [new Story(EXPOSED), new Story({ severity: 'sev3', serviceAffecting: false })]) {
    const lines = nextSteps(story.state, pack, HOUR).flatMap(({ commands }) => commands.map(commandText));
    expect(lines.length).toBeGreaterThan(5);
    for (const text of lines) expect([text, await problemOf({ where: 'next', text })]).toEqual([text, undefined]);
  }
});

test('where a step of containment was refused, the status is set with the reason that it takes', () => {
  const story = new Story(EXPOSED);
  const step = () => nextSteps(story.state, pack, HOUR).find(({ obligation }) => obligation === 'containment')!;
  expect(commandText(step().commands[0]!)).toBe('npx tocsin status INC-1 contained --by you@example.com');
  const [id, first] = Object.entries(story.state.containment)[0]!;
  story.state = { ...story.state, containment: { ...story.state.containment, [id]: { ...first, state: 'refused' } } };
  expect(step().commands.map(commandText)).toEqual([
    'npx tocsin status INC-1 contained --despite "…" --by you@example.com',
  ]);
});

test('two duties that the same command does are one step', () => {
  const firsts = nextSteps(new Story(EXPOSED).state, pack, HOUR).map(({ commands }) => commandText(commands[0]!));
  expect(new Set(firsts).size).toBe(firsts.length);
});

test('a step says what silence does', () => {
  const update = nextSteps(drafted(), pack, HOUR).find(({ obligation }) => obligation === 'status-page-update');
  expect(update?.onSilence).toBe('If nobody objects, it is sent automatically at 2026-04-01 01:30 UTC.');
});

test('alarms that nobody has acknowledged are a step, with their command', () => {
  const story = new Story();
  const state = { ...story.state, unacknowledged: [7, 9] };
  const steps = nextSteps(state, pack, HOUR);
  const at = steps.findIndex(({ what }) => what === '2 alarms not acknowledged');
  expect(commandText(steps[at]!.commands[0]!)).toContain('acknowledge INC-1');
  // Behind all that is due within a day, also where it is overdue, and before what is due later.
  const day = '2026-04-02T01:00:00.000Z';
  expect(steps.slice(0, at).length).toBeGreaterThan(1);
  expect(steps.slice(0, at).every(({ dueAt }) => dueAt !== undefined && dueAt <= day)).toBe(true);
  expect(steps.slice(at + 1).every(({ dueAt }) => dueAt === undefined || dueAt > day)).toBe(true);
  expect(steps.slice(at + 1).some(({ dueAt }) => dueAt !== undefined)).toBe(true);
  const overdue = nextSteps(state, pack, '2026-04-03T00:00:00.000Z');
  expect(overdue.slice(0, 2).every(({ dueAt }) => dueAt! < '2026-04-03')).toBe(true);
});

test('without the policy, the alarms say what they ask for', () => {
  const story = new Story();
  const data = { threshold: { kind: 'due' }, about: { kind: 'incident' }, todo: 'verify-register', commands: [] };
  const events = [{ ...story.events[0]!, seq: 40, kind: 'alarm-raised', data }] as never;
  const state = { ...story.state, unacknowledged: [40] };
  expect(stepsOfAlarms(state, events, HOUR).map(({ todo }) => todo)).toContain('verify the register');
});

test('nothing is next about a closed incident', () => {
  expect(nextSteps({ ...new Story().state, closedAt: T0 }, pack, HOUR)).toEqual([]);
});

test('the end is a step of its own: resolved, and closed when nothing is owed', () => {
  const { state } = new Story();
  expect(
    nextSteps(state, pack, HOUR)
      .at(-1)!
      .commands.map(({ given }) => given.status),
  ).toEqual(['resolved']);
  const done = { ...state, status: 'resolved' as const, obligations: {} };
  expect(nextSteps(done, pack, HOUR).map(({ commands }) => commands[0]!.verb)).toEqual(['close']);
});

function drafted() {
  const { state } = new Story();
  const o = state.obligations['status-page-update']!;
  return { ...state, obligations: { ...state.obligations, [o.id]: { ...o, status: 'drafted' as const } } };
}
