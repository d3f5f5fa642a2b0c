// The documentation against the source: what it names is there, what it links to exists, and the examples of
// docs/extending.md run.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { transformSync } from '@swc/core';
import { createContainment } from '../../../activities/containment';
import type { AnyProvider } from '../../../activities/containment/provider';
import { PROVIDERS } from '../../../activities/containment/providers';
import { createProgram } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { Refusal } from '../../../detection/intake/refusal';
import type { SourceAdapter } from '../../../detection/intake/sources/adapter';
import { DetectionSchema } from '../../../domain/detection/detection';
import { packageRoot } from '../../../platform/package-root';
import { readSettings } from '../../../platform/settings/load';
import type { AnyGroup } from '../../../platform/settings/variable';
import { loadPolicy } from '../../../policy/load-policy';
import { temporaryDir } from '../../setup/helpers';
import { Screen } from '../cli/helpers';

const root = packageRoot();
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const PAGES = ['README.md', ...readdirSync(path.join(root, 'docs')).flatMap((name) => `docs/${name}`)].filter((file) =>
  file.endsWith('.md'),
);

/** Files of the data folder, which has a folder of the same name; and one whose name is a placeholder. */
const ELSEWHERE = ['register/signing-keys.json', 'register/signer.json', 'register/checkpoints.txt'];
const ROOMS = readdirSync(root, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() && !/^\.|node_modules|dist/.test(entry.name) ? [entry.name] : [],
);
/** Rooms that there were: a page that still names one has not moved along. */
const LEFT = ['intake', 'audit', 'sessions', 'dependencies', 'scripts'];

const withoutExamples = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '');

test('the families of faults in docs/operations.md are those that the command plays; every other file of them stands beside', () => {
  const listed = execFileSync(process.execPath, [path.join(root, 'tools', 'faults.js'), '--list'], {
    encoding: 'utf8',
  });
  const families = [...listed.matchAll(/^(\S+)/gm)].map(([, name]) => name!);
  const page = read('docs/operations.md');
  const from = page.indexOf('| Family | What happens |');
  const [table, rest] = page.slice(from).split('\n\n', 1).concat(page.slice(from)) as [string, string];
  expect([...table.matchAll(/^\| `(\S+)`/gm)].map(([, name]) => name).sort()).toEqual([...families].sort());
  const files = readdirSync(path.join(root, 'test', 'faults')).flatMap(
    (name) => /^(.+)\.(test|family)\.ts$/.exec(name)?.[1] ?? [],
  );
  const beside = rest.slice(rest.indexOf('Tests beside these'), rest.indexOf('An activity that is added'));
  expect(files.filter((name) => !families.includes(name) && !beside.includes(`\`${name}\``))).toEqual([]);
});

test('every file and folder of the source that a page names is there', () => {
  const named = PAGES.flatMap((page) =>
    [...withoutExamples(read(page)).matchAll(/`([\w-]+)(\/[\w./-]*)`/g)].flatMap(([, room, rest]) =>
      [...ROOMS, ...LEFT].includes(room!) ? [`${page}: ${room}${rest}`] : [],
    ),
  );
  expect(named.length).toBeGreaterThan(150);
  const isThere = (entry: string) => {
    const file = entry.split(': ')[1]!;
    return ELSEWHERE.includes(file) || file.includes('NAME') || existsSync(path.join(root, file));
  };
  expect(named.filter((entry) => !isThere(entry))).toEqual([]);
});

/** The fragment that a heading has, as GitHub makes it. */
const fragmentOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const fragmentsOf = (page: string) =>
  [...withoutExamples(read(page)).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => fragmentOf(heading!));

test('every link between pages, and to a file, leads somewhere', () => {
  const links = PAGES.flatMap((page) =>
    [...withoutExamples(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to]) => ({ page, to: to! })),
  ).filter(({ to }) => !/^[a-z]+:/.test(to));
  expect(links.length).toBeGreaterThan(100);
  const dead = links.filter(({ page, to }) => {
    const [file, fragment] = to.split('#');
    const target = file ? path.join(path.dirname(page), file) : page;
    if (!existsSync(path.join(root, target))) return true;
    return fragment !== undefined && target.endsWith('.md') && !fragmentsOf(target).includes(fragment);
  });
  expect(dead).toEqual([]);
});

describe('docs/extending.md', () => {
  const blocks = [...read('docs/extending.md').matchAll(/^```(ts|yaml)\n(?:\/\/|#) (\S+)\n([\s\S]*?)^```/gm)].map(
    ([, language, file, code]) => ({ language, file: file!, code: code! }),
  );
  const example = (file: string) => blocks.find((each) => each.file === file)!.code;

  /** Runs an example as if it stood where it says. */
  function run<T>(file: string): T {
    const { code } = transformSync(example(file), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    const from = path.dirname(path.join(root, file));
    const load = (name: string) => require(name.startsWith('.') ? path.join(from, name) : name);
    const exported = {};
    new Function('require', 'exports', code)(load, exported);
    return exported as T;
  }

  test('every example is run here, and would stand in a room that there is', () => {
    expect(read('docs/extending.md').match(/^```\w+$/gm)).toHaveLength(blocks.length);
    expect(blocks.map(({ file }) => file)).toEqual([
      'policy/packs/ch-fadp.yaml',
      'activities/containment/providers/vault-lease.ts',
      'detection/intake/sources/falco.ts',
      'cli/commands/severities.ts',
      'activities/paging/quiet-settings.ts',
    ]);
    for (const { file } of blocks) expect(existsSync(path.join(root, path.dirname(file)))).toBe(true);
  });

  test('the jurisdiction', () => {
    const file = path.join(temporaryDir('extending'), 'pack.yaml');
    writeFileSync(file, example('policy/packs/ch-fadp.yaml'));
    const { pack } = loadPolicy(`trust-center,gdpr,${file}`);
    const rule = pack.obligations.find(({ id }) => id === 'ch-fadp-art24-fdpic');
    expect(rule).toMatchObject({ pack: 'ch-fadp', channel: 'filing' });
    expect(pack.authorities.map(({ key }) => key)).toContain('fdpic');
  });

  test('the provider', async () => {
    const { vaultLease } = run<{ vaultLease: AnyProvider }>('activities/containment/providers/vault-lease.ts');
    (PROVIDERS as AnyProvider[]).push(vaultLease);
    let status = 200;
    const asked: string[] = [];
    const vault = createServer((request, response) => {
      request.on('data', (data) => asked.push(String(data)));
      request.on('end', () => response.writeHead(status).end());
    });
    await new Promise<void>((resolve) => vault.listen(0, '127.0.0.1', resolve));
    try {
      const at = `http://127.0.0.1:${(vault.address() as AddressInfo).port}`;
      const port = createContainment({ exercise: false, providers: { 'vault-lease': { at } } });
      const measure = { action: 'rotate-credential', credential: { provider: 'vault-lease', ref: 'L-1' } } as const;
      const input = {
        incidentId: 'INC-1',
        id: 'rotate-credential vault-lease/L-1',
        round: 1,
        exercise: false,
        measure,
      };
      expect(await port.apply(input)).toMatchObject({ outcome: 'applied' });
      expect(asked).toEqual(['{"lease_id":"L-1"}']);
      status = 503;
      await expect(port.apply(input)).rejects.toMatchObject({ type: 'ContainmentUnavailable' });
      status = 400;
      await expect(port.apply(input)).rejects.toMatchObject({ type: 'ContainmentRejected' });
      const open = { 'vault-lease': { at: 'http://vault.example.com' } };
      expect(() => createContainment({ exercise: false, providers: open })).toThrow(/TOCSIN_LEASES_URL must be https/);
      expect(() => createContainment({ exercise: true, providers: open })).toThrow(/this machine only/);
    } finally {
      vault.close();
    }
  });

  test('the source', () => {
    const { falco } = run<{ falco: SourceAdapter }>('detection/intake/sources/falco.ts');
    const event = { hostname: 'node-1', rule: 'Terminal shell', priority: 'Notice', time: '2026-04-01T02:00:00Z' };
    const request = (body: unknown, token = 'a-bearer-token-of-falco') => ({
      headers: { authorization: `Bearer ${token}` },
      body: Buffer.from(JSON.stringify(body)),
    });
    const context = { source: 'falco', scope: 'platform' as const, now: Date.parse(event.time) };
    falco.verify(request(event), ['a-bearer-token-of-falco'], context.now);
    expect(() => falco.verify(request(event, 'x'), ['a-bearer-token-of-falco'], context.now)).toThrow(Refusal);
    const { detections } = falco.parse(request(event), context);
    expect(detections.map((each) => DetectionSchema.parse(each).type)).toEqual(['falco.Terminal-shell']);
    expect(() => falco.parse(request({ ...event, time: 'now' }), context)).toThrow(Refusal);
  });

  test('the command', async () => {
    const { severitiesCommand } = run<{ severitiesCommand(...of: unknown[]): void }>('cli/commands/severities.ts');
    const [out, err] = [new Screen(), new Screen()];
    const shell = new Shell({}, out, err);
    const program = createProgram(shell);
    severitiesCommand(program, shell);
    await program.parseAsync(['node', 'tocsin', 'severities']);
    expect(out.text).toMatch(/^sev1\nsev2\n/);
  });

  test('the setting', () => {
    const { quietSettings } = run<{ quietSettings: AnyGroup }>('activities/paging/quiet-settings.ts');
    const env = { TOCSIN_DATA_DIR: temporaryDir('extending') };
    expect(readSettings(quietSettings, { ...env, TOCSIN_QUIET_FROM: '22' })).toEqual({ fromHour: 22 });
    expect(readSettings(quietSettings, env)).toEqual({ fromHour: undefined });
    expect(() => readSettings(quietSettings, { ...env, TOCSIN_QUIET_FROM: '25' })).toThrow(/TOCSIN_QUIET_FROM/);
  });
});
