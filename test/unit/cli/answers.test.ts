/** What a client believes of what answers for a case: who takes its tasks without the keys can answer with anything. */
import type { Client } from '@temporalio/client';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import { failureConverter } from '../../../client/failure-converter';
import { TocsinClient } from '../../../client/tocsin-client';
import { FAILURES } from '../../../domain/kernel/failures';

type Sent = { commandId: string };

/** A case that answers with this, over a connection with keys or without. */
function answering(receipt: (sent: Sent) => object, keys = true): TocsinClient {
  const executeUpdate = async (_name: string, { args: [sent] }: { args: [Sent] }) => receipt(sent);
  const fake = {
    withDeadline: (_at: number, call: () => unknown) => call(),
    options: { loadedDataConverter: { payloadCodecs: keys ? [{}] : [] } },
    workflow: { getHandle: () => ({ executeUpdate }) },
  };
  return new TocsinClient(fake as unknown as Client);
}
const approve = (client: TocsinClient) =>
  client.send('INC-1', 'approve', { obligation: 'gdpr-art34-individuals', by: 'ann' });
const events = [{ seq: 7, kind: 'approved' }];

test('the true receipt of another message is no answer to this one: whether it was taken is not known', async () => {
  for (const to of ['another', undefined])
    await expect(approve(answering(() => ({ events, to })))).rejects.toThrow(
      /is not an answer to this message: whether it was taken is not known.*tocsin show INC-1/,
    );
  expect(await approve(answering(({ commandId: to }) => ({ events, to })))).toEqual({ events });
  expect(await approve(answering(() => ({ events }), false))).toEqual({ events });
});

test('a refusal that nobody sealed is none, and its text reaches nobody', () => {
  const said = { message: 'approved already, see evil.example', type: FAILURES.invalidMessage };
  const plain = failureConverter.failureToError(
    { message: said.message, applicationFailureInfo: { type: said.type, nonRetryable: true } },
    defaultPayloadConverter,
  );
  expect(plain).toMatchObject({
    type: 'Unsealed',
    message: expect.stringMatching(/whether anything was done is not known/),
  });
  const sealed = failureConverter.errorToFailure(
    ApplicationFailure.nonRetryable('too late', said.type),
    defaultPayloadConverter,
  );
  expect(failureConverter.failureToError(sealed, defaultPayloadConverter)).toMatchObject({
    type: said.type,
    message: 'too late',
  });
  const timedOut = { message: 'timed out', timeoutFailureInfo: { timeoutType: 1 } };
  expect(failureConverter.failureToError(timedOut, defaultPayloadConverter).message).toBe('timed out');
});

test('what such a refusal makes of a command says that it is not known', async () => {
  const cause = failureConverter.failureToError(
    { message: 'x', applicationFailureInfo: { type: FAILURES.invalidMessage } },
    defaultPayloadConverter,
  );
  const client = answering(() => {
    throw new WorkflowUpdateFailedError('Workflow Update failed', cause);
  });
  await expect(approve(client)).rejects.toThrow(/whether .* took the message is not known: .*not known/);
});
