// What became of an activity, in its span: what the work itself threw, also where a failure is sealed into an answer after it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { startTracing } from '../../../platform/tracing/tracing';
import { activityInterceptors } from '../../../worker/activity-interceptors';

type Attribute = { key: string; value: { stringValue?: string } };

/** The outcome in the span, its status, and what came out, of an activity that throws this. */
async function spanOf(sealed: boolean, thrown: unknown) {
  const posts: string[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      posts.push(body);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/v1/traces`;
  const log = { info() {}, warn() {}, error() {} };
  const tracing = startTracing({ url, headers: {} }, 'a test', log);
  const info = {
    workflowExecution: { workflowId: 'INC-1', runId: 'run-1' },
    ...{ activityType: 'append', attempt: 1 },
  };
  const args = sealed ? [{ asked: { run: 'run-1', call: 'run-1/1', activity: 'append' } }] : [];
  const act = activityInterceptors(sealed, []).reduceRight<(input: never) => Promise<unknown>>(
    (next, interceptor) => async (input) =>
      interceptor({ info } as unknown as Context).inbound!.execute!(input, next as never),
    async () => {
      throw thrown;
    },
  );
  await expect(act({ args, headers: {} } as never)).rejects.toThrow();
  await tracing.stop();
  receiver.close();
  const [span] = JSON.parse(posts[0]!).resourceSpans[0].scopeSpans[0].spans;
  const { value } = span.attributes.find(({ key }: Attribute) => key === 'tocsin.outcome');
  return [value.stringValue, span.status];
}

test.each([false, true])('Postgres is away (sealed: %s): its span says so', async (sealed) => {
  const error = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  expect(await spanOf(sealed, error)).toEqual(['PostgresUnavailable', { code: 2 }]);
});

test.each([false, true])('cancelled (sealed: %s): an outcome of its own, and no failure', async (sealed) => {
  expect(await spanOf(sealed, new CancelledFailure('shut down'))).toEqual(['cancelled', {}]);
});
