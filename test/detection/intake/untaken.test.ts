/** What sources sent and nobody could take stands in the database, counted by kind, and a command shows it. */
import type { Pool } from 'pg';
import { runCommand } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { listUntaken, pruneUntaken, UntakenCounts } from '../../../detection/intake/inbox/untaken';
import type { Untaken } from '../../../detection/intake/sources/adapter';
import { createPool } from '../../../postgres/pool';
import { afterFile, createTestDatabase } from '../../setup/helpers';

let pool: Pool;
let url: string;
beforeAll(async () => {
  url = (await createTestDatabase()).url;
  pool = createPool(url);
  afterFile(() => pool.end());
});
beforeEach(() => pool.query('DELETE FROM tocsin.intake_untaken'));

const unknown = (kind: string, value: unknown = { kind }): Untaken => ({ kind, problems: [], value });

async function tocsin(...argv: string[]) {
  let text = '';
  const sink = { write: (part: string) => (text += part) };
  const code = await runCommand(['intake', ...argv], new Shell({ DATABASE_URL: url }, sink, sink));
  return { code, text };
}

test('each counts, the last of its kind is kept, and a kind that had not come is told once', async () => {
  const told: string[] = [];
  const counts = new UntakenCounts(pool, (source, kind) => told.push(`${source} ${kind}`));
  await Promise.all(Array.from({ length: 50 }, (_, n) => counts.keep('github', [unknown('push', { n })])));
  await counts.keep('github', [unknown('push', { n: 'last', email: 'anna@example.com' }), unknown('watch\0')]);
  await counts.keep('idp', [
    { kind: 'refused', problems: [{ field: 'at', problem: 'must be an instant' }], value: undefined },
  ]);
  expect(await listUntaken(pool)).toMatchObject([
    { source: 'idp', kind: 'refused', count: 1, problem: 'at must be an instant' },
    { source: 'github', kind: 'push', count: 51, sample: { n: 'last', email: '[address]' } },
    { source: 'github', kind: 'watch', count: 1 },
  ]);
  expect(told.sort()).toEqual(['github push', 'github watch', 'idp refused']);
});

test('whoever makes up kinds fills no disk: beyond 200 they are counted together', async () => {
  const counts = new UntakenCounts(pool);
  for (let n = 0; n < 300; n += 10) {
    await counts.keep(
      'github',
      Array.from({ length: 10 }, (_, m) => unknown(`kind ${n + m}`)),
    );
  }
  await counts.keep('other', [unknown('its own')]);
  const kinds = await listUntaken(pool);
  expect(kinds.filter(({ source }) => source === 'github')).toHaveLength(201);
  expect(kinds.find(({ kind }) => kind === 'other kinds')?.count).toBe(100);
  expect(kinds.find(({ source }) => source === 'other')?.kind).toBe('its own');
});

test('a kind that did not come for 90 days goes, one that did stays', async () => {
  const counts = new UntakenCounts(pool);
  await counts.keep('github', [unknown('old'), unknown('recent')]);
  await pool.query(`UPDATE tocsin.intake_untaken SET last_at = now() - interval '91 days' WHERE kind = 'old'`);
  await pruneUntaken(pool, 90);
  expect((await listUntaken(pool)).map(({ kind }) => kind)).toEqual(['recent']);
});

test('`intake unknown` shows them, `intake status` says that there are some', async () => {
  expect(await tocsin('unknown')).toMatchObject({ code: 0, text: expect.stringContaining('could be taken') });
  expect((await tocsin('status')).text).not.toContain('intake unknown');
  const counts = new UntakenCounts(pool);
  await counts.keep('github', [unknown('push')]);
  await counts.keep('idp', [
    { kind: 'refused', problems: [{ field: 'at', problem: 'must be an instant' }], value: {} },
  ]);
  const { text } = await tocsin('unknown');
  expect(text).toMatch(/github\s+push\s+unknown\s+1/);
  expect(text).toMatch(/^ {2}idp: at must be an instant/m);
  expect((await tocsin('status')).text).toMatch(
    /2 events could not be taken, or only in part: `npx tocsin intake unknown` shows them/,
  );
  const told = JSON.parse((await tocsin('unknown', '--json')).text) as { counts: unknown[] };
  expect(told.counts).toContainEqual(expect.objectContaining({ source: 'github', sample: { kind: 'push' } }));
});
