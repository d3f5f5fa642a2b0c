// npm run lint:deploy: the files of a deployment, looked at by the programs that are made for them, as far as they are on the PATH
// (docs/install.md says where each comes from). None of them needs a Docker engine or a cluster. Ends with 1 when one of them finds
// something, or when none of them is there.
'use strict';
const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const CHART = path.join('deploy', 'helm', 'tocsin');
/** The oldest that the chart takes, and one of today. */
const KUBERNETES = ['1.27.0', '1.34.0'];
/** Each makes other parts of the chart stand: all on, all off, and what is usual. */
const VALUES = {
  usual: {},
  everything: {
    'intake.enabled': 'true',
    'watchdog.enabled': 'true',
    'worker.autoscaling.enabled': 'true',
    'worker.storage.className': 'fast',
    'image.pullSecrets[0].name': 'registry',
    existingDirectorySecret: 'tocsin-directory',
    'files.existingSecret': 'tocsin-files',
  },
  least: { 'serve.enabled': 'false', 'migrate.enabled': 'false', 'networkPolicy.enabled': 'false' },
};

function main() {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-lint-'));
  try {
    const results = CHECKS.map(({ name, program, probe = ['--version'], beside, run }) => {
      const found = [program].flat().find((each) => answers(each, probe));
      if (found === undefined) return { name, said: `not run: no ${[program].flat().join(' or ')}`, state: 'missing' };
      if (beside && !answers(...beside)) return { name, said: `not run: no ${beside[0]}`, state: 'missing' };
      const problems = run(dir, found);
      return {
        name,
        said: problems.length > 0 ? problems.join('\n') : 'nothing found',
        state: problems.length > 0 ? 'failed' : 'ok',
      };
    });
    for (const { name, said, state } of results) console.log(`${state === 'failed' ? 'FAILED ' : ''}${name}: ${said}`);
    const ran = results.filter(({ state }) => state !== 'missing');
    console.log(`${ran.length} of ${results.length} looked`);
    if (ran.length === 0 || ran.some(({ state }) => state === 'failed')) process.exitCode = 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const CHECKS = [
  {
    name: 'Dockerfile (hadolint)',
    program: 'hadolint',
    run: (_dir, hadolint) => problemsOf(hadolint, ['Dockerfile']),
  },
  {
    name: 'compose.yaml (docker compose config)',
    program: ['docker compose', 'docker-compose'],
    probe: ['version'],
    run(dir, compose) {
      const file = path.join(dir, 'compose.env');
      const example = readFileSync(path.join(root, 'deploy', 'compose.env.example'), 'utf8');
      writeFileSync(file, example.replace(/^([A-Z_]+)=$/gm, '$1=value'));
      // `env_file` names it beside the compose file, where a set-up's own stands.
      const copy = path.join(dir, 'compose.yaml');
      writeFileSync(copy, readFileSync(path.join(root, 'compose.yaml'), 'utf8'));
      return problemsOf(compose, ['--env-file', file, '--file', copy, 'config', '--quiet']);
    },
  },
  {
    name: 'chart (helm lint)',
    program: 'helm',
    probe: ['version'],
    run: (_dir, helm) =>
      Object.values(VALUES).flatMap((values) => problemsOf(helm, ['lint', '--strict', CHART, ...set(values)])),
  },
  {
    name: 'what the chart makes (helm template | kubernetes-validate)',
    program: 'kubernetes-validate',
    beside: ['helm', ['version']],
    run(dir, validate) {
      const made = KUBERNETES.flatMap((version) =>
        Object.entries(VALUES).map(([name, values]) => ({ version, name, values })),
      );
      return made.flatMap(({ version, name, values }) => {
        const args = ['template', 'acme', CHART, '--kube-version', version, ...set(values)];
        const { status, stdout, stderr, error } = spawnSync('helm', args, { cwd: root, encoding: 'utf8' });
        if (status !== 0) return [`${name} for ${version}: ${error?.message ?? stderr.trim()}`];
        const file = path.join(dir, `${name}-${version}.yaml`);
        writeFileSync(file, stdout);
        return problemsOf(validate, ['--strict', '--kubernetes-version', version, file]);
      });
    },
  },
  {
    name: 'alert rules (promtool)',
    program: 'promtool',
    run: (_dir, promtool) => [
      ...problemsOf(promtool, ['check', 'rules', path.join('deploy', 'monitoring', 'alerts.yaml')]),
      ...problemsOf(promtool, ['test', 'rules', path.join('deploy', 'monitoring', 'alerts.test.yaml')]),
    ],
  },
];

function answers(command, probe) {
  const [program, ...first] = command.split(' ');
  return spawnSync(program, [...first, ...probe]).status === 0;
}

function set(values) {
  return Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
}

function problemsOf(command, args) {
  const [program, ...first] = command.split(' ');
  const { status, stdout, stderr, error } = spawnSync(program, [...first, ...args], { cwd: root, encoding: 'utf8' });
  return status === 0 ? [] : [error?.message ?? `${stdout}${stderr}`.trim()];
}

main();
