/** A question to a workflow that is lost on its way is asked once more, within the time of one call; what was answered is not. */
import { type Client, ServiceError } from '@temporalio/client';
import { askWorkflow } from '../../../client/ask-workflow';
import { CALL_MS } from '../../../client/timed';
import { HISTORY_AHEAD } from '../../../domain/kernel/failures';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick'] }));
afterEach(() => jest.useRealTimers());

/** As a server on which nobody takes the question: the call ends at its deadline. */
const NOBODY = 'nobody answers';

/** Temporal that answers the tries one after the other: with a value, with an error, or with nobody. */
function temporalOf(...answers: unknown[]): { client: Client; deadlines: number[] } {
  const deadlines: number[] = [];
  const withDeadline = async (until: number, call: () => Promise<unknown>) => {
    deadlines.push(until - Date.now());
    try {
      return await call();
    } catch (error) {
      if (error !== NOBODY) throw error;
      jest.setSystemTime(until);
      const cause = Object.assign(new Error('Deadline exceeded'), { code: 4, details: '', metadata: {} });
      throw new ServiceError('Failed to query Workflow', { cause });
    }
  };
  const query = async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === NOBODY || answer instanceof Error) throw answer;
    return answer;
  };
  return { client: { withDeadline, workflow: { getHandle: () => ({ query }) } } as unknown as Client, deadlines };
}

const asked = (client: Client) => askWorkflow(client, 'INC-1', 'state').catch((error: Error) => error);

test('one that nobody takes is asked once more, and answered', async () => {
  const { client, deadlines } = temporalOf(NOBODY, 'contained');
  expect(await asked(client)).toBe('contained');
  expect(deadlines).toEqual([CALL_MS / 2, CALL_MS / 2]);
});

test('where nobody answers at all it ends within the time of one call, and says so', async () => {
  const { client, deadlines } = temporalOf(NOBODY);
  const startedAt = Date.now();
  expect(String(await asked(client))).toMatch(/Failed to query/);
  expect(deadlines).toHaveLength(2);
  expect(Date.now() - startedAt).toBeLessThanOrEqual(CALL_MS);
});

test('a worker that is catching up is asked again until it has', async () => {
  const ahead = new Error(`query failed: ${HISTORY_AHEAD}`);
  const { client, deadlines } = temporalOf(ahead, ahead, ahead, 'resolved');
  expect(await asked(client)).toBe('resolved');
  expect(deadlines).toHaveLength(4);
});

test('a refusal is an answer', async () => {
  const { client, deadlines } = temporalOf(new Error('no such query'));
  expect(String(await asked(client))).toMatch(/no such query/);
  expect(deadlines).toHaveLength(1);
});
