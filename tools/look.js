// Looks at pages as people see them: axe-core's rules at the widths of a phone, a tablet and a desk, in light and dark, and a
// picture of each. Usage: npm run look [PAGE…] [-- --out FOLDER] [--browser CHROMIUM], where PAGE is a URL or a file. A link that
// logs in (…/login?key=…) may come first. Without a PAGE it looks at every page of the product, in the states that the tests
// play (test/server/look.*). Ends with 1 when a rule is broken.
'use strict';
const { spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { parseArgs } = require('node:util');
const { chromium } = require('playwright-core');

const WIDTHS = [390, 768, 1440];
const SCHEMES = ['light', 'dark'];
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
/** What runs in the page: the rules that are broken, and whether it must be scrolled sideways. */
const RUN = `axe.run(document).then(({ violations }) => ({
  broken: violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => node.target.join(' ')) })),
  tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
}))`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: 'look' }, browser: { type: 'string', default: 'chromium' } },
});

/** The file of a program that is named as on a command line. */
function programOf(name) {
  const folders = name.includes('/') ? [''] : (process.env.PATH ?? '').split(path.delimiter);
  const file = folders.map((folder) => path.resolve(folder, name)).find((each) => existsSync(each));
  if (!file) throw new Error(`there is no ${name}: give one with --browser`);
  return file;
}

async function lookAt(page, width, scheme) {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme });
  await page.evaluate(AXE);
  const seen = await page.evaluate(RUN);
  return { ...seen, png: await page.screenshot({ fullPage: true }) };
}

function nameOf(page) {
  const name = page
    .replace(/^https?:\/\/[^/]*|\?.*$|\.html$/g, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return name || 'index';
}

/** Every page, as its tests play it: they fail where a rule is broken. About ten minutes, for some 400 pictures. */
function lookAtAll(out) {
  const root = path.join(__dirname, '..');
  const jest = require.resolve('jest/bin/jest');
  const args = [jest, '--config', path.join(root, 'jest.config.js'), '--runInBand', '--forceExit', 'test/server/look'];
  const env = { ...process.env, TOCSIN_PICTURES: out, CHROMIUM_PATH: programOf(values.browser) };
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
  console.log(`The pictures are in ${out}, named PAGE-WIDTH-SCHEME.png`);
  process.exitCode = status ?? 1;
}

async function main() {
  mkdirSync(values.out, { recursive: true });
  if (positionals.length === 0) return lookAtAll(path.resolve(values.out));
  const browser = await chromium.launch({
    executablePath: programOf(values.browser),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  let broken = 0;
  try {
    // A page's own policy forbids scripts, as it should; axe is not the page's.
    const page = await browser.newPage({ bypassCSP: true });
    for (const each of positionals) {
      await page.goto(/^https?:/.test(each) ? each : pathToFileURL(path.resolve(each)).href);
      for (const width of WIDTHS)
        for (const scheme of SCHEMES) {
          const seen = await lookAt(page, width, scheme);
          writeFileSync(path.join(values.out, `${nameOf(each)}-${width}-${scheme}.png`), seen.png);
          const wide = seen.tooWide > 0 ? [`is ${seen.tooWide} pixels too wide`] : [];
          const said = [...wide, ...seen.broken.map(({ id, help, at }) => `${id}: ${help}: ${at.join(' · ')}`)];
          broken += said.length;
          console.log(`${said.length === 0 ? 'good' : 'BAD '} ${width} ${scheme} ${nameOf(each)}`);
          for (const line of said) console.log(`       ${line}`);
        }
    }
  } finally {
    await browser.close();
  }
  console.log(`The pictures are in ${path.resolve(values.out)}`);
  process.exitCode = broken > 0 ? 1 : 0;
}

main().catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
});
