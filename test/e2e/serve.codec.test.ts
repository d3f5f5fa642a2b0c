// The plain `temporal` command on an encrypted incident through `tocsin serve`, with tokens of a real issuer.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/incident/contract';
import type { SealedTemporal } from '../../stack/sealed-temporal';
import type { FakeWorld } from '../setup/fake-world';
import { fromSetup } from '../setup/helpers';
import type { Issuer } from '../setup/oidc-issuer';
import { startSealedServer } from '../setup/sealed-server';
import { declaration, TestIncident } from '../setup/workflow-harness';

const run = promisify(execFile);
const ID = 'INC-SERVE-1';
let temporal: SealedTemporal;
let client: Client;
let world: FakeWorld;
let issuer: Issuer;
let url: string;
let incident: TestIncident;

beforeAll(async () => {
  ({ temporal, client, world, issuer, url } = await startSealedServer());
  const args = [{ declaration: declaration(ID, Date.now(), { serviceAffecting: false }), policy: world.policy }];
  await client.workflow.start(INCIDENT_WORKFLOW, {
    taskQueue: TASK_QUEUE,
    workflowId: ID,
    args,
    memo: { title: 'Leaked deploy key' },
  });
  incident = new TestIncident(ID, client.workflow.getHandle(ID), world);
  await incident.quiet();
}, 120_000);

/** `temporal workflow …`, through the codec of the server with this token. */
async function command(token: string | undefined, ...args: string[]): Promise<{ code: number; text: string }> {
  const env = {
    ...process.env,
    TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml',
    ...(token !== undefined && {
      TEMPORAL_CODEC_ENDPOINT: `${url}/codec/${ID}`,
      TEMPORAL_CODEC_AUTH: `Bearer ${token}`,
    }),
  };
  const all = ['workflow', ...args, '-w', ID, '--address', temporal.server.address];
  return run(fromSetup('TEMPORAL_CLI_PATH'), all, { env, maxBuffer: 1 << 26 }).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, text: stdout + stderr }),
  );
}
const TITLE = 'Leaked deploy key';

test('with a token it shows the title, the details and the state; without one, and with none of a use, it does not', async () => {
  const auditor = await issuer.token('auditor');
  for (const args of [['describe'], ['query', '--type', 'state'], ['metadata']])
    expect([args[0], (await command(auditor, ...args)).text.includes(TITLE)]).toEqual([args[0], true]);
  const nobody = [undefined, await issuer.token('nobody'), await issuer.token('owner', 'https://other.acme.dev'), 'x'];
  for (const token of nobody)
    for (const args of [['describe'], ['query', '--type', 'state'], ['metadata']])
      expect([args[0], (await command(token, ...args)).text.includes(TITLE)]).toEqual([args[0], false]);
});

test('who may send every message gives orders with it, in their own name; who reads alone does not', async () => {
  const identified = (input: object) => ['update', 'execute', '--name', 'status', '--input', JSON.stringify(input)];
  const signal = (input: object) => ['signal', '--name', 'status', '--input', JSON.stringify(input)];
  for (const role of ['auditor', 'service', 'responder', 'counsel']) {
    const answer = await command(await issuer.token(role), ...signal({ status: 'identified' }));
    expect([role, answer.code === 0, answer.text]).toEqual([role, false, expect.stringContaining('not-allowed')]);
  }
  const owner = await issuer.signed({ roles: ['owner'] });
  const asCeo = await command(owner, ...signal({ status: 'identified', by: 'ceo@acme.dev' }));
  expect([asCeo.code === 0, asCeo.text]).toEqual([false, expect.stringContaining('leave it out')]);
  expect((await incident.state()).status).toBe('declared');
  expect(await command(owner, ...identified({ status: 'identified' }))).toMatchObject({ code: 0 });
  await incident.quiet();
  const [entry] = incident.entries('status-changed');
  expect(entry).toMatchObject({ by: 'ann@acme.dev', data: { status: 'identified' } });
  expect(incident.entries('rejected')).toEqual([]);
});
