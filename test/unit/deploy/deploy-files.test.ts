// What is deployed by files says what the product says: its settings, commands, flags, ports and files, and each alert leads to
// a place that says what to do.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { Client } from 'pg';
import { parse } from 'yaml';
import { createProgram } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { packageRoot } from '../../../platform/package-root';
import { PROCESSES, secretNames, variableNames } from '../../../settings/groups';
import { problemOf } from '../cli/emitted-commands';
import { Screen } from '../cli/helpers';

const root = packageRoot();
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const CHART = 'deploy/helm/tocsin';
const TEMPLATES = [
  '_helpers.tpl',
  'migrate.yaml',
  'network-policy.yaml',
  'servers.yaml',
  'watchdog.yaml',
  'worker.yaml',
];
const dockerfile = read('Dockerfile');
const compose = parse(read('compose.yaml'), { merge: true }) as { services: Record<string, Service> };
const chart = TEMPLATES.map((name) => read(`${CHART}/templates/${name}`)).join('\n');
const values = parse(read(`${CHART}/values.yaml`));

interface Service {
  image: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  env_file?: string[];
  ports?: string[];
  volumes?: string[];
  network_mode?: string;
  healthcheck?: { test: string[] };
  depends_on?: object;
}
const ours = Object.entries(compose.services).filter(([, { image }]) => image === 'tocsin:local');

/** Of Postgres, which the settings do not read. */
const OF_POSTGRES = ['OWNER_PASSWORD', 'TEMPORAL_PASSWORD', 'PGPASSWORD'];

test('each variable is a setting', () => {
  const exampleLines = read('deploy/compose.env.example').match(/^[A-Z_]+(?==)/gm)!;
  const named = [
    ...dockerfile.matchAll(/\b(TOCSIN_[A-Z_]+|NODE_ENV)=/g),
    ...chart.matchAll(/name: (TOCSIN_[A-Z_]+),/g),
    ...read(`${CHART}/values.yaml`).matchAll(/\b((?:TOCSIN|TEMPORAL|RESEND)_[A-Z_]+|DATABASE_URL)\b/g),
  ].map(([, name]) => name!);
  const inCompose = ours.flatMap(([, { environment }]) => Object.keys(environment ?? {}));
  const all = new Set([...named, ...inCompose, ...exampleLines, ...Object.keys(values.env)]);
  expect(all.size).toBeGreaterThan(18);
  expect([...all].filter((name) => ![...variableNames(), ...OF_POSTGRES, 'NODE_ENV'].includes(name))).toEqual([]);
});

test('no secret has a value in any of them', () => {
  for (const line of read('deploy/compose.env.example').split('\n')) {
    const [name, value] = line.split('=');
    if (secretNames().includes(name!) || OF_POSTGRES.includes(name!)) expect([name, value]).toEqual([name, '']);
  }
  for (const name of Object.keys(values.env)) expect([name, secretNames().includes(name)]).toEqual([name, false]);
  // What is needed in production and is not ours to know is to be given by whoever fills it in.
  const given = read('deploy/compose.env.example');
  const needed = [...Object.values(PROCESSES.worker), ...Object.values(PROCESSES.server)].flatMap(({ variables }) =>
    Object.entries(variables).flatMap(([name, variable]) =>
      (variable as { neededInProduction?: string }).neededInProduction ? [name] : [],
    ),
  );
  expect(needed.length).toBeGreaterThan(3);
  const missing = needed.filter((name) => !new RegExp(`^${name}=`, 'm').test(given) && name !== 'DATABASE_URL');
  expect(missing).toEqual([]);
});

test('each command is one, with flags that it has', async () => {
  const inCompose = ours.map(([name, { command }]) => [`compose ${name}`, command!] as const);
  const inChart = [...chart.matchAll(/"args" \(list ((?:"[^"]+" ?|\$component )+)\)/g)].flatMap(([, list]) =>
    ['serve', 'intake'].map((component) => {
      const words = list!.replace('$component', `"${component}"`).match(/"[^"]+"/g)!;
      return [`chart ${list}`, words.map((word) => word.slice(1, -1))] as const;
    }),
  );
  expect([inCompose.length, new Set(inChart.map(([where]) => where)).size]).toEqual([3, 4]);
  for (const [where, words] of [...inCompose, ...inChart])
    expect([where, await problemOf({ where, text: `tocsin ${words.join(' ')}` })]).toEqual([where, undefined]);
});

test('ports are those that the commands listen on', () => {
  const helpOf = (name: string) => {
    const screen = new Screen();
    const command = createProgram(new Shell({}, screen, screen)).commands.find((each) => each.name() === name)!;
    command.outputHelp();
    return screen.text;
  };
  const [serve, intake] = ['serve', 'intake'].map((name) => /\(default: (\d+)\)/.exec(helpOf(name))![1]);
  expect(/^EXPOSE (.*)$/m.exec(dockerfile)![1]!.split(' ').slice(0, 2)).toEqual([serve, intake]);
  expect(chart).toContain(`dict "serve" ${serve} "intake" ${intake}`);
  for (const port of [serve, intake]) expect(chart).toContain(`{ port: ${port}, protocol: TCP }`);
  const { ports } = compose.services.network!;
  expect(ports).toContain(`127.0.0.1:${serve}:${serve}`);
  for (const port of ports!) expect(port).toMatch(/^127\.0\.0\.1:/);
  for (const [name, { environment, healthcheck }] of ours) {
    const metrics = environment!.TOCSIN_METRICS_ADDRESS?.split(':')[1];
    if (metrics) expect(ports).toContain(`127.0.0.1:${metrics}:${metrics}`);
    const asked = healthcheck?.test.at(-1)?.match(/\b\d{4}\b/g);
    const temporal = environment!.TEMPORAL_ADDRESS!.split(':')[1];
    if (asked) expect([name, asked]).toEqual([name, name === 'serve' ? [serve] : [metrics, temporal]]);
  }
});

test('only migrate has the owner’s login, and it ends before the others begin', () => {
  for (const [name, { environment, entrypoint, depends_on }] of ours) {
    expect([name, environment!.OWNER_PASSWORD, environment!.TEMPORAL_PASSWORD]).toEqual([name, '', '']);
    const isMigrate = name === 'migrate';
    expect([name, 'DATABASE_URL' in environment!]).toEqual([name, isMigrate]);
    if (isMigrate) continue;
    expect(entrypoint!.join(' ')).toContain('/run/tocsin/logins/writer.url');
    expect(depends_on).toEqual({ migrate: { condition: 'service_completed_successfully' } });
  }
  const owners = chart.match(/Values\.migrate\.existingSecret/g);
  expect([owners?.length, read(`${CHART}/templates/migrate.yaml`).includes('Values.migrate.existingSecret')]).toEqual([
    1,
    true,
  ]);
});

test('with the socket of Postgres alone nobody is its owner, and any password may be', () => {
  const { environment } = compose.services.postgres!;
  // The image's own choice is `trust` on the socket.
  expect(environment!.POSTGRES_INITDB_ARGS).toBe('--auth=scram-sha-256');
  const { DATABASE_URL, PGPASSWORD } = compose.services.migrate!.environment!;
  expect(PGPASSWORD).toMatch(/^\$\{OWNER_PASSWORD\}$/);
  expect(DATABASE_URL).not.toContain('$');
  for (const [name, { environment: own }] of ours)
    expect([name, 'PGPASSWORD' in own!]).toEqual([name, name === 'migrate']);
  const before = process.env.PGPASSWORD;
  process.env.PGPASSWORD = 'a/b@c?d#e%f:g';
  try {
    const { host, user, password } = new Client({ connectionString: DATABASE_URL });
    expect([host, user, password]).toEqual(['/run/postgresql', 'tocsin_owner', 'a/b@c?d#e%f:g']);
  } finally {
    if (before === undefined) delete process.env.PGPASSWORD;
    else process.env.PGPASSWORD = before;
  }
});

test('the signing key is where it signs alone, and the directory arrives', () => {
  const file = /^TOCSIN_LOG_KEYS=(.*)$/m.exec(read('deploy/compose.env.example'))![1]!;
  expect(values.env.TOCSIN_LOG_KEYS).toBe(file);
  const folder = path.posix.dirname(file);
  for (const [name, { volumes }] of ours) {
    const places = volumes!.map((each) => each.split(':')[1]!);
    expect([name, places.includes(folder)]).toEqual([name, name === 'worker']);
    expect([name, places.includes('/etc/tocsin')]).toEqual([name, true]);
  }
  // A ConfigMap made of a folder would have the key in it, and not the folders below.
  const made = read('docs/install.md').match(/^kubectl create configmap .*$/gm)!;
  const files = made.flatMap((line) => [...line.matchAll(/--from-file=(\S+)/g)].map(([, each]) => each!));
  const expected = ['TOCSIN_ORGANISATION', 'TOCSIN_CONTACTS', 'TOCSIN_ROTA'].map((name) => values.env[name].slice(1));
  expect(files.sort()).toEqual(expected.sort());
  // Both are mounted in workers alone.
  const ofWorkers =
    /\{\{- if eq \.component "worker" \}\}\n {2}- \{ name: keys[\s\S]*?\{ name: directory, mountPath: (\S+),/;
  expect(ofWorkers.exec(chart)![1]).toBe(/name: TOCSIN_DIRECTORY, value: (\S+) \}/.exec(chart)![1]);
  for (const name of TEMPLATES) {
    const has = /existingKeysSecret|name: directory, secret/.test(read(`${CHART}/templates/${name}`));
    expect([name, has]).toEqual([name, name === 'worker.yaml']);
  }
  expect(values.existingDirectorySecret).toBe('');
});

describe('the network of compose', () => {
  test('belongs to what nothing restarts', () => {
    const { network, temporal } = compose.services;
    for (const each of [temporal!, ...ours.map(([, service]) => service)])
      expect([each.network_mode, each.ports]).toEqual(['service:network', undefined]);
    expect(network!.entrypoint).toEqual(['sleep', 'infinity']);
    expect(network).toMatchObject({ read_only: true, cap_drop: ['ALL'], user: 'nobody' });
  });

  test('a worker that has lost it is not healthy', async () => {
    const [cmd, node, flag, script] = compose.services.worker!.healthcheck!.test;
    expect([cmd, node, flag]).toEqual(['CMD', 'node', '-e']);
    const [metrics, temporal] = [createServer(), createServer()];
    const ports: number[] = [];
    for (const each of [metrics, temporal]) {
      each.listen(0, '127.0.0.1');
      await once(each, 'listening');
      ports.push((each.address() as AddressInfo).port);
    }
    const here = script!.replace('9464', String(ports[0])).replace('7233', String(ports[1]));
    const code = async () => (await once(spawn(process.execPath, ['-e', here]), 'exit'))[0];
    expect(await code()).toBe(0);
    temporal.close();
    expect(await code()).toBe(1);
    metrics.close();
  });
});

test('no probe reads the register', () => {
  const probes = chart.match(/\w+Probe: .*/g)!;
  expect(probes.length).toBeGreaterThan(5);
  expect(probes.filter((each) => each.includes('/metrics'))).toEqual([]);
  for (const [name, { healthcheck }] of ours)
    expect([name, healthcheck?.test.join(' ').includes('/metrics') ?? false]).toEqual([name, false]);
});

test('what the image is built from comes into its build, and nothing that holds data', () => {
  const ignored = read('.dockerignore').split('\n');
  const allowed = ignored.flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  const { include } = parse(read('tsconfig.build.json').replace(/\/\/.*$/gm, '')) as { include: string[] };
  const { files } = JSON.parse(read('package.json')) as { files: string[] };
  const packed = files.flatMap((file) => (file.startsWith('!') ? [] : [file.split('/')[0]!]));
  const needed = [...new Set([...include, ...packed, 'package.json', 'package-lock.json', 'tsconfig.json'])];
  expect(needed.filter((name) => name !== 'dist' && !allowed.includes(name))).toEqual([]);
  expect(allowed.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
  expect([ignored.includes('*'), allowed.some((name) => name.startsWith('.'))]).toEqual([true, false]);
});

test('the image runs as nobody who may do anything', () => {
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  expect(last).toMatch(/^USER 1000:1000$/m);
  expect(last).not.toMatch(/^(ARG|ADD)\b/m);
  expect(last).not.toContain('npm ');
  // The certificates by which Temporal's client judges a server.
  expect(last).toMatch(
    /^RUN .*apt-get install -y --no-install-recommends ca-certificates && rm -rf \/var\/lib\/apt\/lists\/\*$/m,
  );
  for (const [, image] of dockerfile.matchAll(/^FROM (\S+)/gm)) expect(image).toBe('node:22-slim');
});

describe('monitoring', () => {
  const { groups } = parse(read('deploy/monitoring/alerts.yaml')) as {
    groups: Array<{ rules: Array<{ alert?: string; expr: string; annotations?: Record<string, string> }> }>;
  };
  const alerts = groups.flatMap(({ rules }) => rules.filter(({ alert }) => alert));
  const fragments = (page: string) =>
    [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!.toLowerCase().replaceAll(' ', '-'));

  test('each alert leads to a place that says what to do, and each such place has its alert', () => {
    expect(alerts.length).toBeGreaterThan(10);
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    for (const { alert, annotations } of alerts) {
      const [page, fragment] = annotations!.runbook!.split('#');
      expect([alert, fragments(page!).includes(fragment!)]).toEqual([alert, true]);
    }
    const headings = fragments('docs/operations.md').filter((each) => each.startsWith('tocsin'));
    const led = alerts.map(({ annotations }) => annotations!.runbook!.split('#')[1]!);
    expect(headings.filter((each) => !led.includes(each))).toEqual([]);
  });

  test('each metric of Tocsin’s own that they name stands on the page, and each on the page is one', () => {
    const named = (text: string) =>
      new Set(text.match(/\btocsin_[a-z_]+[a-z]\b/g)!.map((each) => each.replace(/_(bucket|count)$/, '')));
    const onPage = named(read('docs/operations.md'));
    const used = named(`${read('deploy/monitoring/alerts.yaml')}${read('deploy/monitoring/dashboard.json')}`);
    expect([...used].filter((each) => !onPage.has(each) && each !== 'tocsin_schedule_to_start_p95_seconds')).toEqual(
      [],
    );
    const inCode = named(
      ['worker/metrics/register-gauges.ts', 'worker/metrics/activity-failures.ts', 'server/http-metrics.ts']
        .map(read)
        .join('\n'),
    );
    expect([...onPage].sort()).toEqual([...inCode].sort());
  });

  test('each panel of the dashboard asks something', () => {
    const { panels } = JSON.parse(read('deploy/monitoring/dashboard.json')) as {
      panels: Array<{ id: number; title: string; targets: Array<{ expr: string }> }>;
    };
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, targets } of panels)
      expect([title, targets.length > 0 && targets.every(({ expr }) => expr !== '')]).toEqual([title, true]);
  });
});
