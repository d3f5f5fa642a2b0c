// A span of time reads the same on every surface: mails, alarms, pages, terminal.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { alarmText } from '../../../domain/case/alarm-text';
import { clockAlarm } from '../../../domain/incident/alarms';
import { board } from '../../../domain/incident/explain';
import { DAY_MS, HOUR_MS, leftText, MINUTE_MS, spanText, toInstant, toMs } from '../../../domain/kernel/time';
import { ruleOf } from '../../../domain/policy/policy';
import { Story } from './helpers/story';

test.each([
  [59_999, 'under a minute'],
  [MINUTE_MS, '1 min'],
  [2 * HOUR_MS, '2 h'],
  [13 * HOUR_MS + 51 * MINUTE_MS, '13 h 51 min'],
  [28 * HOUR_MS + 59 * MINUTE_MS, '1 d 4 h'],
  [3 * DAY_MS, '3 d'],
  [-28 * HOUR_MS, '1 d 4 h'],
])('%d ms is %s', (ms, text) => expect(spanText(ms)).toBe(text));

test('what is overdue by 28 hours says so in the same words in an alarm and on the board, as pages and the terminal do', () => {
  const story = new Story({});
  const o = story.obligation('containment');
  const later = toInstant(toMs(o.dueAt!) + 28 * HOUR_MS);
  const alarm = clockAlarm(o, ruleOf(story.pack, o.rule)!, { kind: 'due' }, story.state, story.pack);
  expect(alarmText(alarm, later).what).toContain('1 d 4 h overdue');
  expect(board(story.state, story.pack, later).find(({ id }) => id === o.id)!.time).toBe('1 d 4 h overdue');
  expect(leftText(o.dueAt!, later)).toBe('1 d 4 h overdue');
  expect(leftText(o.dueAt!, o.dueAt!)).toBe('due now');
});

test('nobody else writes a span that is left or overdue', () => {
  const root = path.join(__dirname, '../../..');
  const writes = /\} (left|overdue)[`'"]|'left' : 'overdue'|'overdue' : 'left'/;
  const others = ['cli', 'server', 'domain', 'activities', 'watchdog', 'workflows'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => path.join(folder, file))
      .filter((file) => file.endsWith('.ts') && writes.test(readFileSync(path.join(root, file), 'utf8'))),
  );
  expect(others).toEqual(['domain/kernel/time.ts']);
});
