// A page that shows how something stands says when it no longer does, in Chromium: it may hang on a wall.
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Page } from 'playwright-core';
import { startBrowser } from '../setup/browser';
import { Story } from '../unit/cli/helpers';
import { COOKIE, clientOf, cookieOf, pagesOver } from './browser';

const SILENT = /^This page has not been kept up to date since \d{4}-\d\d-\d\d \d\d:\d\d UTC: reload it\.$/;
const MINUTE = 60_000;

let app: FastifyInstance;
let page: Page;
let origin: string;

beforeAll(async () => {
  app = await pagesOver({
    ...clientOf(new Story(), '2026-04-01T01:00:00.000Z'),
    listUpTo: async () => ({ cases: [], cut: false }),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const browser = await startBrowser();
  page = await browser.newPage();
  await page.clock.install();
}, 60_000);
afterAll(() => app.close());

beforeEach(async () => {
  const endsAt = Math.floor(Date.now() / 1000) + 600;
  const value = await cookieOf({ by: 'bea', subject: 'bea', roles: ['owner'] }, endsAt);
  await page.unrouteAll();
  await page.context().addCookies([{ name: COOKIE, value, url: origin }]);
});

const said = () => page.locator('#silent[role=status]').textContent();
async function saysIt(): Promise<void> {
  await page.locator('#silent', { hasText: 'has not been kept up to date' }).waitFor({ timeout: 10_000 });
  expect(await said()).toMatch(SILENT);
}

test.each([
  ['the session has ended', () => page.context().clearCookies()],
  ['the server does not answer', () => page.route(`${origin}/`, (route) => route.abort())],
  ['the server has a fault', () => page.route(`${origin}/`, (route) => route.fulfill({ status: 500, body: '' }))],
])(
  'once %s, until it is as before',
  async (_, happens) => {
    await page.goto(origin);
    await page.clock.fastForward(MINUTE);
    expect(await said()).toBe('');
    await happens();
    await page.clock.fastForward(MINUTE);
    await saysIt();
    await page.unrouteAll();
    const value = await cookieOf({ by: 'bea', subject: 'bea', roles: ['owner'] }, Math.floor(Date.now() / 1000) + 600);
    await page.context().addCookies([{ name: COOKIE, value, url: origin }]);
    await page.clock.fastForward(MINUTE);
    await page.locator('#silent:empty').waitFor({ state: 'attached', timeout: 10_000 });
  },
  60_000,
);

test('at once when its stream is lost and the page cannot be had', async () => {
  await page.route(/\/changes/, async (route) => {
    await page.context().clearCookies();
    await route.fulfill({ status: 401, body: '' });
  });
  await page.goto(origin);
  await saysIt();
}, 60_000);
