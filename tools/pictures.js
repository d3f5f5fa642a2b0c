// Takes the pictures in docs/images: of Temporal's Web UI, in light and dark, and of the board. A stack of its own with an incident, a
// detection that waits in triage and a patch task, all sealed, as `tocsin up` runs it; for the board, a second incident.
// Usage: npm run pictures [-- --only NAME] [--out FOLDER] [--browser CHROMIUM], where NAME is board, list, incident, timeline, triage,
// patch-task or escalation.
'use strict';
const { execFileSync, spawn } = require('node:child_process');
const { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { chromium } = require('playwright-core');
const { withPalette } = require('./png-palette');

const root = path.join(__dirname, '..');
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: path.join(root, 'docs', 'images') },
    browser: { type: 'string', default: '/usr/bin/chromium' },
    only: { type: 'string' },
  },
});

const MOST_BYTES = 150_000;
const WIDTH = 1280;
const BOARD = { width: 1100, height: 590 };
const SECRET = 'the-secret-of-the-pictures';
const TOCSIN = [path.join(root, 'bin', 'tocsin.js')];

const SOURCES = 'sources:\n  cloudflare: { format: cloudflare, secrets: [{ env: TOCSIN_SOURCE_CLOUDFLARE }] }\n';
const INVENTORY = {
  ...{ name: 'shop', version: '1.0.0', lockfileVersion: 3 },
  packages: { '': { name: 'shop', version: '1.0.0' }, 'node_modules/semver': { version: '7.3.0' } },
};
const ADVISORY = {
  ...{ schema_version: '1.6.0', id: 'GHSA-c2qf-rxjj-qqgw', aliases: ['CVE-2022-25883'] },
  ...{ modified: '2023-11-08T04:12:23Z', published: '2023-06-21T06:30:28Z' },
  summary: 'semver vulnerable to Regular Expression Denial of Service',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' }],
  affected: [
    {
      package: { ecosystem: 'npm', name: 'semver' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '7.0.0' }, { fixed: '7.5.2' }] }],
    },
  ],
};
const attack = () => ({
  name: 'HTTP DDoS Attack',
  text: 'Cloudflare has detected an HTTP DDoS attack on app.example.com',
  data: { attack_type: 'HTTP flood', mitigation: 'Block', severity: 'high', target_hostname: 'app.example.com' },
  ts: Math.floor(Date.now() / 1000),
  ...{ account_id: 'a', policy_id: 'p', policy_name: 'DDoS', alert_type: 'dos_attack_l7' },
  ...{ alert_correlation_id: 'c', alert_event: 'ALERT_STATE_EVENT_START' },
});

/** Until it gives something, for a while. */
async function until(what, look, ms = 120_000) {
  for (const end = Date.now() + ms; ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${ms / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** A stack with one case of each kind; `said` is what `up` printed. */
async function start(folder) {
  const at = (name) => path.join(folder, name);
  mkdirSync(at('osv'));
  writeFileSync(at('sources.yaml'), SOURCES);
  writeFileSync(at('package-lock.json'), JSON.stringify(INVENTORY));
  writeFileSync(at('osv/advisory.json'), JSON.stringify(ADVISORY));
  const env = {
    ...process.env,
    ...{ TOCSIN_DATA_DIR: at('data'), TOCSIN_SOURCES: at('sources.yaml'), TOCSIN_SOURCE_CLOUDFLARE: SECRET },
    ...{ TOCSIN_INVENTORIES: `shop=${at('package-lock.json')}`, TOCSIN_ADVISORIES: at('osv') },
  };
  const child = spawn(process.execPath, [...TOCSIN, 'up'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  try {
    await until('the stack', () => said.includes('Ready.'));
    const file = path.join(root, 'examples', 'incident.yaml');
    execFileSync(process.execPath, [...TOCSIN, 'declare', '-f', file, '--by', 'ada@example.com'], { env });
    const headers = { 'content-type': 'application/json', 'cf-webhook-auth': SECRET };
    const intake = /POST (\S+\/intake\/cloudflare)/.exec(said)[1];
    const { status } = await fetch(intake, { method: 'POST', headers, body: JSON.stringify(attack()) });
    if (status >= 300) throw new Error(`the intake answered ${status}`);
  } catch (error) {
    await stop();
    throw error;
  }
  const key = readFileSync(at('data/temporal/session-key'), 'utf8').trim();
  const board = new URL(/^Board:? +(\S+)/m.exec(said)[1]).origin;
  return { ui: new URL(/^Web UI +(\S+)/m.exec(said)[1]).origin, board, key, stop, env };
}

/** The run of each case that is open, by the first part of its id. */
async function casesOf({ ui, key }) {
  const url = `${ui}/api/v1/namespaces/default/workflows?query=${encodeURIComponent('ExecutionStatus="Running" AND TocsinStatus IS NOT NULL')}`;
  return until('a case of each kind', async () => {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    const { executions = [] } = await answer.json();
    const found = executions.map(({ execution }) => [execution.workflowId.split('-')[0], execution]);
    return found.length === 3 && Object.fromEntries(found);
  });
}

/** The workflow beside a case that repeats its alarms. */
async function escalationOf({ ui, key }, { workflowId }) {
  const query = encodeURIComponent(`WorkflowId="${workflowId}/escalation"`);
  return until('the escalation', async () => {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${ui}/api/v1/namespaces/default/workflows?query=${query}`, { headers });
    return (await answer.json()).executions?.[0]?.execution;
  });
}

/** What is written in the frames in which the Web UI renders details. */
async function written(page) {
  const texts = await Promise.all(
    page.frames().map((frame) => frame.evaluate('document.body?.innerText ?? ""').catch(() => '')),
  );
  return texts.join('\n');
}

/** The board with a second incident; the cases of other kinds stand below the picture. */
async function takeBoard(browser, { board, key, env }) {
  const title = 'Unusual sign-ins to the admin console';
  const asked = ['--title', title, '--severity', 'sev1', '--kind', 'unauthorised-access'];
  asked.push('--affects', 'confidentiality', '--no-service-affecting', '--owner', 'dana');
  execFileSync(process.execPath, [...TOCSIN, 'declare', ...asked, '--by', 'ada@example.com'], { env });
  const page = await browser.newPage({ colorScheme: 'light', viewport: BOARD });
  await page.goto(`${board}/login?key=${key}`);
  await until('both incidents', async () => {
    await page.goto(board);
    return (await page.locator('article.card .todo').count()) === 2;
  });
  keep('board.png', await page.screenshot());
  await page.close();
}

/** Keeps a picture as small as its text allows. */
function keep(name, png) {
  const file = path.join(values.out, name);
  writeFileSync(file, withPalette(png));
  const { size } = statSync(file);
  if (size > MOST_BYTES) throw new Error(`${file} has ${size} bytes, more than ${MOST_BYTES}`);
  console.log(`${path.relative('', file)} ${Math.round(size / 1000)} kB`);
}

async function main() {
  mkdirSync(values.out, { recursive: true });
  const folder = mkdtempSync(path.join(tmpdir(), 'tocsin-pictures-'));
  const stack = await start(folder);
  // Letters in shades of grey: in colours a picture is twice as large.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-lcd-text'];
  const browser = existsSync(values.browser) && (await chromium.launch({ executablePath: values.browser, args }));
  try {
    if (!browser) throw new Error(`there is no ${values.browser}: name a Chromium with --browser`);
    const cases = await casesOf(stack);
    // Drafts and filing tasks are there a moment later.
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    const of = ({ workflowId, runId }, tab) =>
      `/namespaces/default/workflows/${encodeURIComponent(workflowId)}/${runId}/${tab}`;
    const pictures = [
      ['list', '/open-cases', 460, /TocsinNextDeadline/],
      ['incident', of(cases.INC, 'user-metadata'), 860, /as of .* UTC/],
      ['timeline', of(cases.INC, 'history'), 980, /Containment: alarm/],
      ['triage', of(cases.TRG, 'user-metadata'), 760, /as of .* UTC/],
      ['patch-task', of(cases.PATCH, 'user-metadata'), 700, /as of .* UTC/],
      ['escalation', of(await escalationOf(stack, cases.TRG), 'user-metadata'), 700, /Alarm/],
    ].filter(([name]) => !values.only || name === values.only);
    for (const colorScheme of ['light', 'dark']) {
      const page = await browser.newPage({ colorScheme });
      await page.goto(`${stack.ui}/open-cases?key=${stack.key}`);
      for (const [name, where, height, shows] of pictures) {
        await page.setViewportSize({ width: WIDTH, height });
        await page.goto(stack.ui + where);
        await until(`${name}: ${shows}`, async () => shows.test(await written(page)), 60_000);
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        keep(`web-ui-${name}-${colorScheme}.png`, await page.screenshot());
      }
      await page.close();
    }
    if (!values.only || values.only === 'board') await takeBoard(browser, stack);
  } finally {
    if (browser) await browser.close();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});
