// The board: the next deadlines first, whatever is left out is said, and one incident that does not answer holds up nobody.
import type { ListedCase } from '../../client/listed-case';
import { Story } from '../unit/cli/helpers';
import { browse, clientOf, pagesOver } from './browser';

const HOUR = '2026-04-01T01:00:00.000Z';

const listed = (id: string, nextDeadline = HOUR): ListedCase => ({
  ...{ id, title: `Case ${id}`, open: true, startedAt: HOUR, overdue: 0, exercise: false, nextDeadline },
  ...{ severity: 'sev1', status: 'declared', owner: 'ann' },
});

test('an incident that does not answer is named as such, and the board does not wait for it', async () => {
  const client = clientOf(new Story(), HOUR);
  const app = await pagesOver({
    ...client,
    listUpTo: async (kind) => ({ cases: kind === 'incident' ? [listed('INC-1'), listed('INC-2')] : [], cut: false }),
    view: (async (id: string) => (id === 'INC-2' ? new Promise(() => {}) : client.view!(id))) as never,
  });
  const from = Date.now();
  const { status, body } = await browse(app, '/');
  expect(Date.now() - from).toBeLessThan(30_000);
  expect(status).toBe(200);
  expect(body).toContain('INC-2 does not answer: is a worker running?');
  expect(body).not.toContain('INC-1 does not answer');
  expect(body).toContain('Case INC-2');
  await app.close();
});

test('what is not shown is said: how many, and that their deadlines are later', async () => {
  const cases = Array.from({ length: 203 }, (_, n) => listed(`TRG-${n}`));
  const asked = jest.fn(async (kind: string, _: { limit: number }) => ({
    cases: kind === 'triage' ? cases : [],
    cut: false,
  }));
  const app = await pagesOver({ ...clientOf(new Story(), HOUR), listUpTo: asked as never });
  const { body } = await browse(app, '/');
  // All that are open are sorted before any is left out.
  expect(Math.max(...asked.mock.calls.map(([, { limit }]) => limit))).toBe(5_000);
  expect(body).toContain('Case TRG-199');
  expect(body).not.toContain('Case TRG-200');
  expect(body).toContain('Not shown: 3 more triage cases whose next deadlines are later, or that have none.');
  expect(body).toContain('href="/triage-cases/TRG-7"');
  await app.close();
});

test('changes are told to event streams alone', async () => {
  const app = await pagesOver(clientOf(new Story(), HOUR));
  expect((await browse(app, '/changes')).status).toBe(400);
  await app.close();
});

test('a look asks workflows no more than it needs: each question is a task for a worker', async () => {
  const client = clientOf(new Story(), HOUR);
  const asked: string[] = [];
  const counted = Object.fromEntries(
    Object.entries(client).map(([name, answer]) => [
      name,
      (...given: [never]) => {
        asked.push(name);
        return (answer as (...given: [never]) => unknown)(...given);
      },
    ]),
  );
  const app = await pagesOver({
    ...counted,
    listUpTo: async (kind) => {
      asked.push(`list ${kind}`);
      return { cases: kind === 'incident' ? [listed('INC-1')] : [], cut: false };
    },
  });
  expect((await browse(app, '/')).body).toContain('Next:');
  // `find` asks Temporal alone: whether what is shown of the incident has changed.
  expect(asked.sort()).toEqual(['find', 'list incident', 'list patch', 'list report', 'list triage', 'view']);
  asked.length = 0;
  expect((await browse(app, '/incidents/INC-1')).body).toContain('What to do next');
  expect(asked.sort()).toEqual(['find', 'timeline', 'view']);
  await app.close();
});
