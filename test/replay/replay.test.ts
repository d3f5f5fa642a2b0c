// Incidents run for months: today's code must replay what earlier code began. See README.md here.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { STEP_LIMIT } from '../../worker/cache-size';
import { fromSetup, workflowBundle } from '../setup/helpers';
import { connectTo, declaration, quietWorkers, startDevServerWith, WorkflowHarness } from '../setup/workflow-harness';
import { SCENARIOS } from './scenarios';

const HISTORIES = path.join(__dirname, 'histories');
const RECORDING = process.env.TOCSIN_RECORD_HISTORIES === '1';

/** The workflow id stands in no event, but signals and children are checked against it. */
interface Recorded {
  workflowId: string;
  history: { events: { eventType: string }[] };
}

function recorded(name: string): Recorded {
  return JSON.parse(readFileSync(path.join(HISTORIES, `${name}.json`), 'utf8')) as Recorded;
}

const names = (): string[] => readdirSync(HISTORIES).map((file) => path.basename(file, '.json'));

async function replay(name: string, bundle: { code: string } = workflowBundle()): Promise<void> {
  const { workflowId, history } = recorded(name);
  await Worker.runReplayHistory({ workflowBundle: bundle, ...STEP_LIMIT }, historyFromJSON(history), workflowId);
}

beforeAll(() => quietWorkers());

/** Exports a history with the `temporal` command, and takes the names and places of this machine out of it. */
function record(name: string, workflowId: string, address: string, runId?: string): void {
  const args = ['workflow', 'show', '--workflow-id', workflowId, '--address', address, '--output', 'json'];
  if (runId) args.push('--run-id', runId);
  const env = { ...process.env, TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml' };
  const text = execFileSync(fromSetup('TEMPORAL_CLI_PATH'), args, { env, encoding: 'utf8', maxBuffer: 1 << 28 });
  const history = JSON.parse(text, (key, value) => (key === 'identity' ? 'worker' : key === 'stackTrace' ? '' : value));
  // Queues of a worker are named PROCESS@HOST.
  const kept = JSON.stringify({ workflowId, history }).replace(/\d+@[^"]+/g, '1@worker');
  writeFileSync(path.join(HISTORIES, `${name}.json`), `${kept}\n`);
}

if (RECORDING) {
  test.each(Object.keys(SCENARIOS))(
    'record %s',
    async (scenario) => {
      const harness = await WorkflowHarness.start();
      const kept = await SCENARIOS[scenario]!(harness);
      for (const [name, workflowId] of Object.entries(kept)) record(name, workflowId, harness.address);
      await harness.endOfScenario();
    },
    180_000,
  );

  test('record a run that was continued and continues', async () => {
    const { address } = await startDevServerWith({ 'limit.historyCount.suggestContinueAsNew': 60 });
    const { client, incident: find, world } = await connectTo(address);
    const id = 'INC-CONTINUED';
    const args = [{ declaration: declaration(id, Date.now()), policy: world.policy }];
    await client.workflow.start('incident', { taskQueue: 'tocsin', workflowId: id, args });
    const incident = find(id);
    const runs: string[] = [];
    while (runs.length < 3) {
      await incident.signal('measure', { text: `drop ${Date.now()}`, by: 'detector' });
      const { runId } = await incident.handle.describe();
      if (!runs.includes(runId)) runs.push(runId);
    }
    record('continued', id, address, runs[1]);
  }, 120_000);
}

test('there are histories of at least three scenarios, each of them small and without a trace of a machine', () => {
  expect(names().length).toBeGreaterThanOrEqual(3);
  for (const name of names()) {
    const file = path.join(HISTORIES, `${name}.json`);
    expect([name, statSync(file).size < 1024 * 1024]).toEqual([name, true]);
    expect(readFileSync(file, 'utf8')).not.toMatch(/"identity":"(?!worker")|"stackTrace":"[^"]|\d@(?!worker")/);
  }
});

test.each(RECORDING ? ['lifecycle', 'delivery', 'silence', 'faults', 'continued', 'triage', 'triage-merged'] : names())(
  '%s replays on the workflows of today',
  async (name) => {
    await replay(name);
  },
  60_000,
);

test('the histories hold what makes replay hard: timers fired and cancelled, retries, updates, signals, children', () => {
  const types = new Set(names().flatMap((name) => recorded(name).history.events.map((event) => event.eventType)));
  for (const type of [
    'TIMER_FIRED',
    'TIMER_CANCELED',
    'ACTIVITY_TASK_COMPLETED',
    'ACTIVITY_TASK_FAILED',
    'WORKFLOW_EXECUTION_UPDATE_COMPLETED',
    'WORKFLOW_EXECUTION_SIGNALED',
    'CHILD_WORKFLOW_EXECUTION_STARTED',
    'WORKFLOW_EXECUTION_CANCEL_REQUESTED',
    'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
    'WORKFLOW_EXECUTION_COMPLETED',
    'WORKFLOW_EXECUTION_CONTINUED_AS_NEW',
  ]) {
    expect(types).toContain(`EVENT_TYPE_${type}`);
  }
});

test('a workflow that was changed is rejected', async () => {
  const code = await bundleWorkflowCode({
    workflowsPath: path.join(__dirname, 'changed-workflow.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  await expect(replay('lifecycle', code)).rejects.toThrow(DeterminismViolationError);
  await expect(replay('delivery', code)).rejects.toThrow(DeterminismViolationError);
}, 120_000);

test('protobufjs is installed once: JSON histories could not be read otherwise', () => {
  const modules = path.dirname(path.dirname(require.resolve('protobufjs/package.json')));
  expect(installations(modules, 'protobufjs')).toHaveLength(1);
});

/** All folders in which a package is installed, also below other packages. */
function installations(modules: string, name: string): string[] {
  if (!existsSync(modules)) return [];
  const found = existsSync(path.join(modules, name, 'package.json')) ? [path.join(modules, name)] : [];
  const packages = readdirSync(modules).flatMap((entry) =>
    entry.startsWith('@') ? readdirSync(path.join(modules, entry)).map((inner) => path.join(entry, inner)) : [entry],
  );
  return [...found, ...packages.flatMap((entry) => installations(path.join(modules, entry, 'node_modules'), name))];
}
