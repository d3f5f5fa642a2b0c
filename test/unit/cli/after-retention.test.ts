// A closed incident whose workflow Temporal keeps no longer, as after the namespace's retention, still takes what comes after.
import { WorkflowNotFoundError } from '@temporalio/common';
import { TocsinClient } from '../../../client/tocsin-client';
import { rawOf, serverOf } from './raw-workflows';

const RECEIPT = { events: [{ seq: 49, kind: 'followed-up' }] };

/** A Temporal that knows no workflow of the id, and has a worker. */
function forgotten() {
  const started: string[] = [];
  const temporal = {
    options: { namespace: 'default' },
    withDeadline: (_: number, call: () => unknown) => call(),
    workflowService: {
      describeWorkflowExecution: async () => {
        throw Object.assign(new Error('not found'), { code: 5 });
      },
    },
    workflow: {
      executeUpdateWithStart: async (name: string) => {
        started.push(name);
        return RECEIPT;
      },
    },
  };
  return { client: new TocsinClient(temporal as never), started };
}

const send = (client: TocsinClient, isClosed: boolean) =>
  client.sendEvenIfClosed('INC-1', 'follow-up', { by: 'counsel', text: 'The authority closed its file' } as never, {
    inRegister: async () => isClosed,
  });

test('one that the register has as closed goes on from there', async () => {
  const { client, started } = forgotten();
  expect(await send(client, true)).toEqual(RECEIPT);
  expect(started).toEqual(['follow-up']);
});

test('one that the register has not is unknown, and no workflow is begun', async () => {
  const { client, started } = forgotten();
  await expect(send(client, false)).rejects.toThrow(/INC-1/);
  expect(started).toEqual([]);
});

test('one that is open and has stopped says that, not that it is closed, nor that nobody knows', async () => {
  let run = rawOf({ workflowId: 'INC-1', status: 'TERMINATED', startedAt: '2026-04-01T00:00:00.000Z' });
  const temporal = {
    ...serverOf({ find: () => run }),
    withDeadline: (_: number, call: () => unknown) => call(),
    workflow: {
      // The run that is to hear it finds the case open in the register, and fails.
      executeUpdateWithStart: async () => {
        run = rawOf({ workflowId: 'INC-1', status: 'FAILED', startedAt: '2026-04-01T01:00:00.000Z' });
        run.execution!.runId = 'another run';
        throw new WorkflowNotFoundError('workflow execution already completed', 'INC-1', undefined);
      },
    },
  };
  await expect(send(new TocsinClient(temporal as never), false)).rejects.toThrow(
    /^incident "INC-1" is open but has stopped: its workflow was terminated/,
  );
});
