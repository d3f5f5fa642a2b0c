// Prometheus asks a worker and a server of the real commands: each metric that an alert or the dashboard names is there, what it
// says is so, and nothing of an incident but figures is in it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../platform/package-root';
import { type ServerProcess, startServerProcess } from '../../platform/server-process';
import { shellEnv } from '../faults/commands';
import { rests } from '../faults/standing';
import { afterFile } from '../setup/helpers';
import { AUDIENCE_DOMAIN, declarationOf, policy, RealWorld, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';

const ID = 'INC-METRICS';
const MONITORING = path.join(packageRoot(), 'deploy', 'monitoring');

let world: RealWorld;
let worker: { child: ServerProcess; metrics: string };
let server: { child: ServerProcess; metrics: string; url: string };

/** A process of a command, and the addresses that it prints. */
async function started(command: string, args: string[] = []) {
  const child = await startServerProcess({
    name: `tocsin ${command}`,
    command: process.execPath,
    args: [path.join(packageRoot(), 'bin', 'tocsin.js'), command, '--json', ...args],
    set: { ...shellEnv(world), TOCSIN_METRICS_ADDRESS: '127.0.0.1:0' },
    ready: (output) => output.includes('/metrics"'),
    readyWithinMs: 90_000,
  });
  afterFile(() => child.stop());
  const { metrics, url } = JSON.parse(/\{[^{}]*\/metrics"[^{}]*\}/.exec(child.output())![0]);
  return { child, metrics, url };
}

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  worker = await started('worker');
  server = await started('serve', ['--port', '0']);
  const detectedAt = new Date(Date.now() - 26 * 3_600_000).toISOString();
  await world.client.declare({ declaration: declarationOf(ID, { detectedAt, assessment: wholeBreach }), policy });
  await rests(world, ID);
}, 240_000);

const scraped = async (url: string) => (await fetch(url)).text();
const sampled = (text: string, sample: string): number | undefined => {
  const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
};

test('what the register has of the incident is what the worker shows', async () => {
  const sample = 'tocsin_cases_open{kind="incident"}';
  await until('it is seen', async () => sampled(await scraped(worker.metrics), sample) === 1, 60_000);
  const { state } = await world.view(ID);
  const owed = Object.values(state.obligations).filter(
    (o) => o.dueAt && !['fulfilled', 'not-required', 'waived'].includes(o.status),
  );
  expect(owed.length).toBeGreaterThan(1);
  const text = await scraped(worker.metrics);
  for (const { rule } of owed) {
    const dues = owed.filter((o) => o.rule === rule).map((o) => Date.parse(o.dueAt!));
    const sample = `tocsin_deadline_slack_seconds{kind="incident",obligation="${rule}"}`;
    await until(`the slack of ${rule} is as of now`, async () => {
      const slack = sampled(await scraped(worker.metrics), sample)!;
      return Math.abs((Math.min(...dues) - Date.now()) / 1000 - slack) < 30;
    });
    const late = sampled(text, `tocsin_obligations_overdue{kind="incident",obligation="${rule}"}`);
    expect([rule, late]).toEqual([rule, dues.filter((due) => due < Date.now()).length]);
  }
  expect(owed.some(({ dueAt }) => Date.parse(dueAt!) < Date.now())).toBe(true);
  expect(sampled(text, 'tocsin_alarms_open{kind="incident"}')).toBe(state.unacknowledged?.length);
  await until(
    'all is signed and in the file',
    async () => {
      const now = await scraped(worker.metrics);
      const [entries, anchored] = ['tocsin_register_entries', 'tocsin_anchored_entries{anchor="file"}'].map((each) =>
        sampled(now, each),
      );
      const waits = sampled(now, 'tocsin_unanchored_seconds{anchor="file"}');
      return (
        entries! > 0 && anchored === entries && waits === 0 && sampled(now, 'tocsin_register_unsigned_entries') === 0
      );
    },
    90_000,
  );
}, 180_000);

test('each metric that an alert or the dashboard names is shown by the worker or the server', async () => {
  await fetch(`${server.url}/healthz`);
  await fetch(`${server.url}/v1/incidents/${ID}`);
  const shown = `${await scraped(worker.metrics)}${await scraped(server.metrics)}`;
  const rules = readFileSync(path.join(MONITORING, 'alerts.yaml'), 'utf8');
  const dashboard = readFileSync(path.join(MONITORING, 'dashboard.json'), 'utf8');
  const { groups } = parse(rules) as { groups: Array<{ rules: Array<{ record?: string }> }> };
  const recorded = groups.flatMap((group) => group.rules.flatMap(({ record }) => record ?? []));
  const named = [...`${rules}${dashboard}`.matchAll(/\b(?:tocsin|temporal|nodejs|process)_[a-z0-9_]+\b/g)];
  const metrics = [...new Set(named.map(([name]) => name.replace(/_(bucket|count|sum)$/, '')))];
  expect(metrics.length).toBeGreaterThan(15);
  const types = new Set([...shown.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  expect(metrics.filter((name) => !types.has(name) && !recorded.includes(name))).toEqual([]);
  expect(shown).toContain('route="/v1/incidents/:id",status="401"');
});

test('nothing of the incident, of its people or of the keys is in it', async () => {
  const shown = `${await scraped(worker.metrics)}${await scraped(server.metrics)}`;
  for (const text of [ID, AUDIENCE_DOMAIN, 'Leaked deploy key', 'oncall', world.dir, 'postgres://'])
    expect([text, shown.includes(text)]).toEqual([text, false]);
});

test('while Postgres is away the worker still answers, and shows nothing that it cannot know', async () => {
  await world.stopPostgres();
  try {
    await until('it is told', async () => sampled(await scraped(worker.metrics), 'tocsin_register_readable') === 0);
    expect(await scraped(worker.metrics)).not.toContain('tocsin_deadline_slack_seconds{');
  } finally {
    await world.startAgain();
  }
  await until('it is back', async () => sampled(await scraped(worker.metrics), 'tocsin_register_readable') === 1);
}, 120_000);
