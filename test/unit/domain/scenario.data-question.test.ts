/** Nobody assessed: "is personal data affected?" is on a clock of its own, and only a person's answer ends it. */
import { alarmText } from '../../../domain/case/alarm-text';
import { board } from '../../../domain/incident/explain';
import { commandText } from '../../../domain/kernel/command-lines';
import { TOCSIN } from '../../../domain/kernel/recorded-event';
import { accounts, assessment, at, COUNSEL } from './helpers/facts';
import { Story } from './helpers/story';

const FIRST = 'data-question';
const SETTLED = 'data-question-settled';
/** Declared a quarter of an hour after the detection. */
const DECLARED = 0.25;
const states = (story: Story) => [story.obligation(FIRST).status, story.obligation(SETTLED).status];

test('both clocks start at the declaration: the first answer within 4 hours, yes or no within 24', () => {
  const story = new Story();
  expect(story.obligation(FIRST)).toMatchObject({ status: 'pending', dueAt: at(DECLARED + 4) });
  expect(story.obligation(SETTLED)).toMatchObject({ status: 'pending', dueAt: at(DECLARED + 24) });
});

test('contained and never assessed, it rings before and at 4 hours, at 24 hours, and goes on, all long before 72 hours', () => {
  const story = new Story();
  story.to(1).send('status', { status: 'contained' });
  story.to(71);
  expect(story.alarms(FIRST).slice(0, 5)).toEqual(['50 %', '75 %', 'due', 'overdue 1', 'overdue 2']);
  expect(story.all('alarm-raised', FIRST)[2]!.at).toBe(at(DECLARED + 4));
  expect(story.alarms(SETTLED)).toEqual(['50 %', '75 %', '90 %', 'due', 'overdue 1', 'overdue 2', 'overdue 3']);
  expect(story.all('alarm-raised', SETTLED)[3]!.at).toBe(at(DECLARED + 24));
  expect(story.alarms(FIRST).length).toBeGreaterThan(15);
});

test.each(['yes', 'no', 'possible'])('in time at 4 hours: the answer "%s" is a first answer', (personalData) => {
  const story = new Story().to(DECLARED + 4);
  story.send('assess', { personalData, by: COUNSEL });
  expect(story.obligation(FIRST)).toMatchObject({ status: 'fulfilled', lateByMs: 0 });
});

test('a minute later it is late', () => {
  const story = new Story().to(DECLARED + 4 + 1 / 60);
  story.send('assess', { personalData: 'yes' });
  expect(story.obligation(FIRST)).toMatchObject({ status: 'fulfilled', lateByMs: 60_000 });
});

test('"unknown" is no answer', () => {
  const story = new Story().to(1);
  story.send('assess', { personalData: 'unknown' });
  expect(states(story)).toEqual(['pending', 'pending']);
  story.to(5);
  expect(story.alarms(FIRST)).toContain('due');
});

test('"possible" answers for now, and keeps the question of 24 hours open until it is yes or no', () => {
  const story = new Story().to(1);
  story.send('assess', { personalData: 'possible' });
  expect(states(story)).toEqual(['fulfilled', 'pending']);
  story.to(40);
  expect(story.alarms(FIRST)).toEqual([]);
  expect(story.alarms(SETTLED)).toContain('overdue 1');
  story.send('assess', { personalData: 'no' });
  expect(states(story)).toEqual(['fulfilled', 'fulfilled']);
  expect(story.obligation(SETTLED).lateByMs).toBeGreaterThan(0);
});

test('an answer that is taken back is owed again, from then; the first one stays on record', () => {
  const story = new Story().to(1);
  story.send('assess', { personalData: 'yes' });
  expect(states(story)).toEqual(['fulfilled', 'fulfilled']);
  story.to(10).send('assess', { assessment: { personalData: 'unknown' } });
  expect(states(story)).toEqual(['pending', 'pending']);
  expect(story.obligation(FIRST)).toMatchObject({ fulfilledAt: at(1), lateByMs: 0, dueAt: at(14) });
  story.send('assess', { personalData: 'no' });
  expect(states(story)).toEqual(['fulfilled', 'fulfilled']);
});

test('only a person answers', () => {
  const story = new Story();
  story.send('assess', { personalData: 'yes', by: TOCSIN });
  expect(states(story)).toEqual(['pending', 'pending']);
});

test('no reason waives it: it is answered', () => {
  const story = new Story();
  story.send('waive', { obligation: FIRST, reason: 'we are sure' });
  expect(story.problems().join()).toMatch(/no ground waives it: answer it with yes or no, or with possible/);
});

test('unanswered, the incident is not closed', () => {
  const story = new Story().to(1);
  story.send('status', { status: 'resolved' });
  story.send('close');
  expect(story.problems().join('\n')).toContain(`${FIRST}: still open`);
});

test('the board asks it with the command of each answer, and the alarm too', () => {
  const story = new Story().to(5);
  const row = board(story.state, story.pack, story.now).find(({ id }) => id === FIRST)!;
  expect(row).toMatchObject({ status: 'open: is personal data affected?', standing: 'late' });
  expect(row.answers!.map(commandText)).toEqual(
    ['yes', 'no', 'possible'].map((a) => `npx tocsin assess INC-2026-001 --personal-data ${a} --by you@example.com`),
  );
  const { data, at: raisedAt } = story.last('alarm-raised', FIRST);
  expect(data.commands.slice(0, 3).map(commandText)).toEqual(row.answers!.map(commandText));
  expect(alarmText(data, raisedAt).text).toMatch(
    /Is personal data affected.*To do: say whether personal data is affected/,
  );
  story.send('assess', { personalData: 'no' });
  expect(board(story.state, story.pack, story.now).find(({ id }) => id === FIRST)!.answers).toBeUndefined();
});

describe('the one answer alone', () => {
  test('leaves the other facts as they are', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: assessment({ personalData: 'possible' }) });
    story.send('assess', { personalData: 'yes' });
    expect(story.state.assessment!.facts).toMatchObject({ personalData: 'yes', dataSets: [{ id: 'accounts' }, {}] });
  });

  test('that contradicts them is refused with both named, and so is one beside a whole assessment', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: assessment({ dataSets: [accounts({ risk: 'high' })] }) });
    story.send('assess', { personalData: 'no' });
    expect(story.problems().join()).toMatch(/personalData/);
    expect(story.state.assessment!.facts.personalData).toBe('yes');
    story.send('assess', { personalData: 'no', assessment: { personalData: 'no' } });
    expect(story.problems()).toEqual(['personalData: stands in "assessment" already: give one of the two']);
  });
});
