// Every page in every state in Chromium: nothing that axe-core finds, and nothing to scroll sideways, on a telephone and at a
// desk, in light and dark. `npm run look` takes a picture of each.
import type { Page } from 'playwright-core';
import { messagesOf } from '../../server/api/kinds';
import { Looker, startBrowser } from '../setup/browser';
import { COOKIE, cookieOf } from './browser';
import { type PlayedServer, startPlayedServer } from './look/played-server';
import { PEOPLE, REPORT, type Told } from './look/stories';

let server: PlayedServer;
let looker: Looker;
let page: Page;

beforeAll(async () => {
  server = await startPlayedServer();
  const browser = await startBrowser();
  const context = await browser.newContext();
  const actor = { by: 'bea@acme.dev', subject: 'bea', roles: ['owner' as const, 'counsel' as const] };
  const value = await cookieOf(actor, Math.floor(Date.now() / 1000) + 3_600);
  await context.addCookies([{ name: COOKIE, value, url: server.url }]);
  looker = await Looker.of(browser, context);
  page = looker.page;
}, 120_000);
afterAll(() => server?.app.close());

const at = (path: string) => `${server.url}${path}`;
const incident = (told: Told, rest = '') => at(`/incidents/${server.stories[told].id}${rest}`);
const notice = (told: Told, obligation: string) => incident(told, `/notices/${encodeURIComponent(obligation)}`);
const look = async (url: string, name: string) => expect(await looker.look(url, name)).toEqual([]);
const lookHere = async (name: string) => expect(await looker.lookHere(name)).toEqual([]);
/** All that is folded away on the page, opened. */
const unfold = () =>
  page.evaluate("document.querySelectorAll('details').forEach((each) => each.setAttribute('open', ''))");

describe('the board', () => {
  const listing = (...told: Told[]) => {
    server.listed.only = told.map((each) => server.stories[each].id);
  };
  afterEach(() => {
    server.listed.only = undefined;
  });

  test('with nothing open', async () => {
    listing();
    await look(at('/'), 'board-empty');
  });
  test('with one quiet incident', async () => {
    listing('quiet');
    await look(at('/'), 'board-quiet');
  });
  test('on a bad night', () => look(at('/'), 'board-busy'));
});

describe('an incident', () => {
  test.each<Told>(['fresh', 'middle', 'overdue', 'resolved', 'closed', 'exercise', 'stopped'])('%s', (told) =>
    look(incident(told), `incident-${told}`),
  );

  test('with all that is folded away', async () => {
    await page.goto(incident('middle'));
    await unfold();
    await lookHere('incident-middle-unfolded');
  });
});

describe('a form', () => {
  test('to declare', () => look(at('/incidents/new'), 'declare'));

  test('that was refused for what was typed', async () => {
    await page.goto(at('/incidents/new'));
    await page.getByLabel('Title').fill('Deploy key leaked');
    await page.locator('main form button').last().click();
    await lookHere('declare-refused');
  });

  test('of which nobody knows whether it was taken', async () => {
    server.sent.answer = 'unknown';
    await page.goto(incident('middle', '/status?status=contained'));
    await page.locator('main form button').last().click();
    server.sent.answer = 'refused';
    await lookHere('unknown-outcome');
  });

  test('to assess', async () => {
    await look(incident('fresh', '/assess?personalData=yes'), 'assess-fresh');
    await page.goto(incident('middle', '/assess'));
    await unfold();
    await lookHere('assess-middle-unfolded');
  });

  test('to close, with what is in the way, and refused', async () => {
    await look(incident('resolved', '/close'), 'close');
    await page.locator('main form button').last().click();
    await lookHere('close-refused');
  });

  test.each(['review', 'filed', 'correct', 'contain', 'hold', 'not-owed', 'told', 'leave-untold', 'waive'])(
    '%s',
    (name) => look(incident('resolved', `/${name}`), `form-${name}`),
  );

  // Each is made of the same parts; the pictures above are looked at, and here none has a fault.
  test('each other message has one without a fault', async () => {
    const found: string[] = [];
    for (const name of messagesOf('incident').filter((each) => each !== 'approve' && each !== 'edit-draft'))
      found.push(...(await looker.look(incident('middle', `/${name}`), `each-${name}`)));
    expect(found).toEqual([]);
  }, 300_000);
});

describe('a notice', () => {
  test.each<Told>(['notice', 'approved', 'partly', 'told'])('%s', (told) =>
    look(notice(told, PEOPLE), `notice-${told}`),
  );
  test('that is edited', () => look(incident('notice', `/edit-draft?obligation=${PEOPLE}&language=en`), 'notice-edit'));
  test('that a person files', () => look(notice('middle', REPORT), 'notice-filing'));
});

describe('another case', () => {
  test('a detection in triage', async () => {
    await look(at(`/triage-cases/${server.cases.triage}`), 'triage');
    await look(at(`/triage-cases/${server.cases.triage}/dismiss`), 'triage-dismiss');
  });
  test('a vulnerability report', () => look(at(`/vulnerability-reports/${server.cases.report}`), 'report'));
  test('a patch task', () => look(at(`/patch-tasks/${server.cases.patch}`), 'patch'));
});

describe('the register', () => {
  test('as a whole, and of a case', async () => {
    await look(at('/register'), 'register');
    await look(at(`/register/case?id=${server.stories.middle.id}`), 'register-case');
  });
});

describe('what is not there, or not for everybody', () => {
  test('no such page, and no such case', async () => {
    await look(at('/nowhere'), 'error-404');
    await look(at('/incidents/INC-20260401-0000'), 'error-404-case');
  });

  test('a mailed link, and one that is over', async () => {
    const { id } = server.stories.middle;
    const link = {
      id,
      act: 'acknowledge-alarms' as const,
      to: 'ann@acme.dev',
      alarms: [5],
      endsAtMs: Date.now() + 3_600_000,
    };
    await look(at(`/link?t=${server.links.tokenOf(link)}`), 'mailed-link');
    await look(at('/link?t=nothing'), 'mailed-link-broken');
  });

  test('whoever lacks the role, and whoever is not logged in', async () => {
    const browser = page.context().browser()!;
    const context = await browser.newContext();
    const auditor = { by: 'cid@acme.dev', subject: 'cid', roles: ['auditor' as const] };
    const value = await cookieOf(auditor, Math.floor(Date.now() / 1000) + 3_600);
    await context.addCookies([{ name: COOKIE, value, url: server.url }]);
    const other = await Looker.of(browser, context);
    expect(await other.look(at('/incidents/new'), 'error-403')).toEqual([]);
    expect(await other.look(incident('middle'), 'incident-auditor')).toEqual([]);
    const nobody = await Looker.of(browser, await browser.newContext());
    expect(await nobody.look(at('/'), 'login')).toEqual([]);
    expect(await nobody.look(at('/logged-out'), 'logged-out')).toEqual([]);
  });
});
