// What the Web UI shows of a case is written when somebody looks: the same by whichever worker, and as things stand.
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/incident/contract';
import { FakeWorld } from '../setup/fake-world';
import { afterFile } from '../setup/helpers';
import { declaration, quietWorkers, startDevServerWith, startWorker, TestIncident } from '../setup/workflow-harness';

test('of a running case as it stands, and the same after another worker has rebuilt it', async () => {
  quietWorkers();
  const { address } = await startDevServerWith({});
  const native = await NativeConnection.connect({ address });
  afterFile(() => native.close());
  const connection = await Connection.connect({ address });
  afterFile(() => connection.close());
  const client = new Client({ connection });
  const world = new FakeWorld(() => Date.now());
  const first = await startWorker(native, world);

  const id = 'INC-DETAILS';
  const args = [{ declaration: declaration(id, Date.now()), policy: world.policy }];
  const handle = await client.workflow.start(INCIDENT_WORKFLOW, { taskQueue: TASK_QUEUE, workflowId: id, args });
  const incident = new TestIncident(id, handle, world);
  await incident.quiet();
  const details = async () =>
    (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;

  expect(await details()).toMatch(/^\*\*.+\*\* · sev1 · /);
  expect(await details()).toContain('| What | Due (UTC) | State |');
  expect(await details()).not.toContain('owner somebody-else');
  await incident.send('correct', { owner: 'somebody-else', reason: 'the night shift ends' });
  await incident.quiet();
  const shown = await details();
  expect(shown).toContain('owner somebody-else');

  await first.stop();
  await startWorker(native, world);
  expect(await details()).toBe(shown);
}, 180_000);
