/** What a first-time user types wrong, and what is said then. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { WorkflowNotFoundError } from '@temporalio/common';
import { explain } from '../../../domain/incident/explain';
import { having, nearest } from '../../../domain/kernel/suggest';
import { pack, Story, tocsin } from './helpers';

const THERE = 'INC-20260401-9f3a';

function oneIncident() {
  const sent: unknown[] = [];
  const lost = (id: string) => {
    throw new WorkflowNotFoundError(`workflow not found for ID: ${id}`, id, undefined);
  };
  const client = {
    list: async () => [{ id: THERE }],
    find: async (id: string) => (id === THERE ? { workflow: 'incidentWorkflow', open: true } : undefined),
    view: async (id: string) => lost(id),
    timeline: async () => [],
    explain: async () => [],
    sendEvenIfClosed: async (...all: unknown[]) => {
      sent.push(all);
      return { events: [{ seq: 2, kind: 'linked' }] };
    },
  };
  return { client: client as never, sent };
}

describe('an id that no incident has', () => {
  test('is answered with the one that was meant, two letters away', async () => {
    const { exitCode, err } = await tocsin(['show', 'INC-20260401-9e3b'], oneIncident().client);
    expect(exitCode).toBe(1);
    expect(err).toContain('`npx tocsin list --all` lists them');
    expect(err).toContain(`Did you mean "${THERE}"?`);
  });

  test('and three letters away with none, as that is another incident', async () => {
    const { err } = await tocsin(['show', 'INC-20260401-8e3b'], oneIncident().client);
    expect(err).toContain('there is no incident');
    expect(err).not.toContain('mean');
  });

  test('is linked to by nobody', async () => {
    const { client, sent } = oneIncident();
    const { exitCode, err } = await tocsin(['link', 'INC-1', 'INC-20260401-9e3b', '--as', 'caused-by'], client);
    expect([exitCode, sent]).toEqual([1, []]);
    expect(err).toContain(`there is no incident "INC-20260401-9e3b"`);
  });

  test('one that is there is linked to', async () => {
    const { client, sent } = oneIncident();
    expect((await tocsin(['link', 'INC-1', THERE], client)).exitCode).toBe(0);
    expect(sent).toHaveLength(1);
  });
});

describe('a problem of a message', () => {
  test('names the flag that was typed, not the field', async () => {
    const { exitCode, err } = await tocsin(['correct', 'INC-1', '--severity', 'sev9', '--reason', 'r']);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/- --severity: must be one of sev1/);
  });

  test('names an argument as it is', async () => {
    const { err } = await tocsin(['told', 'INC-1', 'no id', '--channel', 'phone', '--rest']);
    expect(err).toMatch(/- obligation: /);
  });

  test('is by field for scripts', async () => {
    const { err } = await tocsin(['correct', 'INC-1', '--severity', 'sev9', '--reason', 'r', '--json']);
    expect(JSON.parse(err).problems).toEqual([expect.stringMatching(/^severity: /)]);
  });
});

describe('an exact time in a flag', () => {
  const held = (until: string) => tocsin(['hold', 'INC-1', 'enterprise-notice', '--reason', 'r', '--until', until]);

  test.each(['2026-04-02T08:00Z', '2026-04-02T08:00:00Z', '2026-04-02T08:00+02:00'])('%s is read', async (until) => {
    expect((await held(until)).err).not.toContain('--until');
  });

  test.each(['2026-04-02', 'about 2026-04-02T08:00Z'])('%s is none', async (until) => {
    expect((await held(until)).err).toContain(`--until: "${until}" is not an exact time`);
  });
});

test('a file of past breaches with wrong rows is refused whole, with a problem of each row', async () => {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'tocsin-import-')), 'past.csv');
  const columns = 'id,title,kind,severity,owner,affects,detected_at,declared_at,personal_data';
  const row = (id: string, severity: string, at: string) =>
    `${id},Lost laptop,lost-device,${severity},dpo,confidentiality,${at},2024-03-02T00:00:00Z,unknown`;
  const good = row('INC-P1', 'sev3', '2024-03-01T10:00:00Z');
  writeFileSync(
    file,
    [columns, good, row('INC-P2', 'sev3', '2024-03-40'), row('INC-P3', 'sev9', '2024-03-01T10:00:00Z')].join('\n'),
  );
  const { exitCode, err } = await tocsin(['import', file], oneIncident().client);
  expect(exitCode).toBe(2);
  expect(err).toContain('nothing was imported');
  expect(err.replace(/\s+/g, ' ')).toMatch(/line 3: detected_at .* line 4: severity: must be one of sev1/);
  expect(err).not.toContain('line 2');
});

describe('what was meant', () => {
  test.each([
    ['enterprise', 'enterprise-notice'],
    ['entreprise-notice', 'enterprise-notice'],
  ])('by the obligation %s', (typed, meant) => {
    expect(nearest(typed, ['enterprise-notice', 'status-page-update', 'gdpr-art33-authority:ie-dpc'])).toBe(meant);
  });

  test('is not guessed where several have the part', () => {
    const known = ['gdpr-art33-authority:ie-dpc', 'gdpr-art33-2-controllers', 'enterprise-notice'];
    expect(nearest('art33', known)).toBeUndefined();
    expect(having('art33', known)).toEqual(known.slice(0, 2));
  });

  test.each([
    ['critical', 'sev1'],
    ['P2', 'sev2'],
    ['low', 'sev4'],
  ])('by the severity %s', async (typed, meant) => {
    const { err } = await tocsin(['correct', 'INC-1', '--severity', typed, '--reason', 'r']);
    expect(err).toContain(`--severity: must be one of sev1, sev2, sev3, sev4; did you mean "${meant}"?`);
  });

  test('by an obligation of an incident: each is named once, and those alike alone', async () => {
    const story = new Story();
    const refused = async () => {
      throw new Error('refused');
    };
    const client = { send: refused, explain: async () => explain(story.state, pack) } as never;
    const said = async (typed: string) => (await tocsin(['release', 'INC-1', typed], client)).err.replace(/\s+/g, ' ');
    expect(await said('enterprise')).toContain('did you mean "enterprise-notice"?');
    const listed = /use one of (.*)/
      .exec(await said('register'))![1]!
      .trim()
      .split(', ');
    expect(listed.every((id) => id.startsWith('register-'))).toBe(true);
    expect(new Set(listed).size).toBe(listed.length);
  });
});
