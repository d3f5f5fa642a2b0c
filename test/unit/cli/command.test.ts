import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import type { Command } from 'commander';
import { credentialProviders } from '../../../activities/containment/providers';
import { createProgram, runCommand } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { explain } from '../../../domain/incident/explain';
import { MESSAGE_NAMES } from '../../../domain/incident/messages';
import { FAILURES } from '../../../domain/kernel/failures';
import { pack, Screen, Story, tocsin } from './helpers';

const dir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-command-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, text: string): string {
  writeFileSync(path.join(dir, name), text);
  return path.join(dir, name);
}

/** A client that remembers what was sent. */
function recorder() {
  const sent: unknown[] = [];
  const declared: Array<{ declaration: Record<string, unknown> }> = [];
  return {
    sent,
    declared,
    client: {
      view: async () => undefined,
      stands: async () => undefined,
      send: async (id: string, name: string, body: unknown) => {
        sent.push([id, name, body]);
        return { events: [] };
      },
      declare: async (input: { declaration: Record<string, unknown> }) => {
        declared.push(input);
        return { id: String(input.declaration.id), created: true };
      },
    } as never,
  };
}

function allVerbs(command: Command, above = ''): Array<[string, Command]> {
  return command.commands.flatMap((each) =>
    each.commands.length > 0 ? allVerbs(each, `${above}${each.name()} `) : [[`${above}${each.name()}`, each]],
  );
}

describe('the command', () => {
  const verbs = allVerbs(createProgram(new Shell({}, new Screen(), new Screen())));

  it('has a verb for every message', () => {
    // Under a noun where the message alone would not say what it is about.
    const nouns: Record<string, string> = {
      settle: 'notice settle',
      sender: 'notice sender',
      'stop-sending': 'notice stop',
    };
    const verbOf = (name: string) => nouns[name] ?? name;
    expect(verbs.map(([name]) => name)).toEqual(expect.arrayContaining(MESSAGE_NAMES.map(verbOf)));
  });

  it.each(verbs.map(([name]) => name))('%s takes --json and shows an example in its help', async (name) => {
    const help = await tocsin([...name.split(' '), '--help']);
    expect(help.exitCode).toBe(0);
    expect(help.out).toContain('--json');
    expect(help.out.replace(/\n {2}# .*/, '')).toContain(`Example:\n  $ npx tocsin ${name}`);
  });

  it.each(['', ...verbs.map(([name]) => name)])('the help of "%s" fits a terminal of 80 columns', async (name) => {
    const out = new Screen(true, 80);
    await runCommand([...name.split(' ').filter((word) => word !== ''), '--help'], new Shell({}, out, new Screen()));
    expect(out.text).toContain('Usage: tocsin');
    expect(out.lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('suggests the verb that was meant', async () => {
    const { exitCode, err } = await tocsin(['aprove', 'INC-1', 'enterprise-notice']);
    expect(exitCode).toBe(2);
    expect(err).toContain("unknown command 'aprove'\n(Did you mean approve?)");
  });

  it('says where Temporal could come from when there is none', async () => {
    const [out, err] = [new Screen(), new Screen()];
    const env = { TOCSIN_DATA_DIR: dir, TEMPORAL_CONFIG_FILE: file('none.toml', '[profile.default]\n') };
    expect(await runCommand(['list'], new Shell(env, out, err))).toBe(1);
    expect(err.text).toContain('no Temporal: run `npx tocsin up` or set TEMPORAL_ADDRESS');
  });

  it.each([
    [['migrate'], 'with the login of its owner'],
    [['register', 'verify'], 'so there is no register: give the address of your Postgres'],
  ])('says which variable names the database when none does: %j', async (words, what) => {
    for (const production of [undefined, 'production']) {
      const [out, err] = [new Screen(), new Screen()];
      const env = { TOCSIN_DATA_DIR: dir, ...(production && { TOCSIN_ENV: production }) };
      expect(await runCommand(words, new Shell(env, out, err))).toBe(1);
      expect(err.text).toContain('DATABASE_URL is not set');
      expect(err.text).toContain(what);
      expect(err.text.includes('npx tocsin up')).toBe(!production);
      expect(err.text.includes('works on an export')).toBe(words[1] === 'verify');
    }
  });
});

describe('messages from flags', () => {
  it.each<[string[], string, Record<string, unknown>]>([
    [['status', 'INC-1', 'contained', '--note', 'done'], 'status', { status: 'contained', note: 'done' }],
    [
      ['status', 'INC-1', 'resolved', '--at', '2026-04-01T04:00:00+02:00'],
      'status',
      { status: 'resolved', at: '2026-04-01T02:00:00.000Z' },
    ],
    [
      ['approve', 'INC-1', 'enterprise-notice', '--draft', 'abc'],
      'approve',
      { obligation: 'enterprise-notice', draft: 'abc' },
    ],
    [
      ['told', 'INC-1', 'enterprise-notice', '--channel', 'phone', '--workspaces', 'ws-1,ws-2', '--note', 'by Ada'],
      'told',
      { obligation: 'enterprise-notice', channel: 'phone', workspaces: ['ws-1', 'ws-2'], note: 'by Ada' },
    ],
    [
      ['told', 'INC-1', 'x', '--channel', 'letter', '--data-set', 'acc', '--country', 'FR', '--count', '851'],
      'told',
      { obligation: 'x', channel: 'letter', people: [{ dataSet: 'acc', country: 'FR', count: 851 }] },
    ],
    [
      ['leave-untold', 'INC-1', 'x', '--data-set', 'acc', '--country', 'FR', '--reason', 'the directory is right'],
      'leave-untold',
      { obligation: 'x', people: [{ dataSet: 'acc', country: 'FR' }], reason: 'the directory is right' },
    ],
    [
      ['leave-untold', 'INC-1', 'x', '--rest', '--reason', 'as agreed'],
      'leave-untold',
      { obligation: 'x', rest: true, reason: 'as agreed' },
    ],
    [
      ['notice', 'settle', 'INC-1', 'x', '--accepted', '2026-04-01T02:00:00Z', '--reason', 'r'],
      'settle',
      { obligation: 'x', accepted: true, at: '2026-04-01T02:00:00.000Z', reason: 'r' },
    ],
    [
      ['notice', 'settle', 'INC-1', 'x', '--not-accepted', '--batch', '3f2a90c1', '--reason', 'r'],
      'settle',
      { obligation: 'x', accepted: false, batch: '3f2a90c1', reason: 'r' },
    ],
    [
      ['hold', 'INC-1', 'enterprise-notice', '--reason', 'police'],
      'hold',
      { obligation: 'enterprise-notice', reason: 'police' },
    ],
    [['release', 'INC-1', 'enterprise-notice'], 'release', { obligation: 'enterprise-notice' }],
    [
      ['waive', 'INC-1', 'x', '--reason', 'r', '--ground', 'gdpr-34-3-a'],
      'waive',
      { obligation: 'x', reason: 'r', ground: 'gdpr-34-3-a' },
    ],
    [
      ['filed', 'INC-1', 'gdpr-art33-authority:ie-dpc', 'DPC-1'],
      'filed',
      { obligation: 'gdpr-art33-authority:ie-dpc', reference: 'DPC-1' },
    ],
    [
      ['filed', 'INC-1', 'gdpr-art33-authority', 'DPC-1', '--authority', 'ie-dpc'],
      'filed',
      { obligation: 'gdpr-art33-authority', reference: 'DPC-1', authority: 'ie-dpc' },
    ],
    [
      ['measure', 'INC-1', 'keys rotated', '--category', 'containment'],
      'measure',
      { text: 'keys rotated', category: 'containment' },
    ],
    [['contain', 'INC-1', '--undo', 'block-source 203.0.113.7'], 'contain', { undo: 'block-source 203.0.113.7' }],
    [
      ['contain', 'INC-1', '--rotate', 'postgres-role/deploy'],
      'contain',
      { measure: { action: 'rotate-credential', credential: { provider: 'postgres-role', ref: 'deploy' } } },
    ],
    [
      ['review', 'INC-1', '--root-cause', 'c', '--control', 'a, b', '--no-share-summary'],
      'review',
      { rootCause: 'c', controls: ['a, b'], shareSummary: false },
    ],
    [
      ['assess', 'INC-1', '--aware-at', '2026-04-01T00:00:00Z', '--reason', 'mail'],
      'assess',
      { awareAt: '2026-04-01T00:00:00.000Z', reason: 'mail' },
    ],
    [['close', 'INC-1', '--command-id', 'c-1'], 'close', { commandId: 'c-1' }],
  ])('%j', async (argv, name, body) => {
    const { sent, client } = recorder();
    expect(await tocsin(argv, client)).toMatchObject({ exitCode: 0, err: '' });
    expect(sent).toEqual([['INC-1', name, { by: 'oncall', ...body }]]);
  });

  it('sends one message for each thing to contain, each with its own command id', async () => {
    const { sent, client } = recorder();
    const argv = [
      'contain',
      'INC-1',
      '--block-source',
      '203.0.113.7,203.0.113.8',
      '--isolate',
      'ci',
      '--command-id',
      'c',
    ];
    expect((await tocsin(argv, client)).exitCode).toBe(0);
    expect(sent.map((each) => (each as [string, string, { commandId: string }])[2].commandId)).toEqual([
      'c-1',
      'c-2',
      'c-3',
    ]);
  });

  it('prints a file to fill in, and its schema, of no incident in particular; else it asks for one', async () => {
    const { sent, client } = recorder();
    const template = await tocsin(['assess', '--template'], client);
    expect(template).toMatchObject({ exitCode: 0, out: expect.stringContaining('personalData: "unknown"') });
    const schema = await tocsin(['assess', '--schema'], client);
    expect(JSON.parse(schema.out)).toMatchObject({ title: 'Assessment of an incident', type: 'object' });
    expect(await tocsin(['assess'], client)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('which incident?'),
    });
    expect(sent).toEqual([]);
  });

  it('takes an assessment, or a whole message, from a file', async () => {
    const { sent, client } = recorder();
    await tocsin(['assess', 'INC-1', '-f', file('a.yaml', 'personalData: "no"')], client);
    await tocsin(
      ['assess', 'INC-1', '-f', file('b.json', '{"assessment":{"personalData":"no"},"reason":"r"}')],
      client,
    );
    expect(sent).toEqual([
      ['INC-1', 'assess', { by: 'oncall', assessment: { personalData: 'no' } }],
      ['INC-1', 'assess', { by: 'oncall', assessment: { personalData: 'no' }, reason: 'r' }],
    ]);
  });

  const refusals: Array<[string[], RegExp]> = [
    [['status', 'INC-1', 'contaned'], /there is no status "contaned"; did you mean "contained"\?/],
    [
      ['status', 'INC-1', 'contained', '--at', 'yesterday'],
      /--at: "yesterday" is not a time that can be read\. Write "2 hours ago", 02:30 or a date and time with a zone, like/,
    ],
    [
      ['translate', 'INC-1', '--language', 'jp', '--template'],
      /--language: "jp" is no language .*did you mean "ja" \(Japanese\)\?/,
    ],
    [['translate', 'INC-1', '--language', 'xx', '--template'], /--language: "xx" is no language/],
    [['authorities', '--country', 'Irland'], /did you mean "IE" \(Ireland\)\?/],
    [['authorities', '--country', 'IRL'], /did you mean "IE"\?/],
    [['authorities', '--country', 'JP'], /no authority of Japan is in the policy; there are authorities of: .*IE/],
    [['contain', 'INC-1'], /nothing to contain: use --block-source/],
    [['contain', 'INC-1', '--rotate', 'deploy'], /--rotate: "deploy" is not a credential\. Write PROVIDER\/REF/],
    [
      ['contain', 'INC-1', '--rotate', 'postgres/deploy'],
      new RegExp(`--rotate: there is no provider "postgres"; there are: ${credentialProviders().join(', ')}`),
    ],
    [['measure', 'INC-1', 'x', '--category', 'contaiment'], /category: must be one of .*did you mean "containment"\?/],
    [['waive', 'INC-1', 'x', '--reason', 'r', '--ground', 'GDPR 34(3)'], /ground: .*must be lower-case letters/],
    [['hold', 'INC-1', 'x'], /required option '--reason <text>' not specified/],
    [['filed', 'INC-1', 'x'], /give the REFERENCE of the report; or add to one that was filed before: --case-number/],
    [
      ['review', 'INC-1', '--root-cause', 'c'],
      /--control: is missing \(a list\)[\s\S]*--share-summary: is missing \(true or false\)/,
    ],
    [['assess', 'INC-1', '-f', 'nowhere.yaml'], /cannot read nowhere\.yaml: it does not exist/],
    [['assess', 'INC-1', '-f', file('broken.yaml', 'a: [1\nb: 2')], /is neither YAML nor JSON\n {2}- .* line 2/],
    [
      ['assess', 'INC-1', '-f', file('set.yaml', 'personalData: "yes"\ndataSets: [{id: a, title: A, role: owner}]')],
      /assessment\.dataSets\[a\]\.role: must be one of controller, joint-controller, processor/,
    ],
    [['exercise', 'x.yaml', '--speed', 'fast'], /--speed: "fast" is not a valid speed/],
    [['register', 'verify', 'nowhere.jsonl'], /cannot read nowhere\.jsonl/],
    [['register', 'verify', '--head', '12'], /--head: "12" is not a valid head/],
  ];
  const named = refusals.map(([argv, expected]) => [argv.join(' ').replaceAll(`${dir}/`, ''), argv, expected] as const);

  it.each(named)('%s: is refused before anything is sent', async (_line, argv, expected) => {
    const { sent, client } = recorder();
    const { exitCode, err } = await tocsin([...argv], client);
    expect(err).toMatch(expected);
    expect(exitCode).toBe(2);
    expect(sent).toEqual([]);
  });
});

describe('declare', () => {
  const flags = [
    '--title',
    'Leaked key',
    '--kind',
    'credential-leak',
    '--severity',
    'sev1',
    '--affects',
    'confidentiality',
  ];

  it('fills in what can be assumed, and says so', async () => {
    const { declared, client } = recorder();
    const { exitCode, out } = await tocsin(['declare', ...flags, '--no-service-affecting', '--isolate', 'ci'], client);
    expect(exitCode).toBe(0);
    const { declaration } = declared[0]!;
    expect(declaration).toMatchObject({
      declaredBy: 'oncall',
      owner: 'oncall',
      serviceAffecting: false,
      systems: ['ci'],
    });
    expect(declaration.id).toMatch(/^INC-\d{8}-[0-9a-f]{4}$/);
    expect(declaration.detectedAt).toBe(declaration.declaredAt);
    const shown = `${String(declaration.declaredAt).slice(0, 16).replace('T', ' ')} UTC`;
    const line = out.replace(/\s+/g, ' ');
    expect(line).toContain(`Assumed: id ${declaration.id}, declaredAt ${shown}, detectedAt ${shown}, `);
    expect(line).not.toContain(String(declaration.declaredAt));
  });

  it('lets flags win over the file, and takes any zone', async () => {
    const { declared, client } = recorder();
    const text =
      'id: INC-7\ntitle: A\nkind: leak\nseverity: sev3\naffects: [integrity]\nserviceAffecting: true\ndetectedAt: 2026-04-01T04:00:00+02:00';
    const argv = ['declare', '-f', file('d.yaml', text), '--severity', 'sev2', '--json'];
    expect(JSON.parse((await tocsin(argv, client)).out)).toMatchObject({ id: 'INC-7', created: true });
    expect(declared[0]!.declaration).toMatchObject({ severity: 'sev2', serviceAffecting: true });
  });

  it('says at once which providers there are, and declares nothing', async () => {
    const { declared, client } = recorder();
    const text =
      'id: INC-7\ntitle: A\nkind: leak\nseverity: sev3\naffects: [integrity]\nserviceAffecting: true\n' +
      'credentials: [{ provider: webhook, ref: a }, { provider: aws-key, ref: b }]';
    const { exitCode, err } = await tocsin(['declare', '-f', file('d.yaml', text)], client);
    expect(exitCode).toBe(2);
    expect(err.replace(/\s+/g, ' ')).toContain(
      `credentials.1: there is no provider "aws-key"; there are: ${credentialProviders().join(', ')}`,
    );
    expect(declared).toEqual([]);
    for (const command of ['declare', 'contain'])
      expect((await tocsin([command, '--help'])).out.replace(/\s+/g, ' ')).toContain(credentialProviders().join(', '));
  });

  it('lists everything that is wrong at once, with the flag to give', async () => {
    const { exitCode, err } = await tocsin([
      'declare',
      '--title',
      'x',
      '--severity',
      'sev9',
      '--detected-at',
      '2026-04-01T00:00:00Z',
    ]);
    expect(exitCode).toBe(2);
    expect(err).toContain('nothing was declared');
    expect(err).toContain('severity: must be one of sev1, sev2, sev3, sev4');
    expect(err).toContain('--kind: is missing (text)');
    expect(err.replace(/\s+/g, ' ')).toContain(
      '--affects: is missing; must be a list of one or more of confidentiality, integrity, availability',
    );
    expect(err).toContain('--service-affecting or --no-service-affecting: is missing (true or false)');
  });

  it('takes a declaration with a place that is none, and says what is to be corrected', async () => {
    const { declared, client } = recorder();
    const text = readFileSync(path.join(__dirname, '../domain/cases/residence-EU.json'), 'utf8');
    const { exitCode, out } = await tocsin(['declare', '-f', file('eu.json', text)], client);
    expect(exitCode).toBe(0);
    expect(declared).toHaveLength(1);
    expect(out).toContain('"EU" is a group of countries: name the countries');
    expect(out).toContain('assess INC-FR-EU --help');
  });

  it('points to exercise when it is given a scenario', async () => {
    const { exitCode, err } = await tocsin(['declare', '-f', file('s.yaml', 'declaration: {}\nacts: []')]);
    expect(exitCode).toBe(2);
    expect(err).toContain('is a scenario. Play it with `npx tocsin exercise');
  });
});

describe('what the incident says', () => {
  const story = new Story();
  const refusing = (problems: string) =>
    ({
      send: async () => {
        throw new WorkflowUpdateFailedError(
          'refused',
          ApplicationFailure.nonRetryable(problems, FAILURES.invalidMessage),
        );
      },
      view: async () => undefined,
      explain: async () => explain(story.state, pack),
    }) as never;

  it('lists the problems, one a line, and ends with 1', async () => {
    const { exitCode, err } = await tocsin(['close', 'INC-1'], refusing('status: is contained\nx: still pending'));
    expect(exitCode).toBe(1);
    expect(err).toBe(
      'error: incident "INC-1" refused the message; nothing was changed\n  - status: is contained\n  - x: still pending\n',
    );
  });

  it('suggests the obligation that was meant, also one that is not armed yet', async () => {
    const unknown = refusing('obligation: no "enterprise-notce"; known: declaration, containment');
    const { err } = await tocsin(['approve', 'INC-1', 'enterprise-notce'], unknown);
    expect(err).toContain('there is no "enterprise-notce"; did you mean "enterprise-notice"?');
  });

  it('tells an incident that does not exist from one that is closed', async () => {
    const lost = (message: string) =>
      ({
        send: async () => {
          throw new WorkflowNotFoundError(message, 'INC-9', undefined);
        },
      }) as never;
    const unknown = await tocsin(['close', 'INC-9'], lost('workflow not found for ID: INC-9'));
    expect([unknown.exitCode, unknown.err]).toEqual([
      1,
      'error: there is no incident "INC-9". `npx tocsin list --all` lists them\n',
    ]);
    const closed = await tocsin(['close', 'INC-9'], lost('workflow execution already completed'));
    expect(closed.err).toContain('is closed and accepts no messages');
  });

  it('gives errors as JSON when JSON was asked for', async () => {
    const { exitCode, err } = await tocsin(['close', 'INC-1', '--json'], refusing('status: is contained'));
    expect(JSON.parse(err)).toEqual({
      error: 'incident "INC-1" refused the message; nothing was changed',
      problems: ['status: is contained'],
      exitCode,
    });
  });

  it('refuses to bring up a stack for trying things out with the key of a real provider, unless told so', async () => {
    for (const key of ['RESEND_API_KEY', 'CLOUDFLARE_API_TOKEN', 'TOCSIN_STATUSPAGE_API_KEY', 'TOCSIN_IN_APP_URL']) {
      const { exitCode, err } = await tocsin(['up'], {}, { [key]: 're_live' });
      expect(exitCode).not.toBe(0);
      expect(err).toMatch(
        new RegExp(`^error: ${key}: is set, so .* mail real people.* tocsin up --live-providers`, 's'),
      );
      expect(err).not.toContain('re_live');
    }
  });

  it('names a misspelt setting before a server is started', async () => {
    const { exitCode, err } = await tocsin(['up'], {}, { TOCSIN_DIRECTRY: '/people', TOCSIN_DATA_DIR: '/nowhere' });
    expect(exitCode).toBe(2);
    expect(err).toMatch(/TOCSIN_DIRECTRY: is not a setting; did you mean TOCSIN_DIRECTORY\?/);
  });
});
