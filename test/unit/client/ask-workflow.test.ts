/** A question to a workflow that is lost on its way is asked once more, within the time of one call; a slow answer still counts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { askWorkflow } from '../../../client/ask-workflow';
import { HISTORY_AHEAD } from '../../../domain/kernel/failures';

/** The time of one call here. */
const WITHIN_MS = 1_000;
/** Nobody takes the question: the call ends at its deadline. */
const NOBODY = Symbol('nobody');

/** Temporal that answers one question after the other: with a value after a while, with an error, or never. */
function temporalOf(...answers: Array<[unknown, number?]>): { client: Client; asked: () => number } {
  let asked = 0;
  let deadline = 0;
  const withDeadline = async (until: number, call: () => Promise<unknown>) => {
    deadline = until;
    return call();
  };
  const query = async () => {
    const [answer, afterMs = 0] = answers[Math.min(asked++, answers.length - 1)]!;
    await sleep(answer === NOBODY ? deadline - Date.now() : afterMs);
    if (answer === NOBODY) throw new Error('Failed to query Workflow');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return {
    client: { withDeadline, workflow: { getHandle: () => ({ query }) } } as unknown as Client,
    asked: () => asked,
  };
}
const ask = (client: Client) => askWorkflow(client, 'INC-1', 'state', WITHIN_MS).catch((error: Error) => error);

test('one that nobody takes is asked once more, and answered', async () => {
  const { client, asked } = temporalOf([NOBODY], ['contained']);
  expect(await ask(client)).toBe('contained');
  expect(asked()).toBe(2);
});

test('an answer that takes most of the time counts, though it was asked once more', async () => {
  const { client } = temporalOf(['contained', WITHIN_MS * 0.7], [NOBODY]);
  expect(await ask(client)).toBe('contained');
});

test('what is answered at once is asked once', async () => {
  const { client, asked } = temporalOf(['contained'], ['another']);
  expect(await ask(client)).toBe('contained');
  await sleep(WITHIN_MS);
  expect(asked()).toBe(1);
});

test('where nobody answers at all it says so, after the time of one call', async () => {
  const { client, asked } = temporalOf([NOBODY]);
  const startedAt = Date.now();
  expect(String(await ask(client))).toMatch(/Failed to query/);
  expect(asked()).toBe(2);
  expect(Date.now() - startedAt).toBeGreaterThan(WITHIN_MS * 0.9);
});

test('a worker that is catching up is asked again until it has; a refusal is an answer', async () => {
  const ahead = new Error(`query failed: ${HISTORY_AHEAD}`);
  expect(await ask(temporalOf([ahead], [ahead], ['resolved']).client)).toBe('resolved');
  const { client, asked } = temporalOf([new Error('no such query')]);
  expect(String(await ask(client))).toMatch(/no such query/);
  expect(asked()).toBe(1);
});
