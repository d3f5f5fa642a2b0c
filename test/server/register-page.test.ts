// The page of the register: what was signed last, the entries of a case as Postgres holds them, and how to verify them.
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { caseEntries } from '../../register/case-entries';
import type { RegisterReader } from '../../server/pages/register-page';
import { eventsOf } from '../register/helpers';
import { afterFile, createTestDatabase } from '../setup/helpers';
import { Story } from '../unit/cli/helpers';
import { browse, clientOf, pagesOver } from './browser';

const HOUR = '2026-04-01T01:00:00.000Z';
const SIGNED = {
  origin: 'acme.dev/tocsin',
  verifierKey: 'acme.dev/tocsin+1a2b+KEY',
  size: 2,
  root: 'cm9vdA==',
  note: 'acme.dev/tocsin\n2\n',
};

test('lists what the register holds of a case, some at a time, and says how much of the log is signed', async () => {
  const pool = createPool((await createTestDatabase()).url);
  afterFile(() => pool.end());
  await appendEntries(pool, [...eventsOf('INC-other', 1), ...eventsOf('INC-1', 120)]);
  const register: RegisterReader = {
    log: async () => ({ entries: 121, signed: SIGNED }),
    entriesOf: (id, from, most) => caseEntries(pool, id, from, most),
  };
  const app = await pagesOver(clientOf(new Story(), HOUR), undefined, register);
  const whole = await browse(app, '/register');
  expect(whole.body).toContain('<dt>Entries signed</dt><dd>2</dd><dt>Not signed yet</dt><dd>119</dd>');
  expect(whole.body).toContain('This page does not check the signature');
  const first = await browse(app, '/register/case?id=INC-1');
  expect(first.body).toContain('120 entries');
  expect(first.body.match(/<th scope="row" /g)).toHaveLength(100);
  const [, position, hash] =
    /<th scope="row" data-label="Entry">1<.*?<td class="small" data-label="[^"]+">(\d+) <code>([0-9a-f]{16})…/.exec(
      first.body,
    )!;
  const { rows } = await pool.query<{ hash: string }>(
    "SELECT encode(sha256('\\x00'::bytea || bytes), 'hex') AS hash FROM tocsin.register_entries WHERE position = $1",
    [position],
  );
  expect([position, rows[0]!.hash.slice(0, 16)]).toEqual(['2', hash]);
  const next = await browse(app, '/register/case?id=INC-1&from=101');
  expect(next.body.match(/<th scope="row" /g)).toHaveLength(20);
  expect((await browse(app, '/register/case?id=INC-2')).status).toBe(404);
  await app.close();
});

test('says that it cannot be shown, where the server has no Postgres or that does not answer', async () => {
  const none = await pagesOver(clientOf(new Story(), HOUR));
  expect((await browse(none, '/register')).body).toContain('has no access to Postgres (DATABASE_URL)');
  const away = async () => {
    throw new Error('connect ECONNREFUSED');
  };
  const app = await pagesOver(clientOf(new Story(), HOUR), undefined, { log: away, entriesOf: away });
  for (const url of ['/register', '/register/case?id=INC-1'])
    expect((await browse(app, url)).body).toContain('The register does not answer: is Postgres running?');
  await Promise.all([none.close(), app.close()]);
});
