/** Codes and raw texts of libraries stand nowhere in what people read. */
import { gradeLines } from '../../../cli/commands/exercise/grade-lines';
import { Output } from '../../../cli/rendering/output';
import { alarmText } from '../../../domain/case/alarm-text';
import { clockAlarm } from '../../../domain/incident/alarms';
import { periodText } from '../../../domain/incident/board-words';
import { MESSAGE_SCHEMAS } from '../../../domain/incident/messages';
import { problemsOf } from '../../../domain/kernel/problems';
import { pack, Screen, Story } from './helpers';

test.each([
  ['PT72H', '72 hours'],
  ['P1M', '1 month'],
  ['PT90M', '90 minutes'],
  ['P1DT12H', '1 day 12 hours'],
  ['P14D', '14 days'],
  ['2 business days (ottawa)', '2 business days (ottawa)'],
])('the period %s is "%s"', (period, words) => expect(periodText(period)).toBe(words));

test('a wrong status is told with those that there are, and nothing of what was sent', () => {
  const told = (message: unknown) => problemsOf(MESSAGE_SCHEMAS.status.safeParse(message).error!);
  const choices = 'investigating, identified, contained, monitoring, resolved';
  expect(told({ by: 'ann', status: 'SECRET' })).toEqual([`status: must be one of ${choices}`]);
  expect(told({ by: 'ann', status: 'contained', note: 7 })).toEqual(['note: must be text']);
});

test('an alarm about a notice that silence sends says when', () => {
  const { state } = new Story();
  const o = { ...state.obligations['status-page-update']!, status: 'drafted' as const };
  const rule = pack.obligations.find(({ id }) => id === o.rule)!;
  const alarm = clockAlarm(o, rule, { kind: 'due' }, state, pack);
  const said = alarmText(alarm, '2026-04-01T01:00:00.000Z').text;
  expect(said).toContain('it is sent automatically at 2026-04-01 01:30 UTC');
  const held = clockAlarm(
    { ...o, hold: { by: 'ann', reason: 'r', at: '2026-04-01T00:30:00.000Z' } as never },
    rule,
    { kind: 'due' },
    state,
    pack,
  );
  expect(held.about).not.toHaveProperty('silentAt');
});

test('the verdict of an exercise says what it counts', () => {
  const row = (commitment: string, grade: 'kept' | 'not required') => ({ commitment, grade, obligations: [] });
  const said = (...rows: ReturnType<typeof row>[]) =>
    gradeLines({ incidentId: 'EX-1', ok: true, rows }, new Output(new Screen())).at(-1);
  expect(said(row('T1', 'kept'), row('T2', 'kept'))).toBe(
    '2 of the 2 commitments of the policy kept, none late, none open.',
  );
  expect(said(row('T1', 'kept'), row('T2', 'not required'))).toBe(
    '1 of the 2 commitments of the policy kept, none late, none open. The other one asked for nothing in this incident.',
  );
});
