// The register and the workflow tell one story, and where they do not, the first places are named.
import fc from 'fast-check';
import type pg from 'pg';
import type { IncidentView } from '../../domain/incident/contract';
import { loadRetention } from '../../policy/load-retention';
import { createPool } from '../../postgres/pool';
import { eraseIncident } from '../../register/erase/erase-incident';
import { differences } from '../../register/state-difference';
import { createTestDatabase, type TestDatabase } from '../setup/helpers';
import { tocsin } from '../unit/cli/helpers';
import { append, disclosures, SECRET, secretive } from './closed-incident';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(() => pool?.end());

describe('comparing two states', () => {
  test('names each place once, by its pointer, with both sides', () => {
    const register = { a: 1, 'b/~': { c: [1, 2] }, only: { here: true }, same: null };
    const workflow = { a: '1', 'b/~': { c: [1, 3, 4] }, same: null, there: 0 };
    expect(differences(register, workflow)).toEqual([
      { path: '/a', register: 1, workflow: '1' },
      { path: '/b~1~0/c/1', register: 2, workflow: 3 },
      { path: '/b~1~0/c/2', workflow: 4 },
      { path: '/only', register: { here: true } },
      { path: '/there', workflow: 0 },
    ]);
  });

  test('an absent field and an undefined one are the same; an empty list and an empty object are not', () => {
    expect(differences({ a: undefined }, {})).toEqual([]);
    expect(differences({ a: [] }, { a: {} })).toEqual([{ path: '/a', register: [], workflow: {} }]);
    expect(differences({ a: null }, {})).toEqual([{ path: '/a', register: null }]);
  });

  test('a name of the prototype is a name like any other', () => {
    const odd = JSON.parse('{"constructor":1,"__proto__":{"a":1}}');
    expect(differences(odd, odd)).toEqual([]);
    expect(differences(odd, {}).map(({ path }) => path)).toEqual(['/__proto__', '/constructor']);
  });

  test('what was erased is equal to any text, and only where it was', () => {
    expect(differences({ a: '[erased]' }, { a: 'x' }, true)).toEqual([]);
    expect(differences({ a: '[erased]' }, { a: 'x' })).toHaveLength(1);
    expect(differences({ a: 'held by [erased]: [erased]' }, { a: 'held by x: y' }, true)).toEqual([]);
    expect(differences({ a: ['[erased]'] }, { a: ['x', 'y'] }, true)).toEqual([]);
    expect(differences({ a: 'y' }, { a: '[erased]' }, true)).toHaveLength(1);
  });

  test('any value is equal to itself; a value changed at any place is found there', () => {
    const leaves = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaves,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.nat(), (json, n) => {
        const same = JSON.parse(JSON.stringify(json));
        expect(differences(json, same)).toEqual([]);
        const places: Array<{ path: string; set(to: unknown): void }> = [];
        const walk = (path: string, at: unknown) => {
          if (at === null || typeof at !== 'object') return;
          for (const name of Object.keys(at)) {
            const below = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
            places.push({ path: below, set: (to) => Object.defineProperty(at, name, { value: to, enumerable: true }) });
            walk(below, (at as Record<string, unknown>)[name]);
          }
        };
        walk('', same);
        if (places.length === 0) return;
        const { path, set } = places[n % places.length]!;
        set({ changed: 'to something that no value holds' });
        const found = differences(json, same);
        expect(found.length).toBeGreaterThan(0);
        for (const each of found) expect(`${each.path}/`.startsWith(`${path}/`)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('tocsin register diff-state', () => {
  const view = (state: object, registerBacklog = 0) =>
    ({ state, registerBacklog, inFlight: [], clock: {} }) as unknown as IncidentView;
  const diff = (id: string, answers: IncidentView[], ...argv: string[]) => {
    let n = 0;
    const client = { view: async () => answers[Math.min(n++, answers.length - 1)] };
    return tocsin(['register', 'diff-state', id, ...argv], client, { DATABASE_URL: database.url });
  };

  test('agrees with exit code 0, whatever the order in which the state was put together', async () => {
    const story = secretive('agrees');
    await append(pool, story.events);
    const { exitCode, out } = await diff('agrees', [view(story.state)]);
    expect([exitCode, out]).toEqual([0, `✓ agrees: the register and the workflow agree, ${story.state.seq} events\n`]);
  });

  test('a text that reads as if it had been erased is a text like any other', async () => {
    const story = secretive('hostile', 'open');
    story.send('measure', { by: '[erased]', text: '[withheld]' });
    await append(pool, story.events);
    expect(await diff('hostile', [view(story.state)])).toMatchObject({ exitCode: 0 });
  });

  test('a workflow that holds something else is found, with exit code 1 and the path', async () => {
    const story = secretive('differs');
    await append(pool, story.events);
    const other = structuredClone(story.state);
    other.obligations['gdpr-art34-individuals']!.lateByMs = 7;
    other.measures[0]!.text = '\u001b[2Jcleared';
    const { exitCode, out, err } = await diff('differs', [view(other)]);
    expect(exitCode).toBe(1);
    expect(out).toContain('2 differences');
    expect(out).toContain('/obligations/gdpr-art34-individuals/lateByMs');
    expect(out).toContain('workflow 7');
    expect(out).not.toContain('\u001b');
    expect(err).toContain('the register and the workflow differ');
    const json = JSON.parse((await diff('differs', [view(other)], '--json')).out);
    expect(json.differences[0]).toMatchObject({ path: '/measures/0/text' });
  });

  test('events that are not written yet are waited for; when they stay, it says how many', async () => {
    const story = secretive('backlog');
    await append(pool, story.events.slice(0, -2));
    const stuck = await diff('backlog', [view(story.state, 2)]);
    expect([stuck.exitCode, stuck.err]).toEqual([1, expect.stringContaining('still has 2 events to write')]);
    await append(pool, story.events);
    const caughtUp = await diff('backlog', [view(story.state, 2), view(story.state, 2), view(story.state, 0)]);
    expect(caughtUp.exitCode).toBe(0);
  }, 20_000);

  test('after an erasure the texts are not compared, everything else is', async () => {
    const story = secretive('gone');
    await append(pool, story.events);
    const erasure = { incidentId: 'gone', by: 'dpo', reason: 'over', workflowClosed: false };
    await eraseIncident(pool, erasure, { table: loadRetention(), disclosures }, new Date('2031-06-01T00:00:00Z'));
    const { exitCode, out } = await diff('gone', [view(story.state)]);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringContaining('were not compared') });
    expect(out).not.toContain(SECRET);
    const other = structuredClone(story.state);
    other.anchors.aware = '2020-01-01T00:00:00.000Z';
    expect((await diff('gone', [view(other)])).out).toContain('/anchors/aware');
  });

  test('an incident that the register does not hold is refused', async () => {
    const { exitCode, err } = await diff('nowhere', [view(secretive('nowhere').state)]);
    expect([exitCode, err]).toEqual([1, expect.stringContaining('the register has no incident "nowhere"')]);
  });
});
