// An incident from its declaration to its close in Chromium, by two people who log in with a real issuer: first without any
// script, whole; then with scripts.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { draftNotice } from '../../activities/notices/draft-notice';
import { thawNotice } from '../../activities/notices/frozen-notice';
import { listOf } from '../../activities/notices/own-renderings';
import { createFolderArtefacts } from '../../activities/storage/folder-artefacts';
import { createFolderSite } from '../../activities/storage/site';
import { TocsinClient } from '../../client/tocsin-client';
import { openTriage } from '../../detection/intake/inbox/open-triage';
import { judge } from '../../domain/detection/judgement';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { Looker, startBrowser } from '../setup/browser';
import { temporaryDir } from '../setup/helpers';
import { type SealedServer, startSealedServer } from '../setup/sealed-server';
import { TestIncident } from '../setup/workflow-harness';
import { detection, RULES } from '../unit/domain/helpers/detections';

const DUTY = 'gdpr-art34-individuals';
const REPORT = 'gdpr-art33-authority:ie-dpc';
const SENTENCE = 'We are sorry for this, and what we do about it stands below.';
/** What Postgres would hold of the log; `test/server/register-page.test.ts` reads a real one. */
const SIGNED = {
  ...{ origin: 'acme.dev/tocsin', verifierKey: `acme.dev/tocsin+1a2b3c4d+${'A'.repeat(44)}`, size: 57 },
  ...{ root: 'A'.repeat(44), note: `acme.dev/tocsin\n57\n${'A'.repeat(44)}\n\n— acme.dev/tocsin ${'B'.repeat(90)}\n` },
};
const RECEIPT = Buffer.from('The receipt of the authority\n');

let server: SealedServer;
let browser: Browser;
let receipt: string;

beforeAll(async () => {
  const dir = temporaryDir('browser');
  receipt = path.join(dir, 'receipt.txt');
  writeFileSync(receipt, RECEIPT);
  const organisationFile = path.join(dir, 'organisation.yaml');
  writeFileSync(organisationFile, 'mainEstablishment: IE\ntwoPersons: [notices-to-individuals]\n');
  const source = { packs: DEFAULT_PACKS, organisationFile };
  const policy = loadPolicy(source);
  const artefacts = createFolderArtefacts(path.join(dir, 'artefacts'));
  const directory = {
    read: () => ({
      of: 'people' as const,
      pages: (async function* () {
        yield ['p-1', 'p-2', 'p-3'].map((ref) => ({ ref, address: `${ref}@person.example`, language: 'en' }));
      })(),
      unknown: () => [],
    }),
  };
  const drafting = {
    ...{ artefacts, directory, organisation: async () => policy.pack.organisation.name },
    site: createFolderSite(path.join(dir, 'site'), 'https://staff.acme.dev'),
    log: { info() {}, warn() {}, error() {} },
  };
  server = await startSealedServer({
    instead: () => ({ snapshotPolicy: async () => policy, draftNotice: (input) => draftNotice(drafting, input) }),
    pages: {
      policy: source,
      texts: {
        text: (sha256) => thawNotice(artefacts, sha256),
        own: (sha256) => listOf(artefacts, sha256),
        file: async (sha256) => (await artefacts.get(sha256)).toString('utf8'),
      },
      register: {
        log: async () => ({ entries: 57, signed: SIGNED }),
        async entriesOf(id, from, most) {
          const events = server.world.register(id);
          const entries = events
            .slice(from - 1, from - 1 + most)
            .map(({ seq, at, kind, by }) => ({ seq, at, kind, by, position: seq, hash: 'f'.repeat(64) }));
          return { entries, count: events.length };
        },
      },
    },
  });
  browser = await startBrowser();
}, 180_000);

/** Somebody logs in with the issuer: `ann-owner` is ann@acme.dev, an owner. */
async function logIn(account: string, javaScriptEnabled: boolean): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 390, height: 844 } });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await page.goto(server.url);
  await page.locator('input[name=login]').fill(account);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.locator('button[type=submit]').click();
  await page.getByRole('heading', { name: 'Board' }).waitFor();
  return { page, context };
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();
const follow = (page: Page, name: string | RegExp) => page.getByRole('link', { name }).first().click();

async function declare(page: Page, title: string): Promise<TestIncident> {
  await follow(page, 'Declare');
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Sev2').check();
  await page.getByLabel('Confidentiality').check();
  await page.locator('#field-serviceAffecting').getByLabel('No').check();
  await press(page, 'Declare an incident');
  // The first workflow of a worker may take its time.
  await heading(page, new RegExp(`${title}|is declared`));
  if (await page.getByText('Its page opens in a moment').isVisible()) await follow(page, /^Open INC-/);
  await heading(page, title);
  const id = new URL(page.url()).pathname.split('/').at(-1)!;
  return new TestIncident(id, server.client.workflow.getHandle(id), server.world);
}

/** A set of data that the company controls, at high risk, of two people in Ireland; the directory knows of one more, in Canada. */
async function assess(page: Page, look: (name: string) => Promise<void>, isWhole: boolean): Promise<void> {
  await follow(page, 'Assess: yes');
  await page.getByLabel('What it is').fill('Account data');
  await page.getByLabel('Controller', { exact: true }).check();
  await press(page, 'See what this changes');
  await page.getByText('What this changes, once it is sent').waitFor();
  await page.getByLabel(/Account data: where do the people live/).fill('IE 2');
  await page.locator('fieldset', { hasText: 'how likely is a risk' }).getByLabel('High').check();
  await press(page, 'See what this changes');
  await page.getByLabel(/which kinds of data/).fill('names\nemail addresses');
  await page.getByLabel(/how many people/).fill('=2');
  await page.getByLabel(/how many records/).fill('2');
  await page.getByLabel('How did it occur?').fill('A deploy key stood in a public build log.');
  await page.getByLabel(/What may the consequences be/).fill('Names may be used for phishing.');
  await look('assess');
  await press(page, 'Send this assessment');
  await page.getByText('Assess: recorded').waitFor();
  // What is known stands there, and the notice that is owed since asks for more.
  await page.goto(`${page.url()}/assess`);
  await page.getByText('2 individuals, in IE, a high risk is likely').waitFor();
  await page.getByLabel(/What can the people affected do themselves/).fill('Choose a new password.');
  if (isWhole) {
    await page.getByLabel(/What happened, in plain words/).fill('Somebody used a key of ours that had become public.');
    // What nobody is asked for is stated in the facts as a whole.
    await page.getByText('All facts, as JSON').click();
    const all = page.getByLabel('All facts', { exact: true });
    const facts = JSON.parse(await all.inputValue()) as { dataSets: object[] };
    await all.fill(JSON.stringify({ ...facts, dataSets: [{ ...facts.dataSets[0], subjects: ['customers'] }] }));
  }
  await press(page, 'Send this assessment');
  await page.getByText('Assess: recorded').waitFor();
}

/** Ann edits the text that lies there and approves it; nothing is sent before Bea has approved the very same. */
async function tell(
  ann: Page,
  bea: Page,
  incident: TestIncident,
  look: (name: string) => Promise<void>,
): Promise<void> {
  const at = `${server.url}/incidents/${incident.id}/notices/${DUTY}`;
  await incident.quiet();
  await ann.goto(at);
  await follow(ann, 'Edit the text in English');
  const body = ann.getByLabel('Text', { exact: true });
  await body.fill(`${await body.inputValue()}\n\n${SENTENCE}`);
  await look('edit');
  await press(ann, 'Keep this text');
  await ann.getByText('Edit draft: recorded').waitFor();
  // The letter itself, and the difference to the version before it.
  expect(await ann.locator('.letter').first().textContent()).toContain(SENTENCE);
  expect(await ann.locator('.diff ins').allTextContents()).toEqual(
    expect.arrayContaining([expect.stringContaining(SENTENCE)]),
  );
  await look('notice');
  const why = 'People must know at once; the rest follows.';
  const isIncomplete = (await ann.getByLabel(/Why it goes out incomplete/).count()) > 0;
  if (isIncomplete) await ann.getByLabel(/Why it goes out incomplete/).fill(why);
  await press(ann, 'Approve, 1 of 2');
  await ann.getByText('Approved by ann@acme.dev, 1 of 2').waitFor();
  expect(await ann.getByRole('button', { name: /Approve/ }).count()).toBe(0);
  expect(server.world.mails.filter(({ incidentId }) => incidentId === incident.id)).toEqual([]);

  await bea.goto(at);
  await bea.getByText('It is sent when you approve it.').waitFor();
  expect(await bea.locator('.letter').first().textContent()).toContain(SENTENCE);
  if (isIncomplete) expect(await bea.getByLabel(/Why it goes out incomplete/).inputValue()).toBe(why);
  await press(bea, 'Approve and send');
  await incident.quiet();
  await bea.reload();
  await bea.getByText('Everybody it goes to was told').waitFor();
  await bea.getByText('Told: 3 of 3.').waitFor();
}

/** What was approved is what was edited, byte for byte, by both. */
function expectApproved(incident: TestIncident): void {
  const [first] = incident.entries('first-of-two');
  const [second] = incident.entries('notice-approved').filter(({ data }) => data.obligation === DUTY);
  const drafts = incident.entries('notice-drafted').filter(({ data }) => data.obligation === DUTY);
  expect([first!.by, second!.by]).toEqual(['ann@acme.dev', 'bea@acme.dev']);
  expect([first!.data.what, second!.data.draft]).toEqual(Array(2).fill(drafts.at(-1)!.data.fingerprint));
  expect(drafts.at(-1)!.data.renderings.find(({ language }) => language === 'en')!.edited).toBeDefined();
}

/** What the pages said when something failed. */
async function orSaid(pages: Page[], work: () => Promise<void>): Promise<void> {
  await work().catch(async (error: Error) => {
    const said = await Promise.all(
      pages.map(async (page) => `${page.url()}\n${await page.locator('main').textContent()}`),
    );
    throw new Error(`${error.message}\n${said.join('\n\n')}`, { cause: error });
  });
}

/** Contained, with a measure: so the notice and the report can say what was done. */
async function contain(ann: Page, incident: TestIncident): Promise<void> {
  const at = `${server.url}/incidents/${incident.id}`;
  await ann.goto(at);
  await follow(ann, 'Status: contained');
  await press(ann, 'Status');
  await ann.getByText('Status: recorded').waitFor();
  await ann.goto(`${at}/measure`);
  await ann.getByLabel('What was done').fill('The key was revoked.');
  await press(ann, 'Measure');
  await ann.getByText('Measure: recorded').waitFor();
  await ann.goto(at);
}

/** The rest: filed with a receipt, what is not owed confirmed, reviewed, closed with what stood in the way. */
async function finish(
  ann: Page,
  bea: Page,
  incident: TestIncident,
  look: (name: string) => Promise<void>,
): Promise<void> {
  const at = `${server.url}/incidents/${incident.id}`;
  await ann.goto(`${at}/close`);
  await ann.getByText(/things still stand in the way/).waitFor();
  await look('close-in-the-way');
  await press(ann, 'Close');
  await ann.getByRole('heading', { name: 'Nothing was changed' }).waitFor();

  await bea.goto(`${at}/notices/${encodeURIComponent(REPORT)}`);
  await follow(bea, 'Record the filing');
  // Refused without a reference, and the receipt that was chosen is not lost.
  await bea.locator('input[type=file]').setInputFiles(receipt);
  await bea.getByLabel('When it was submitted').fill('at noon');
  await press(bea, 'Record the filing');
  await bea.getByText('receipt.txt, 29 bytes').waitFor();
  await bea.getByLabel('When it was submitted').fill('');
  await bea.getByLabel('Reference of the authority').fill('DPC-BN-26-004117');
  await press(bea, 'Record the filing');
  await bea.getByText('Filed: recorded').waitFor();
  const sha256 = createHash('sha256').update(RECEIPT).digest('hex');
  await incident.quiet();
  const [filed] = incident.entries('obligation-fulfilled').filter(({ data }) => data.obligation === REPORT);
  expect([filed!.by, filed!.data.evidence.attachments]).toEqual(['bea@acme.dev', [{ sha256, bytes: RECEIPT.length }]]);
  expect(JSON.stringify(filed!.data)).toContain('receipt.txt');

  // One reason covers what rests on the same facts.
  for (const [duty, reason] of [
    [
      'gdpr-art33-2-controllers',
      'We read the logs of every system that the key opened: none of them holds what customers store with us.',
    ],
    [
      'pipeda-opc-report',
      'The export of the accounts lists the country of each person: both live in Ireland, and nobody elsewhere.',
    ],
  ] as const) {
    await bea.goto(`${at}/not-owed?obligation=${duty}`);
    await bea.getByLabel('All proposals alike').selectOption('yes');
    await bea.getByLabel('Reason').fill(reason);
    await press(bea, 'Not owed');
    await bea.getByText('Not owed: recorded').waitFor();
  }
  await ann.goto(at);
  await follow(ann, 'Status: resolved');
  await press(ann, 'Status');
  await ann.getByText('Status: recorded').waitFor();
  await ann.goto(`${at}/review`);
  await ann.getByLabel('Root cause').fill('A key stood in a build log.');
  await ann.getByLabel('What will keep it from happening again').fill('Keys live for an hour\nLogs are masked');
  await ann.locator('#field-shareSummary').getByLabel('No').check();
  await look('review');
  await press(ann, 'Review');
  await ann.getByText('Review: recorded').waitFor();
  await incident.quiet();
  await ann.goto(`${at}/close`);
  await ann.getByText('Nothing stands in the way.').waitFor();
  await press(ann, 'Close');
  await ann.locator('.left', { hasText: 'Closed' }).waitFor();
  await look('incident-closed');
}

test('from the declaration to the close without any script, by two people', async () => {
  const [ann, bea] = [await logIn('ann-owner', false), await logIn('bea-counsel', false)];
  const looker = await Looker.of(browser, ann.context);
  const found: string[] = [];
  const look = async (name: string) => void found.push(...(await looker.look(ann.page.url(), name)));
  await orSaid([ann.page, bea.page], async () => {
    await look('board-empty');
    const incident = await declare(ann.page, 'Leaked deploy key');
    await look('incident-new');
    found.push(...(await looker.look(`${server.url}/incidents/new`, 'declare')));
    found.push(...(await looker.look(`${server.url}/incidents/${incident.id}/assess?personalData=yes`, 'assess-yes')));
    await contain(ann.page, incident);
    await assess(ann.page, look, true);
    await look('incident-assessed');
    await tell(ann.page, bea.page, incident, look);
    expectApproved(incident);
    await look('notice-told');
    await finish(ann.page, bea.page, incident, look);
  });
  expect(found).toEqual([]);
}, 300_000);

test('the register, and a detection that is dismissed, in a browser', async () => {
  const { page, context } = await logIn('ann-owner', false);
  const looker = await Looker.of(browser, context);
  const found: string[] = [];
  const look = async (name: string) => void found.push(...(await looker.look(page.url(), name)));
  await orSaid([page], async () => {
    const given = detection({ at: new Date().toISOString() });
    const judgement = judge(given, RULES.rules);
    if (judgement.action === 'ignore') throw new Error('the rules ignore the detection of this test');
    const { caseId } = await openTriage(new TocsinClient(server.client), given, judgement, RULES);
    await page.goto(`${server.url}/triage-cases/${caseId}`);
    await look('triage');
    await follow(page, 'Dismiss');
    await page.getByLabel('Reason').fill('A load test of ours.');
    await press(page, 'Dismiss');
    await page.getByText('Dismiss: recorded').waitFor();
    await look('triage-dismissed');
    await follow(page, 'Register');
    await look('register');
    await page.getByLabel('Case').fill(caseId);
    await press(page, 'Show its entries');
    await page.getByRole('cell', { name: 'Triage dismissed' }).waitFor();
    await look('register-case');
    expect(found).toEqual([]);
  });
}, 120_000);

test('with scripts an open page hears of what others do, and the same holds', async () => {
  const [ann, bea] = [await logIn('ann-owner', true), await logIn('bea-counsel', true)];
  await orSaid([ann.page, bea.page], async () => {
    const board = await bea.context.newPage();
    await board.goto(server.url);
    const incident = await declare(ann.page, 'Stolen laptop');
    await board.bringToFront();
    // Nobody reloads the board.
    await board.getByRole('heading', { name: 'Stolen laptop' }).waitFor();
    await assess(ann.page, async () => {}, false);
    await ann.page.getByRole('link', { name: 'Read the notice' }).first().waitFor();
    const watching = await ann.context.newPage();
    await watching.goto(`${server.url}/incidents/${incident.id}`);
    await watching.getByText('Everything you can do').click();
    await watching.locator('summary', { hasText: 'Settled' }).click();
    await tell(ann.page, bea.page, incident, async () => {});
    expectApproved(incident);
    await watching.bringToFront();
    await watching
      .locator('tr', { has: watching.locator(`a[href$='/notices/${DUTY}']`) })
      .getByText('fulfilled')
      .waitFor();
    // What was opened stays open.
    expect(await watching.locator('details[open]', { hasText: 'Everything you can do' }).count()).toBe(1);
  });
}, 200_000);
