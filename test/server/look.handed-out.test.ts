// What is handed out or shown beside the board, in Chromium: status page, dossier, preview, report form, mailbox, recorder, site,
// and the register as HTML. As in look.pages: no fault by axe-core, and nothing to scroll sideways.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { draftNotice } from '../../activities/notices/draft-notice';
import { thawNotice } from '../../activities/notices/frozen-notice';
import { statusPageHtml } from '../../activities/status-page/status-html';
import type { StatusUpdate } from '../../activities/status-page/status-page-port';
import { confirmPage, formPage, receiptPage, refusalPage, unknownLinkPage } from '../../detection/reports/pages';
import { loadDisclosures } from '../../policy/load-disclosure';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { documentOf, FORMS } from '../../register/forms';
import { startCloudflareRecorder } from '../../stack/cloudflare-recorder';
import { startMailbox } from '../../stack/mailbox';
import { startSite } from '../../stack/site';
import { logOf, shownTo } from '../register/readers';
import { Looker, startBrowser } from '../setup/browser';
import { afterFile, temporaryDir } from '../setup/helpers';
import { drafting, PEOPLE, type Played, REPORT, stories, type Told } from './look/stories';

let looker: Looker;
let dir: string;
let told: Record<Told, Played>;

beforeAll(async () => {
  dir = temporaryDir('handed-out');
  const organisationFile = path.join(dir, 'organisation.yaml');
  writeFileSync(organisationFile, 'name: Acme Ltd\nmainEstablishment: IE\n');
  told = stories({ packs: DEFAULT_PACKS, organisationFile });
  const browser = await startBrowser();
  looker = await Looker.of(browser, await browser.newContext());
}, 120_000);

const look = async (url: string, name: string) => expect(await looker.look(url, name)).toEqual([]);
const lookAtHtml = async (html: string, name: string) => {
  const file = path.join(dir, `${name}.html`);
  writeFileSync(file, html);
  await look(pathToFileURL(file).href, name);
};

test('the status page', async () => {
  const update = (over: Partial<StatusUpdate>): StatusUpdate => ({
    ...{ incidentId: 'INC-1', obligation: 'status-page-update', round: 1, at: '2026-04-01T04:00:00.000Z' },
    ...{ status: 'investigating', subject: 'Errors when signing in', detectedAt: '2026-04-01T02:00:00.000Z' },
    ...{ text: 'Some customers cannot sign in. We are looking into it.\n\nThe next update follows by 06:00 UTC.' },
    ...{ exercise: false },
    ...over,
  });
  const later = update({ at: '2026-04-01T05:30:00.000Z', status: 'identified', round: 2, text: 'The cause is found.' });
  const past = update({ incidentId: 'INC-2', status: 'resolved', subject: 'Slow exports', text: 'Exports are back.' });
  const shown = [
    { id: 'INC-1', updates: [later, update({})], latest: later },
    { id: 'INC-2', updates: [past, { ...past, status: 'monitoring' as const }], latest: past },
  ];
  await lookAtHtml(statusPageHtml('Acme Ltd', shown), 'status');
  await lookAtHtml(statusPageHtml('Acme Ltd', []), 'status-empty');
  const exercise = { ...later, exercise: true };
  await lookAtHtml(
    statusPageHtml('Acme Ltd', [{ id: 'INC-3', updates: [exercise], latest: exercise }]),
    'status-exercise',
  );
});

test('a dossier and the preview of a notice, on the site of the local stack', async () => {
  const site = await startSite({ dir });
  afterFile(() => site.stop());
  const deps = drafting(dir, site.url);
  const { drafts } = told.notice;
  for (const [name, obligation] of [
    ['dossier', REPORT],
    ['preview', PEOPLE],
  ] as const) {
    const input = [...drafts.values()].findLast((each) => each.obligation === obligation)!;
    const { url, renderings } = await draftNotice(deps, input);
    await look(url!, name);
    if (name === 'preview') {
      const mail = await thawNotice(deps.artefacts, renderings[0]!.sha256);
      // A mail is read within a page of the mail program, which has the landmarks and the heading.
      const file = path.join(dir, 'mail.html');
      writeFileSync(file, mail.html);
      const found = await looker.look(pathToFileURL(file).href, 'mail');
      expect(found.filter((each) => !/: (landmark-one-main|page-has-heading-one|region): /.test(each))).toEqual([]);
    }
  }
  await look(site.url, 'site');
  await look(`${site.url}/dossiers/`, 'site-dossiers');
  await look(`${site.url}/nowhere`, 'site-404');
});

test('the form for vulnerability reports, with its answers', async () => {
  const context = { organisation: 'Acme Ltd', contact: 'security@acme.dev', businessDays: 2 };
  const receipt = { id: 'VR-20260401-9f3a5c1e', acknowledgeBy: '2026-04-03T02:00:00.000Z' };
  await lookAtHtml(formPage(context), 'report-form');
  const problems = ['text: is needed', 'email: is no email address'];
  await lookAtHtml(formPage(context, problems, { email: 'ada at example' }), 'report-form-refused');
  await lookAtHtml(receiptPage(context, { ...receipt, address: 'asked' }), 'report-receipt');
  await lookAtHtml(confirmPage(context, receipt.id), 'report-confirm');
  await lookAtHtml(unknownLinkPage(context), 'report-unknown-link');
  await lookAtHtml(
    refusalPage(context, 'Your report could not be taken', 'The database does not answer.', 'I found a flaw.'),
    'report-refusal',
  );
});

test('the mailbox and the recorder', async () => {
  const mailbox = await startMailbox({ dir: path.join(dir, 'mailbox'), apiKey: 're_test' });
  afterFile(() => mailbox.stop());
  await look(mailbox.url, 'mailbox-empty');
  const mail = {
    ...{
      from: 'Tocsin <security@example.com>',
      to: 'oncall@example.com',
      text: 'Do this:\n\nhttps://tocsin.acme.dev/',
    },
    subject:
      '[INC-20260401-9f3a sev1] 90 % of the clock: gdpr-art33-authority:ie-dpc: file the report before 02:00 UTC',
    tags: [{ name: 'incident', value: 'INC-20260401-9f3a' }],
  };
  for (const more of [
    {},
    { to: 'owner@customer.example', subject: 'A security incident', html: '<p>What happened</p>' },
  ])
    await fetch(`${mailbox.url}/emails`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer re_test',
        'idempotency-key': JSON.stringify(more).slice(0, 40),
      },
      body: JSON.stringify({ ...mail, ...more }),
    });
  await look(mailbox.url, 'mailbox');
  await look(`${mailbox.url}/messages/${mailbox.messages()[0]!.id}`, 'mailbox-message');
  const recorder = await startCloudflareRecorder({ dir: path.join(dir, 'recorder'), tokens: { t: 'token' } });
  afterFile(() => recorder.stop());
  await look(recorder.url, 'recorder');
});

test('the register as HTML, for an authority', async () => {
  const { pack } = loadPolicy(DEFAULT_PACKS);
  const disclosures = loadDisclosures();
  const document = documentOf({
    ...{ audience: 'authority', madeAt: '2026-05-01T08:00:00.000Z', scope: `incident ${told.closed.id}`, pack },
    organisation: { name: 'Acme Ltd', contactPoint: 'privacy@acme.dev' },
    entries: shownTo('authority', logOf(told.closed.events, disclosures), disclosures),
    erasures: new Map(),
    log: {
      ...{ origin: 'acme.dev/tocsin', verifierKey: 'acme.dev/tocsin+0a1b2c3d+AbCd' },
      ...{ checkpoint: 'acme.dev/tocsin\n281\nAAAA\n', verifyWith: ['node verify-register.cjs inc.jsonl --key KEY'] },
    },
  });
  await lookAtHtml(String(await FORMS.html(document)), 'register-export');
});
