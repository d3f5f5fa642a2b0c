/** Whoever reopens an incident is told what comes next; a script that asked for JSON gets nothing else. */
import { tocsin } from './helpers';

const client = {
  sendEvenIfClosed: async () => ({ events: [{ seq: 49, kind: 'reopened' }] }),
} as never;
const REOPEN = ['reopen', 'INC-1', '--reason', 'the same key was used again'];

test('at a terminal', async () => {
  const { exitCode, out } = await tocsin(REOPEN, client);
  expect(exitCode).toBe(0);
  expect(out).toContain('npx tocsin assess INC-1 --help');
  expect(out).toContain('npx tocsin close INC-1');
});

test('with --json', async () => {
  const { out } = await tocsin([...REOPEN, '--json'], client);
  expect(JSON.parse(out)).toEqual({ events: [{ seq: 49, kind: 'reopened' }] });
});
