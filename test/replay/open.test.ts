// `tocsin replay`: what runs is replayed against a release, through the keys and however long its history is.
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { LONG_HISTORIES } from '../../client/long-histories';
import { TocsinClient } from '../../client/tocsin-client';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/incident/contract';
import { openRuns, type Replayed, type ReplayOptions, replay } from '../../worker/replay-open';
import { afterFile } from '../setup/helpers';
import { startSealedWorld } from '../setup/sealed-world';
import { until } from '../setup/until';
import { connectTo, declaration, startDevServerWith, TestIncident } from '../setup/workflow-harness';
import { tocsin as onCommandLine } from '../unit/cli/helpers';

/** Told, so that a delivery has been; and nothing of it is under way. */
async function declared(client: Client, world: { policy: object }, id: string, find: (id: string) => TestIncident) {
  const args = [{ declaration: declaration(id, Date.now() - 60_000), policy: world.policy }];
  await client.workflow.start(INCIDENT_WORKFLOW, { taskQueue: TASK_QUEUE, workflowId: id, args });
  const incident = find(id);
  await until(`${id} is declared`, async () => (await incident.view())?.state);
  await incident.quiet(60_000);
  await until(`${id} is listed`, async () =>
    (await openRuns(client, TASK_QUEUE)).some(({ workflowId }) => workflowId === id),
  );
  return incident;
}

async function outcomes(client: Client, options: ReplayOptions): Promise<Record<string, Replayed>> {
  const found: Record<string, Replayed> = {};
  for await (const run of replay(client, await openRuns(client, TASK_QUEUE), options)) found[run.workflowId] = run;
  return found;
}

const tocsin = (client: Client, env: NodeJS.ProcessEnv, ...argv: string[]) =>
  onCommandLine(['replay', ...argv], new TocsinClient(client), env);

test('sealed histories replay with the keys of the workers; without them each is told as one that cannot be', async () => {
  const { temporal, client, world } = await startSealedWorld(() => ({}));
  const id = 'INC-SEALED';
  await declared(client, world, id, (each) => new TestIncident(each, client.workflow.getHandle(each), world));
  const keys = temporal.encryptionKeys!;
  expect(await outcomes(client, { encryptionKeys: keys })).toMatchObject({ [id]: { outcome: 'replays' } });
  const env = { TOCSIN_ENCRYPTION_KEYS: keys.join(','), HOME: process.env.HOME };
  expect(await tocsin(client, env, '--open')).toMatchObject({
    exitCode: 0,
    err: expect.stringMatching(/^(\d+ of \d+ runs …\n)*$/),
  });
  const { exitCode, out } = await tocsin(client, env, id, '--json');
  expect([exitCode, JSON.parse(out)]).toMatchObject([0, { open: 1, replayed: 1, failed: [] }]);
  const other = `other:${Buffer.alloc(32, 7).toString('base64')}`;
  const { [id]: unread } = await outcomes(client, { encryptionKeys: [other] });
  expect(unread!.outcome).not.toBe('replays');
  const refused = await tocsin(client, { ...env, TOCSIN_ENCRYPTION_KEYS: other }, '--open');
  expect(refused).toMatchObject({ exitCode: 1, out: expect.stringContaining(`${id}  (incident)`) });
  expect(refused.err.replace(/\s+/g, ' ')).toContain('do not roll it out');
}, 240_000);

test('a changed workflow is told by the runs that would fail; a history of more than 4 MB is read', async () => {
  // Else a run ends at 4 MB.
  const { address } = await startDevServerWith({ 'limit.historySize.suggestContinueAsNew': 40_000_000 });
  const { client: plain, world, incident: find } = await connectTo(address);
  const incident = await declared(plain, world, 'INC-LONG', find);
  const long = { text: 'x'.repeat(1_500_000), by: 'detector' };
  for (let n = 0; n < 4; n++) await incident.signal('measure', long);
  await until('they are turned away', () => incident.entries('rejected').length === 4);
  await expect(incident.handle.fetchHistory()).rejects.toThrow(/larger than max|RESOURCE_EXHAUSTED/);
  const connection = await Connection.connect({ address, channelArgs: LONG_HISTORIES });
  afterFile(() => connection.close());
  const client = new Client({ connection });
  expect(await outcomes(client, { encryptionKeys: [] })).toMatchObject({ 'INC-LONG': { outcome: 'replays' } });
  const changed = await bundleWorkflowCode({
    workflowsPath: path.join(__dirname, 'changed-workflow.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  expect(await outcomes(client, { encryptionKeys: [], workflowBundle: changed })).toMatchObject({
    'INC-LONG': { outcome: 'differs', problem: expect.stringMatching(/nondeterminism/i) },
  });
}, 240_000);
