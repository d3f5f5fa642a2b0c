/** What a person is told of errors that come from beneath: what was wrong, and what to do. */
import { createServer } from 'node:net';
import { ServiceError } from '@temporalio/client';
import pg from 'pg';
import { describeError } from '../../../cli/describe-error';

test('a login that may not do it is told which one may', () => {
  const denied = Object.assign(new pg.DatabaseError('permission denied for table register_keys', 0, 'error'), {
    code: '42501',
  });
  expect(describeError(denied).message).toBe(
    "the login in DATABASE_URL may not do this (permission denied for table register_keys): take the writer's login, which workers have",
  );
});

test('a port that is taken is named, with what to do', async () => {
  const [first, second] = [createServer(), createServer()];
  const port = await new Promise<number>((resolve) =>
    first.listen(0, '127.0.0.1', () => resolve((first.address() as { port: number }).port)),
  );
  const error = await new Promise<Error>((resolve) => second.once('error', resolve).listen(port, '127.0.0.1'));
  first.close();
  expect(describeError(error).message).toBe(
    `127.0.0.1:${port} is taken: something else listens there. Stop it, or give another --port`,
  );
});

test('what Temporal refuses is told with its reason', () => {
  const missing = 'Namespace incidents has no mapping defined for search attribute TocsinOwner';
  const grpc = Object.assign(new Error(`3 INVALID_ARGUMENT: ${missing}`), { code: 3, details: missing, metadata: {} });
  expect(describeError(new ServiceError('Failed to start Workflow', { cause: grpc })).message).toBe(
    `Temporal refused it, and nothing was done: ${missing}. Whoever runs Tocsin must run \`npx tocsin migrate --temporal\`, which makes the search attributes`,
  );
});

test.each<[string, Error]>([
  ['that does not answer', new Error('Connection terminated due to connection timeout')],
  ['that starts', Object.assign(new Error('the database system is starting up'), { code: '57P03' })],
  ['without a place left', Object.assign(new Error('sorry, too many clients already'), { code: '53300' })],
  ['that went away', new Error('looking failed', { cause: new Error('Connection terminated unexpectedly') })],
])('a Postgres %s is named, with what to look at', (_, error) => {
  const { message, exitCode } = describeError(error);
  expect(message).toMatch(/^Postgres is not responding \(.+\)\. Check that it runs and that DATABASE_URL is right/);
  expect(exitCode).toBe(1);
});

test('what another server or a file has to do with is not said of Postgres', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  const missing = Object.assign(new Error("ENOENT: no such file or directory, open 'x'"), { code: 'ENOENT' });
  for (const error of [refused, new TypeError('fetch failed', { cause: refused }), missing])
    expect(describeError(error).message).not.toContain('Postgres');
});
