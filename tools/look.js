// Looks at pages as people see them: axe-core's rules at a phone's and a desk's width, in light and dark, and a picture of each.
// Usage: npm run look PAGE… [--out FOLDER] [--browser CHROMIUM], where PAGE is a URL or a file. Ends with 1 when a rule is broken.
'use strict';
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { pathToFileURL } = require('node:url');
const { parseArgs } = require('node:util');
const { openPage } = require('./look/browser.js');

const WIDTHS = [390, 1440];
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

async function lookAt(page, url, width, scheme) {
  await page.send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: false });
  await page.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  // A page's own policy forbids scripts, as it should; axe is not the page's.
  await page.send('Page.setBypassCSP', { enabled: true });
  const { errorText } = await page.send('Page.navigate', { url });
  if (errorText) throw new Error(`${url}: ${errorText}`);
  await sleep(500);
  await page.send('Runtime.evaluate', { expression: AXE });
  const run = { expression: RUN, awaitPromise: true, returnByValue: true };
  const { result, exceptionDetails } = await page.send('Runtime.evaluate', run);
  if (exceptionDetails) throw new Error(`${url}: ${exceptionDetails.exception?.description}`);
  const picture = await page.send('Page.captureScreenshot', { captureBeyondViewport: true });
  return { ...result.value, png: Buffer.from(picture.data, 'base64') };
}

async function main() {
  if (positionals.length === 0)
    throw new Error('say which pages: npm run look http://127.0.0.1:8080/status/ form.html');
  mkdirSync(values.out, { recursive: true });
  const page = await openPage(values.browser);
  let broken = 0;
  try {
    for (const each of positionals) {
      const url = /^https?:/.test(each) ? each : pathToFileURL(path.resolve(each)).href;
      for (const width of WIDTHS)
        for (const scheme of SCHEMES) {
          const seen = await lookAt(page, url, width, scheme);
          const name = `${
            each
              .replace(/^https?:\/\/[^/]*|\.html$/g, '')
              .replace(/[^A-Za-z0-9]+/g, '-')
              .replace(/^-|-$/g, '') || 'index'
          }-${width}-${scheme}.png`;
          writeFileSync(path.join(values.out, name), seen.png);
          const wide = seen.tooWide > 0 ? [`is ${seen.tooWide} pixels too wide`] : [];
          const said = [...wide, ...seen.broken.map(({ id, help, at }) => `${id}: ${help}: ${at.join(' · ')}`)];
          broken += said.length;
          console.log(`${said.length === 0 ? 'good' : 'BAD '} ${width} ${scheme} ${each}`);
          for (const line of said) console.log(`       ${line}`);
        }
    }
  } finally {
    await page.close();
  }
  console.log(`The pictures are in ${path.resolve(values.out)}`);
  process.exitCode = broken > 0 ? 1 : 0;
}

main().catch((error) => {
  console.error(
    `error: ${error.code === 'ENOENT' ? `there is no ${values.browser}: give one with --browser` : error.message}`,
  );
  process.exitCode = 2;
});
