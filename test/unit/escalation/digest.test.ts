/** What a page leaves out it counts, and names the command that shows all of it; what is to be done is never cut. */

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestOf } from '../../../activities/paging/digest';
import { createSlackPort } from '../../../activities/paging/slack-port';
import { createFolderArtefacts } from '../../../activities/storage/folder-artefacts';
import type { RaisedAlarm } from '../../../domain/case/alarm';
import { commandsFor } from '../../../domain/case/alarm-commands';
import { alarmText } from '../../../domain/case/alarm-text';
import { untoldText } from '../../../domain/incident/untold';
import { temporaryDir } from '../../setup/helpers';
import { alarmOn } from '../domain/helpers/alarm';

const SHOW = 'npx tocsin show INC-7';
const digest = (alarms: RaisedAlarm[], dropped = 0) =>
  digestOf({
    ...{ caseId: 'INC-7', severity: 'sev1', title: 'Leak', attempt: 1, level: 1, handle: 'ann' },
    ...{ alarms, dropped },
  });

function doubt(why: string[]): RaisedAlarm {
  const about = { kind: 'awareness', awareAt: '2025-04-01T02:00:00.000Z', why } as const;
  return alarmOn(undefined, {
    about,
    todo: 'check-awareness',
    commands: commandsFor('check-awareness', 'INC-7', about),
  });
}

test('of a doubtful awareness the to-do stands whole, however long its account is', () => {
  const alarm = doubt(['it is a year before the detection, which is more than anybody meant', 'x'.repeat(400)]);
  const { todo } = alarmText(alarm, alarm.at);
  const [line] = digest([alarm]).lines;
  expect(line).toContain(`To do: ${todo}.`);
  expect(line).toContain(`… (all of it: ${SHOW})`);
});

test('an account that fits is not cut, and says nothing of more', () => {
  const [line] = digest([alarmOn('containment')]).lines;
  expect(line).not.toMatch(/…|all of it/);
});

test.each([
  [10, undefined],
  [11, `and 1 more: ${SHOW}`],
  [25, `and 15 more: ${SHOW}`],
])('of %i alarms the first ten, and how many more there are', (count, more) => {
  const alarms = Array.from({ length: count }, (_, i) => alarmOn(`duty-${i}`, { seq: i + 1 }));
  const lines = digest(alarms).lines.filter((line) => line.startsWith('and '));
  expect(lines).toEqual(more === undefined ? [] : [more]);
});

test('commands that are left out are counted', () => {
  const alarms = Array.from({ length: 6 }, (_, i) =>
    alarmOn(`duty-${i}`, {
      seq: i + 1,
      todo: 'approve',
      commands: commandsFor('approve', 'INC-7', alarmOn(`duty-${i}`).about),
    }),
  );
  const { lines, commands } = digest(alarms);
  expect(commands).toContain(SHOW);
  expect(lines.at(-1)).toMatch(new RegExp(`^\\d+ more commands: ${SHOW}$`));
  expect(digest([alarmOn('containment')]).lines.join()).not.toContain('more command');
});

test('whoever is still untold beyond the first ten is counted, with the command that lists all', () => {
  const untold = (n: number) =>
    Array.from({ length: n }, (_, i) => ({
      kind: 'workspace' as const,
      workspace: `ws-${i}`,
      why: 'not-sent' as const,
    }));
  expect(untoldText(untold(10))).not.toContain('more');
  expect(untoldText(untold(12))).toContain('2 more (show --json has all of them)');
});

test('a page at Slack that does not fit loses lines, says how many, and keeps every command', async () => {
  const texts: string[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      texts.push(JSON.parse(body).text);
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = createSlackPort(
    { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    createFolderArtefacts(temporaryDir('slack-long')),
  );
  const alarms = Array.from({ length: 10 }, (_, i) => ({ ...doubt(['y'.repeat(300)]), seq: i + 1 }));
  const whole = digest(alarms);
  await port.page({
    ...{ caseId: 'INC-7', severity: 'sev1', title: 'Leak', at: alarms[0]!.at, climb: { seq: 1, number: 1 } },
    ...{
      key: 'k',
      attempt: 1,
      level: 1,
      person: { handle: 'ann', name: 'Ann', email: 'a@b.dev' },
      alarms,
      digest: whole,
    },
  });
  server.close();
  expect(texts[0]!.length).toBeLessThanOrEqual(2900);
  expect(texts[0]).toMatch(/and \d+ more lines, which did not fit/);
  expect(texts[0]).toContain(`&gt; ${SHOW}`);
  expect(texts[0]!.trimEnd().endsWith('…')).toBe(false);
});
