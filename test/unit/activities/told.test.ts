/** Who is told of an audience, from the directory's files to the count: owners, addresses, people, subscribers. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { comparesAddresses, countReached, toEnter } from '../../../activities/delivery/count-reached';
import { besideOf } from '../../../activities/delivery/ledger/beside';
import type { Delivery } from '../../../activities/delivery/ledger/ledger';
import { addressesIn } from '../../../activities/directory/addresses';
import { createCsvDirectory } from '../../../activities/directory/csv-directory';
import { createDirectory } from '../../../activities/directory/directory';
import type { DirectoryRecipient } from '../../../activities/directory/directory-port';
import { isMailAddress } from '../../../activities/mail/mail-address';
import type { Audience } from '../../../activities/types';
import { packageRoot } from '../../../platform/package-root';

/** Whom a first round enters beside these rows. */
const notYetTold = (recipients: DirectoryRecipient[], rows: Delivery[]) => besideOf(recipients, rows).flatMap(toEnter);

const CASES = path.join(packageRoot(), 'test', 'cases');
const cases = createCsvDirectory(path.join(CASES, 'directory'));
const owners = (workspaces: 'all' | string[]): Audience => ({
  recipient: { to: 'workspace-owners' },
  workspaces,
  dataSets: [],
});
const addresses = (recipients: DirectoryRecipient[]) =>
  recipients.map(({ ref, address, language }) => [ref, address, language]);

/** What the ledger holds after a delivery that reached every usable address. */
const delivered = (recipients: Array<{ ref: string; address: string; language: string }>): Delivery[] =>
  recipients.map((one) => ({
    ...one,
    ...{ channel: 'email', round: 1, createdAt: 'x', updatedAt: 'x' },
    ...(isMailAddress(one.address)
      ? { status: 'sent' as const }
      : { status: 'failed' as const, errorCode: 'invalid-address' }),
  }));

describe('addresses', () => {
  test.each([
    ['Dana Weiss <dana@zeta.example.com>', ['dana@zeta.example.com']],
    ['"Weiss, Dana" <dana@zeta.example.com>', ['dana@zeta.example.com']],
    ['a@beta.example.com; b@beta.example.com, A@beta.example.com', ['A@beta.example.com', 'b@beta.example.com']],
    ['josé.müller@exämple.example', ['josé.müller@xn--exmple-cua.example']],
    ["o'hara+sec@eta.example.com", ["o'hara+sec@eta.example.com"]],
    ['no-at-sign', ['no-at-sign']],
    ['', ['']],
  ])('%p is understood', (cell, expected) => {
    expect(addressesIn(cell)).toEqual(expected);
  });
});

describe('workspaces', () => {
  test('every owner of a workspace is told, in several rows or in one cell, and each workspace as itself', async () => {
    const { recipients, unknown } = await cases.resolve(
      owners(['ws-a', 'ws-b', 'ws-c', 'ws-f', 'ws-g', 'ws-h', 'ws-i']),
    );
    expect(unknown).toEqual([]);
    expect(addresses(recipients)).toEqual([
      ['workspace:ws-a', 'owner@alpha.example.com', 'en'],
      ['workspace:ws-b', 'a@beta.example.com', 'de-at'],
      ['workspace:ws-b#2', 'b@beta.example.com', 'de-at'],
      ['workspace:ws-c', 'josé.müller@xn--exmple-cua.example', 'fr-ca'],
      ['workspace:ws-f', 'dana@zeta.example.com', 'en'],
      ['workspace:ws-g', "o'hara+sec@eta.example.com", 'pt-br'],
      ['workspace:ws-h', 'owner@alpha.example.com', 'en'],
      ['workspace:ws-i', 'first@iota.example.com', 'en'],
      ['workspace:ws-i#2', 'second@iota.example.com', 'en'],
    ]);
  });

  const declared = (name: string) =>
    JSON.parse(readFileSync(path.join(CASES, 'declarations', name), 'utf8')).assessment.workspaces as string[];

  test.each([
    ['two-unusable-owners.json', [], { 'ws-d': 'no-address', 'ws-e': 'no-address' }],
    ['unknown-and-other-plan.json', ['ws-k'], { 'ws-gone': 'unknown' }],
  ])('%s: who is told, and who is not and why', async (file, told, untold) => {
    const audience = owners(declared(file));
    const resolved = await cases.resolve(audience);
    expect(
      countReached(audience, besideOf(resolved.recipients, delivered(notYetTold(resolved.recipients, [])))),
    ).toEqual({
      of: 'workspaces',
      reached: told,
      unreached: Object.entries(untold).map(([workspace, why]) => ({ workspace, why })),
      numbers: { told: told.length, untold: Object.keys(untold).length },
    });
  });

  test('a workspace of which one owner was not reached is not told; once every owner was, it is', () => {
    const audience = owners(['w']);
    const recipients = ['a@example.com', 'b@example.com'].map((address, i) => ({
      ref: i === 0 ? 'workspace:w' : 'workspace:w#2',
      address,
      language: 'en',
    }));
    const [one, two] = delivered(recipients) as [Delivery, Delivery];
    const refused = { ...two, status: 'failed' as const, errorCode: 'bounced' };
    const count = (rows: Delivery[]) => countReached(audience, besideOf(recipients, rows));
    expect(count([one, refused])).toMatchObject({ reached: [], unreached: [{ workspace: 'w', why: 'undeliverable' }] });
    expect(count([one, { ...two, status: 'unknown' }])).toMatchObject({
      unreached: [{ workspace: 'w', why: 'pending' }],
    });
    expect(count([one, two])).toMatchObject({ reached: ['w'], unreached: [] });
  });

  test('that the mail came back is said also of a workspace that the directory does not have any more', () => {
    const [row] = delivered([{ ref: 'workspace:gone', address: 'a@example.com', language: 'en' }]);
    const bounced = { ...row!, fate: { kind: 'bounced' as const, at: '2026-04-01T02:10:00.000Z' } };
    expect(countReached(owners(['gone', 'never']), besideOf([], [bounced]))).toMatchObject({
      unreached: [
        { workspace: 'gone', why: 'came-back' },
        { workspace: 'never', why: 'unknown' },
      ],
    });
  });

  test('a later round mails an owner whose address was corrected, and nobody who was told', () => {
    const before = delivered([
      { ref: 'workspace:a', address: 'told@example.com', language: 'en' },
      { ref: 'workspace:b', address: 'no-at-sign', language: 'en' },
    ]);
    const now = [
      { ref: 'workspace:a', address: 'successor@example.com', language: 'en' },
      { ref: 'workspace:b', address: 'right@example.com', language: 'en' },
      { ref: 'workspace:c', address: 'new@example.com', language: 'en' },
    ];
    const fresh = notYetTold(now, before);
    expect(fresh.map(({ ref, address }) => [ref, address])).toEqual([
      ['workspace:b#2', 'right@example.com'],
      ['workspace:c', 'new@example.com'],
    ]);
    const rows = [...before, ...delivered(fresh)];
    expect(countReached(owners('all'), besideOf(now, rows))).toMatchObject({
      reached: ['a', 'b', 'c'],
    });
  });

  test('an owner who comes first in the directory now does not take the place of one who was told', () => {
    const before = delivered([{ ref: 'workspace:a', address: 'bad', language: 'en' }]);
    const now = [
      { ref: 'workspace:a', address: 'new@example.com', language: 'en' },
      { ref: 'workspace:a#2', address: 'bad', language: 'en' },
    ];
    expect(notYetTold(now, before).map(({ ref, address }) => [ref, address])).toEqual([
      ['workspace:a#2', 'new@example.com'],
      ['workspace:a', 'bad'],
    ]);
  });
});

describe('people', () => {
  const row = { language: 'en', workspace_id: '' };
  const directory = createDirectory({
    workspaces: async () => [],
    subscribers: async () => [],
    individuals: async () => [
      { ...row, person_id: '1', email: 'a@example.com', country: 'fr', workspace_id: 'ws-other', data_set: 'own' },
      { ...row, person_id: '2', email: 'A@example.com', country: 'FR', data_set: 'own' },
      { ...row, person_id: '3', email: '', country: 'FR', data_set: 'own' },
      { ...row, person_id: '4', email: 'd@example.com', country: '', data_set: 'own' },
      { ...row, person_id: '5', email: 'e@example.com', country: 'FR', workspace_id: 'ws-other', data_set: 'theirs' },
      { ...row, person_id: '6', email: 'f@example.com', country: 'FR', workspace_id: 'ws-1', data_set: 'theirs' },
      { ...row, person_id: '6', email: 'f@example.com', country: 'FR', workspace_id: 'ws-1', data_set: 'own' },
    ],
  });
  const audience: Audience = {
    recipient: { to: 'individuals' },
    workspaces: ['ws-1'],
    dataSets: [
      { id: 'own', own: true },
      { id: 'theirs', own: false },
    ],
  };

  test('of the company’s own data set all are told, whichever customers are affected; of customers’ data those of the affected', async () => {
    const { recipients } = await directory.resolve(audience);
    expect(recipients.map(({ ref }) => ref)).toEqual(['person:1', 'person:3', 'person:4', 'person:6']);
  });

  test('they are counted by data set and country, two who share an address as two', async () => {
    const resolved = await directory.resolve(audience);
    expect(
      countReached(audience, besideOf(resolved.recipients, delivered(notYetTold(resolved.recipients, [])))),
    ).toEqual({
      of: 'people',
      groups: [
        { dataSet: 'own', country: 'FR', listed: 4, told: 3 },
        { dataSet: 'own', country: 'unknown', listed: 1, told: 1 },
        { dataSet: 'theirs', country: 'FR', listed: 1, told: 1 },
      ],
    });
  });

  test('nobody of the count is named', async () => {
    const resolved = await directory.resolve(audience);
    const counted = countReached(
      audience,
      besideOf(resolved.recipients, delivered(notYetTold(resolved.recipients, []))),
    );
    expect(JSON.stringify(counted)).not.toMatch(/@|person/);
  });

  test('a trailing line of empty cells is nobody', async () => {
    const { recipients } = await cases.resolve({
      recipient: { to: 'status-subscribers' },
      workspaces: 'all',
      dataSets: [],
    });
    expect(addresses(recipients)).toEqual([['subscriber:s1', 's1@s.example.com', 'en']]);
    const subscribers: Audience = { recipient: { to: 'status-subscribers' }, workspaces: 'all', dataSets: [] };
    const resolved = await cases.resolve(subscribers);
    expect(countReached(subscribers, besideOf(resolved.recipients, delivered(resolved.recipients)))).toEqual({
      of: 'people',
      groups: [{ listed: 2, told: 2 }],
    });
  });
});

test('an address in two spellings is one person: told once, by whichever row and round it comes', async () => {
  const subscribers = ['ann@bücher.example', 'Ann@xn--bcher-kva.example', 'a\u00adnn@bu\u0308cher.example.'];
  const directory = createDirectory({
    workspaces: async () => [],
    individuals: async () => [],
    subscribers: async () =>
      [...subscribers, 'bob@bücher.example'].map((email, n) => ({ subscriber_id: `s${n}`, email, language: 'en' })),
  });
  const audience: Audience = { recipient: { to: 'status-subscribers' }, workspaces: [], dataSets: [] };
  const { recipients } = await directory.resolve(audience);
  expect(addresses(recipients)).toEqual([
    ['subscriber:s0', 'ann@xn--bcher-kva.example', 'en'],
    ['subscriber:s3', 'bob@xn--bcher-kva.example', 'en'],
  ]);
  // As a ledger holds it that was filled from another directory.
  const before = delivered([{ ref: 'subscriber:9', address: 'ANN@bücher.example', language: 'en' }]);
  expect(
    besideOf(recipients, before, comparesAddresses({ round: 2, audience }))
      .flatMap(toEnter)
      .map(({ ref }) => ref),
  ).toEqual(['subscriber:s3']);
  const same = [{ ref: 'subscriber:9', address: 'ann@xn--bcher-kva.example', language: 'en' }];
  expect(notYetTold(same, [{ ...before[0]!, status: 'unknown' }]).map(({ ref }) => ref)).toEqual(['subscriber:9']);
});
