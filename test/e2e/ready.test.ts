/** Whether Temporal answers, as `/readyz` asks a real one: by its address, and by its namespace. */
import { Connection } from '@temporalio/client';
import { answers, unanswered } from '../../client/answers';
import { freePort } from '../../platform/free-port';
import { afterFile, startDevServer } from '../setup/helpers';

const said = (asked: Promise<void>) => asked.then(() => 'ok', unanswered);

test('a server that has not the namespace is not ready, and says which setting is wrong', async () => {
  const { address, namespace } = await startDevServer();
  const connection = await Connection.connect({ address });
  afterFile(() => connection.close());
  expect(await said(answers(connection, namespace))).toBe('ok');
  expect(await said(answers(connection, 'nowhere'))).toBe('has no namespace of that name: check TEMPORAL_NAMESPACE');
});

test('nor is one that is not there', async () => {
  const gone = Connection.lazy({ address: `127.0.0.1:${await freePort()}` });
  afterFile(() => gone.close());
  const asked = gone.withDeadline(Date.now() + 2_000, () => answers(gone, 'default'));
  expect(await said(asked)).toBe('does not answer: check TEMPORAL_ADDRESS');
});

test('whoever may not describe the namespace hears whether the server is there', async () => {
  const denied = Object.assign(new Error('no'), { code: 7 });
  const workflowService = { describeNamespace: async () => Promise.reject(denied), getSystemInfo: async () => ({}) };
  expect(await said(answers({ workflowService } as never, 'default'))).toBe('ok');
});
