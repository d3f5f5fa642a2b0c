import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readCsv } from '../../../activities/directory/csv';
import { createCsvDirectory } from '../../../activities/directory/csv-directory';
import { createDirectory } from '../../../activities/directory/directory';
import { createSqlDirectory, probeSqlDirectory } from '../../../activities/directory/sql-directory';
import { loadContacts } from '../../../activities/paging/contacts';
import { packageRoot } from '../../../platform/package-root';
import { failureOf } from './fixtures';

const examples = path.join(packageRoot(), 'examples', 'directory');
const csv = createCsvDirectory(examples);
const refs = ({ recipients }: { recipients: { ref: string }[] }) => recipients.map(({ ref }) => ref);

describe('CSV', () => {
  test('quotes, doubled quotes, commas, line ends in cells, CRLF, byte order mark, no last line end', () => {
    const text = '\uFEFFb,a\r\n"x, ""y""\nz",1\r\n\r\n,"2"';
    expect(readCsv('f.csv', text, ['a', 'b'])).toEqual([
      { a: '1', b: 'x, "y"\nz' },
      { a: '2', b: '' },
    ]);
  });

  test('lines of empty cells are no rows, and spaces around cells are no part of them', () => {
    const text = '\uFEFFsubscriber_id , email\ns1,s1@s.example.com \n,\n " , " , x\n ,,\n';
    expect(readCsv('f.csv', text, ['subscriber_id', 'email'])).toEqual([
      { subscriber_id: 's1', email: 's1@s.example.com' },
      { subscriber_id: ' , ', email: 'x' },
    ]);
  });

  test.each([
    ['a missing column', 'a\n1', /f\.csv, line 1: column b is missing/],
    ['too few cells', 'a,b\n1,2\n3', /f\.csv, line 3: 1 cells where the header has 2/],
    ['an open quote', 'a,b\n1,"2\n3', /f\.csv, line 2: a quote is not closed/],
    ['a stray quote', 'a,b\n1,2"3', /f\.csv, line 2: a quote stands inside a cell that is not quoted/],
    ['text behind a quoted cell', 'a,b\n1,"2"3', /f\.csv, line 2: a quote stands/],
  ])('%s is named with its line, without the content', (_case, text, problem) => {
    expect(() => readCsv('f.csv', text, ['a', 'b'])).toThrow(problem);
  });

  test('a missing file is named', async () => {
    await expect(
      createCsvDirectory('/nowhere').resolve({
        recipient: { to: 'status-subscribers' },
        workspaces: 'all',
        dataSets: [],
      }),
    ).rejects.toThrow(/subscribers\.csv cannot be read/);
  });
});

describe('audiences over the example directory', () => {
  test('owners of all workspaces or of some, whatever their plan; unknown ones are told apart', async () => {
    const recipient = { to: 'workspace-owners' as const };
    expect((await csv.resolve({ recipient, workspaces: 'all', dataSets: [] })).recipients).toHaveLength(12);
    const some = await csv.resolve({
      recipient,
      workspaces: ['ws-cedar', 'ws-granite', 'ws-gone', 'ws-aurora'],
      dataSets: [],
    });
    expect(refs(some)).toEqual(['workspace:ws-aurora', 'workspace:ws-cedar', 'workspace:ws-granite']);
    expect(some.unknown).toEqual(['ws-gone']);
  });

  test('individuals by data set and residence, each person and each address once', async () => {
    const all = await csv.resolve({
      recipient: { to: 'individuals' },
      workspaces: 'all',
      dataSets: [
        { id: 'account-data', own: true },
        { id: 'customer-records', own: false },
      ],
    });
    expect(all.recipients).toHaveLength(40);
    expect(new Set(all.recipients.map(({ address }) => address.toLowerCase())).size).toBe(40);
    const canada = await csv.resolve({
      recipient: { to: 'individuals', residence: ['CA'] },
      workspaces: 'all',
      dataSets: [{ id: 'account-data', own: true }],
    });
    const others = await csv.resolve({
      recipient: { to: 'individuals', residenceOtherThan: ['CA'] },
      workspaces: 'all',
      dataSets: [{ id: 'account-data', own: true }],
    });
    const europe = await csv.resolve({
      recipient: { to: 'individuals', residence: ['EEA'] },
      workspaces: 'all',
      dataSets: [{ id: 'account-data', own: true }],
    });
    expect(refs(canada).filter((ref) => refs(others).includes(ref))).toEqual([]);
    expect(europe.recipients.length).toBeLessThan(others.recipients.length);
    expect(
      (await csv.resolve({ recipient: { to: 'individuals' }, workspaces: 'all', dataSets: [] })).recipients,
    ).toEqual([]);
  });

  test('every address is one that nobody owns', () => {
    for (const file of ['workspaces.csv', 'individuals.csv', 'subscribers.csv']) {
      for (const [, domain] of readFileSync(path.join(examples, file), 'utf8').matchAll(/@([^,\s"]+)/g)) {
        expect(domain!.toLowerCase()).toMatch(/(^|\.)example\.(com|org|net)$/);
      }
    }
  });

  test('recipients that are nobody to mail are refused', async () => {
    expect(
      await failureOf(csv.resolve({ recipient: { to: 'public' }, workspaces: 'all', dataSets: [] })),
    ).toMatchObject({ type: 'AudienceNotMailable', nonRetryable: true });
  });
});

test('invalid addresses stay, so that the delivery can record them as failed', async () => {
  const row = { language: 'EN_us', country: 'DE', workspace_id: '', data_set: 'd' };
  const directory = createDirectory({
    workspaces: async () => [],
    subscribers: async () => [],
    individuals: async () => [
      { ...row, person_id: '2', email: '' },
      { ...row, person_id: '1', email: '' },
      { ...row, person_id: '3', email: 'nonsense' },
    ],
  });
  const { recipients } = await directory.resolve({
    recipient: { to: 'individuals' },
    workspaces: ['w'],
    dataSets: [{ id: 'd', own: true }],
  });
  const groups = [{ dataSet: 'd', country: 'DE' }];
  expect(recipients).toEqual([
    { ref: 'person:1', address: '', language: 'en-us', groups },
    { ref: 'person:2', address: '', language: 'en-us', groups },
    { ref: 'person:3', address: 'nonsense', language: 'en-us', groups },
  ]);
});

test('SQL: the configured queries get workspace ids and data sets; a missing column is named', async () => {
  const asked: unknown[] = [];
  const pool = {
    query: async (text: string, values: unknown[]) => {
      asked.push([text, values]);
      return {
        rows:
          text === 'I'
            ? [
                {
                  person_id: 7,
                  email: 'a@example.com',
                  language: null,
                  country: null,
                  workspace_id: null,
                  data_set: 'd',
                },
              ]
            : [{}],
      };
    },
  };
  const directory = createSqlDirectory(pool, { workspaces: 'W', individuals: 'I', subscribers: 'S' });
  const people = await directory.resolve({
    recipient: { to: 'individuals', residenceOtherThan: ['CA'] },
    workspaces: 'all',
    dataSets: [{ id: 'd', own: true }],
  });
  const groups = [{ dataSet: 'd', country: 'unknown' }];
  expect(people.recipients).toEqual([{ ref: 'person:7', address: 'a@example.com', language: 'en', groups }]);
  expect(asked).toEqual([['I', [null, ['d']]]]);
  await expect(
    directory.resolve({ recipient: { to: 'workspace-owners' }, workspaces: ['w'], dataSets: [] }),
  ).rejects.toThrow(/"workspaces" gives no column workspace_id/);
});

test('a directory by SQL is asked for nobody at the start; a query that fails or lacks a column is named by its setting', async () => {
  const asked: unknown[][] = [];
  const all = ['workspace_id', 'owner_email', 'person_id', 'email', 'language', 'country', 'data_set', 'subscriber_id'];
  const pool = (there: string[], fault?: Error) => ({
    query: async (text: string, values: unknown[]) => {
      asked.push([text, values]);
      if (fault) throw fault;
      return { rows: [], fields: there.map((name) => ({ name })) };
    },
  });
  const queries = { workspaces: 'W', individuals: 'I', subscribers: 'S;\n' };
  await probeSqlDirectory(pool(all), queries);
  expect(asked).toEqual([
    ['W', [[]]],
    ['I', [[], []]],
    ['SELECT * FROM (S) AS probe LIMIT 0', []],
  ]);
  const missing = all.filter((name) => name !== 'data_set');
  await expect(probeSqlDirectory(pool(missing), queries)).rejects.toThrow(
    /^TOCSIN_DIRECTORY_INDIVIDUALS_SQL: the directory's query "individuals" gives no column data_set: add it/,
  );
  const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  await expect(probeSqlDirectory(pool(all, away), queries)).rejects.toMatchObject({
    message: 'TOCSIN_DIRECTORY_WORKSPACES_SQL: connect ECONNREFUSED',
    cause: away,
  });
});

test('contacts: a handle, an address, the fallback', async () => {
  const contacts = await loadContacts(path.join(packageRoot(), 'examples', 'contacts.yaml'));
  expect(contacts.addressOf('@Privacy-Counsel')).toBe('privacy-counsel@example.com');
  expect(contacts.addressOf('someone@example.org')).toBe('someone@example.org');
  expect(contacts.addressOf('nobody')).toBe('oncall@example.com');
});

test('a country is read in any way it is written; one that cannot be read is an unknown place', async () => {
  const countries = ['UK', 'EL', 'gr', 'CA-QC', 'EU', ''];
  const people = countries.map((country, i) => ({
    person_id: `p${i}`,
    email: `p${i}@people.example`,
    language: 'en',
    country,
    workspace_id: '',
    data_set: 'accounts',
  }));
  const source = { workspaces: async () => [], individuals: async () => people, subscribers: async () => [] };
  const living = async (residence: string[]) => {
    const recipient = { to: 'individuals', residence } as const;
    const dataSets = [{ id: 'accounts', own: true }];
    return refs(await createDirectory(source).resolve({ recipient, workspaces: [], dataSets } as never));
  };
  expect(await living(['GB'])).toEqual(['person:p0']);
  expect(await living(['GR'])).toEqual(['person:p1', 'person:p2']);
  expect(await living(['CA'])).toEqual(['person:p3']);
  expect(await living(['unknown'])).toEqual(['person:p4', 'person:p5']);

  // A data set that is handled elsewhere means fewer people than the notice does.
  const dataSets = [{ id: 'accounts', own: true, living: { residence: ['CA'] } }];
  const resolved = createDirectory(source).resolve({ recipient: { to: 'individuals' }, workspaces: [], dataSets });
  expect(refs(await resolved)).toEqual(['person:p3']);
});
