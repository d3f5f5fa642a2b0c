import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { TocsinClient } from '../../../client/tocsin-client';
import { tocsin } from './helpers';

/** Temporal, as far as the client uses it: one case of every id, or none at all. */
function temporal(receipt?: object) {
  const sent: Array<{ id: string; name: string; updateId?: string; message: Record<string, unknown> }> = [];
  let queries = 0;
  const missing = (id: string) => new WorkflowNotFoundError(`workflow not found for ID: ${id}`, id, undefined);
  const handle = (id: string) => ({
    query: async () => {
      queries++;
      if (!receipt) throw missing(id);
      return undefined;
    },
    describe: async () => {
      throw missing(id);
    },
    executeUpdate: async (name: string, options: { args: [Record<string, unknown>]; updateId?: string }) => {
      if (!receipt) throw missing(id);
      sent.push({ id, name, updateId: options.updateId, message: options.args[0] });
      return receipt;
    },
  });
  const fake = { withDeadline: (_at: number, call: () => unknown) => call(), workflow: { getHandle: handle } };
  return { client: new TocsinClient(fake as unknown as Client), sent, queries: () => queries };
}

/** A verb of every kind that sends a message. */
const VERBS: Array<[noun: string, id: string, argv: (id: string) => string[], list: string]> = [
  ['incident', 'INC-20260401-9f3a', (id) => ['close', id], 'npx tocsin list --all'],
  ['incident', 'EX-20260401-9f3a', (id) => ['status', id, 'contained'], 'npx tocsin list --all'],
  [
    'triage case',
    'TRG-9f3a5c1e0b2d',
    (id) => ['triage', 'dismiss', id, '--reason', 'r'],
    'npx tocsin triage list --all',
  ],
  ['vulnerability report', 'VR-20260401-9f3a5c1e', (id) => ['report', 'close', id], 'npx tocsin report list --all'],
  ['patch task', 'PATCH-1f6a3c90b2d4', (id) => ['deps', 'patched', id], 'npx tocsin deps list --all'],
];

describe('an unknown id', () => {
  const shows: typeof VERBS = [
    ['incident', 'INC-1', (id) => ['show', id], 'npx tocsin list --all'],
    ['triage case', 'TRG-9f3a5c1e0b2d', (id) => ['triage', 'show', id], 'npx tocsin triage list --all'],
    ['patch task', 'PATCH-1f6a3c90b2d4', (id) => ['deps', 'show', id], 'npx tocsin deps list --all'],
    ['triage case', 'no-prefix', (id) => ['triage', 'show', id], 'npx tocsin triage list --all'],
    ['patch task', 'TASK-1', (id) => ['deps', 'patched', id, '--by', 'a'], 'npx tocsin deps list --all'],
    ['patch task', 'PATCH-1', (id) => ['acknowledge', id], 'npx tocsin deps list --all'],
  ];
  it.each([...VERBS, ...shows])('says that the %s %s is missing', async (noun, id, argv, list) => {
    const { exitCode, err } = await tocsin(argv(id), temporal().client);
    expect(exitCode).toBe(1);
    expect(err).toBe(`error: there is no ${noun} "${id}". \`${list}\` lists them\n`);
  });
});

describe('an id of another kind', () => {
  it.each<[string[], RegExp]>([
    [
      ['show', 'TRG-9f3a5c1e0b2d'],
      /"TRG-9f3a5c1e0b2d" is a triage case, not an incident: use `npx tocsin triage show`/,
    ],
    [['close', 'VR-20260401-9f3a5c1e'], /is a vulnerability report, not an incident: use `npx tocsin report close`/],
    [['approve', 'PATCH-1f6a3c90b2d4', 'x'], /is a patch task, not an incident: see `npx tocsin deps --help`/],
    [['triage', 'dismiss', 'INC-1', '--reason', 'r'], /is an incident, not a triage case: see `npx tocsin --help`/],
    [['triage', 'merge', 'TRG-1', 'VR-1'], /"VR-1" is a vulnerability report, not an incident/],
    [['report', 'show', 'EX-1'], /"EX-1" is an incident, not a vulnerability report: use `npx tocsin show`/],
    [['deps', 'waive', 'INC-1', '--reason', 'r', '--until', '2026-06-30T00:00:00Z'], /use `npx tocsin waive`/],
    [['deps', 'show', 'TRG-1'], /is a triage case, not a patch task: use `npx tocsin triage show`/],
  ])('%j is refused, with the command that takes it', async (argv, expected) => {
    const { client, sent } = temporal({ events: [] });
    const { exitCode, err } = await tocsin(argv, client);
    expect(err).toMatch(expected);
    expect(exitCode).toBe(2);
    expect(sent).toEqual([]);
  });
});

describe('a placeholder that nobody filled in', () => {
  it.each<[string[], string]>([
    [
      ['filed', 'INC-1', 'gdpr-art33-authority:ie-dpc', 'REFERENCE'],
      'reference: put your own in the place of REFERENCE',
    ],
    [['waive', 'INC-1', 'enterprise-notice', '--reason', '…'], '--reason: put your own in the place of …'],
    [['close', 'INC-1', '--by', 'you@example.com'], '--by: put your own in the place of you@example.com'],
    [['show', 'INC-…'], 'id: put your own in the place of INC-…'],
  ])('%j is refused', async (argv, problem) => {
    const { client, sent } = temporal({ events: [] });
    const { exitCode, err } = await tocsin(argv, client);
    expect(err).toBe(`error: the command has a placeholder that is to be filled in\n  - ${problem}\n`);
    expect(exitCode).toBe(2);
    expect(sent).toEqual([]);
  });
});

describe('sending a message', () => {
  it.each(VERBS)('says the same of a repeated command id: %s %s', async (_noun, id, argv) => {
    const { client, sent } = temporal({ events: [] });
    const said = await tocsin([...argv(id), '--command-id', 'c-1'], client);
    expect(said).toEqual({ exitCode: 0, out: 'Nothing changed: this command was already handled\n', err: '' });
    expect(sent).toEqual([expect.objectContaining({ id, updateId: expect.stringMatching(/^[0-9a-f]{32}$/) })]);
  });

  it('sends another message under a used command id to the case, instead of having the first receipt again', async () => {
    const { client, sent } = temporal({ events: [] });
    const id = 'INC-20260401-9f3a';
    await tocsin(['status', id, 'contained', '--command-id', 'c-1'], client);
    await tocsin(['status', id, 'contained', '--command-id', 'c-1'], client);
    await tocsin(['status', id, 'resolved', '--command-id', 'c-1'], client);
    const [first, repeat, other] = sent.map(({ updateId }) => updateId);
    expect(repeat).toBe(first);
    expect(other).not.toBe(first);
  });

  it.each(VERBS)('prints the receipt and asks no more: %s %s', async (_noun, id, argv) => {
    const receipt = {
      events: [
        { seq: 7, kind: 'message-taken' },
        { seq: 8, kind: 'obligation-fulfilled', obligation: 'containment' },
      ],
    };
    const { client, sent, queries } = temporal(receipt);
    const { exitCode, out } = await tocsin(argv(id), client);
    expect(exitCode).toBe(0);
    expect(out).toBe(`${id}/7  message taken\n${id}/8  containment  fulfilled\n`);
    expect(sent).toHaveLength(1);
    expect(sent[0]!.message).toMatchObject({ by: 'oncall', commandId: expect.any(String) });
    // Temporal keeps ids in clear: nothing that somebody wrote stands in one.
    expect(sent[0]!.updateId).toMatch(/^[0-9a-f]{32}$/);
    expect(queries()).toBe(0);
    expect(JSON.parse((await tocsin([...argv(id), '--json'], client)).out)).toEqual(receipt);
  });

  it.each(VERBS)('says why nothing changed: %s %s', async (_noun, id, argv) => {
    const { client } = temporal({ events: [{ seq: 7, kind: 'noted' }], note: 'it is so already\u001b[31m' });
    const { out } = await tocsin(argv(id), client);
    expect(out).toMatch(/^Nothing changed: it is so already.*\n$/);
    expect(out).not.toContain('\u001b');
  });

  it.each([
    ['deps', 'waive', 'PATCH-1f6a3c90b2d4', '--reason', '   ', '--until', '2026-06-30T00:00:00Z'],
    ['triage', 'dismiss', 'TRG-9f3a5c1e0b2d', '--reason', '   '],
    ['report', 'decline', 'VR-20260401-9f3a5c1e', '--reason', ''],
    ['waive', 'INC-1', 'enterprise-notice', '--reason', ' '],
  ])('refuses an empty reason here: %s %s', async (...argv) => {
    const { client, sent } = temporal({ events: [] });
    const { exitCode, err } = await tocsin(argv, client);
    expect(err).toMatch(/reason: /);
    expect(exitCode).toBe(2);
    expect(sent).toEqual([]);
  });
});
