/**
 * npm run bench pages [SECONDS]: what people see of the server, on a Temporal with sealed payloads.
 *
 * 20 readers, each looking at a page a second, the board or an incident in turn, while 50 incidents are open; at the same time
 * as many readers of a bare Fastify route. Bar: 95 of 100 pages are there within 150 ms. SECONDS is how long they look, 30
 * without it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { centile, OPEN, type Parts, usedText, type Web, withServer } from './api/set-up';

const READERS = 20;
const BAR_MS = 150;
const EVERY_MS = 1_000;

/** How long each page of a kind took, in milliseconds, and how many did not come. */
interface Looked {
  times: Map<string, number[]>;
  failed: number;
}

/** Has readers look at pages, each at its own time. */
async function read(web: Web, routes: string[], readingMs: number): Promise<Looked> {
  const times = new Map<string, number[]>(routes.map((route) => [kindOf(route), []]));
  let failed = 0;
  const endAt = Date.now() + readingMs;
  const reader = async (_: unknown, number: number) => {
    await sleep((number * EVERY_MS) / READERS);
    for (let n = number; Date.now() < endAt; n++) {
      const route = routes[n % routes.length]!;
      const startedAt = performance.now();
      await web.ask(route).catch(() => failed++);
      const took = performance.now() - startedAt;
      times.get(kindOf(route))!.push(took);
      await sleep(Math.max(0, EVERY_MS - took));
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return { times, failed };
}

const kindOf = (route: string) => (route === '/' ? 'board' : 'incident');

const figures = (list: number[]) =>
  `median ${centile(list, 0.5).toFixed(1)} ms, p95 ${centile(list, 0.95).toFixed(1)} ms (${list.length})`;

export async function main([given]: string[]): Promise<boolean> {
  const seconds = Number(given ?? 30);
  if (!(seconds >= 1)) throw new Error('SECONDS must be 1 or more');
  return withServer('bench-pages', (parts) => measure(parts, seconds * 1000));
}

async function measure({ url, sessionKey, ids, used, child, web }: Parts, readingMs: number) {
  const pages = web(url, { cookie: await login(url, sessionKey), accept: 'text/html' });
  const routes = ['/', ...ids.slice(0, 3).map((id) => `/incidents/${id}`)];
  for (const route of routes) await pages.ask(route).catch(() => undefined); // warm
  const bare = web(await child('bare').ready());
  const before = used();
  const [{ times, failed }, beside] = await Promise.all([read(pages, routes, readingMs), read(bare, ['/'], readingMs)]);
  const all = [...times.values()].flat();
  const after = used();

  const holds = centile(all, 0.95) <= BAR_MS && failed === 0;
  console.log(`a bare route beside it: ${figures([...beside.times.values()].flat())}`);
  for (const [kind, list] of times) console.log(`${kind}: ${figures(list)}`);
  console.log(`processor time a page: ${usedText(before, after, all.length)}`);
  console.log(
    `pages, ${OPEN} incidents open, ${READERS} readers: ${figures(all)}, ${failed} failed, bar p95 ≤ ${BAR_MS} ms: ${holds ? 'holds' : 'DOES NOT HOLD'}`,
  );
  return holds;
}

/** The cookie of a session of the pages. */
async function login(url: string, key: string): Promise<string> {
  const answer = await fetch(`${url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url },
    body: new URLSearchParams({ key, to: '/' }),
  });
  const [cookie] = answer.headers.getSetCookie();
  if (answer.status !== 303 || !cookie) throw new Error(`the login answered ${answer.status}`);
  return cookie.split(';')[0]!;
}
