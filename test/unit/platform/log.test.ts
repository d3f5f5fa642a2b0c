import { faultFields, forPeople } from '../../../platform/log';

test('on a terminal a line reads at a glance, and acts on nothing', () => {
  const line = JSON.stringify({
    level: 'error',
    time: '2026-04-01T02:30:00.000Z',
    part: 'worker',
    pid: 7,
    caseId: 'INC-1',
    problem: 'it said "no"\u001b[2J\u202e',
    msg: 'an alarm could not be mailed',
  });
  expect(forPeople(line)).toBe(
    '02:30:00 ERROR worker: an alarm could not be mailed caseId=INC-1 problem="it said \\"no\\"\\u001b[2J<U+202E>"',
  );
});

test('of a fault: its type, code and message, and where it arose, without what it quotes beside', () => {
  const fault = Object.assign(new TypeError('no such host'), {
    code: 'ENOTFOUND',
    detail: 'Key (email)=(ann@example.com)',
  });
  expect(faultFields(fault)).toMatchObject({ error: 'TypeError', code: 'ENOTFOUND', problem: 'no such host' });
  const { at } = faultFields(fault) as { at: string[] };
  expect(at[0]).toMatch(/^at /);
  expect(JSON.stringify(faultFields(fault))).not.toContain('ann@');
  expect(faultFields('refused')).toEqual({ problem: 'refused' });
});
