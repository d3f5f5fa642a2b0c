/** Chromium, with axe-core and pictures of what it shows. Nothing is downloaded: it is the one of the machine. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Result } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findOnPath } from '../../platform/find-on-path';
import { afterFile } from './helpers';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [390, 768, 1440];
/** Pixels: heights are rounded. */
const ROUNDED = 2;

/** Runs in the page: how many pixels it is too wide, and the words that are broken though a line has room for them. */
const LAYOUT = `(() => {
  const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
  const broken = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    // What only a screen reader hears has no width.
    const boxes = [text.parentElement, text.parentElement.closest('thead')];
    if (boxes.some((each) => each?.getBoundingClientRect().width < 2)) continue;
    for (const { 0: word, index } of text.data.matchAll(/(?<!\\S)[\\w@.,:;]{4,20}(?!\\S)/g)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.add(word);
    }
  }
  // What is placed by itself may lengthen the page beyond all that is seen of it.
  const ends = Math.max(document.body.getBoundingClientRect().bottom + scrollY, clientHeight);
  return { tooWide: scrollWidth - clientWidth, empty: scrollHeight - Math.ceil(ends), broken: [...broken] };
})()`;

/** Ends with the file. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? findOnPath('chromium') ?? findOnPath('google-chrome');
  if (!executablePath) throw new Error('there is no Chromium: install one, or say where it is with CHROMIUM_PATH');
  const browser = await chromium.launch({ executablePath, args: ['--disable-gpu', '--no-sandbox'] });
  afterFile(() => browser.close());
  return browser;
}

/** Looks at pages with the session of somebody, with scripts whether theirs have them or not. */
export class Looker {
  private constructor(readonly page: Page) {}

  static async of(browser: Browser, theirs: BrowserContext): Promise<Looker> {
    const context = await browser.newContext({ storageState: await theirs.storageState(), bypassCSP: true });
    return new Looker(await context.newPage());
  }

  /** What is wrong with the page of an address. */
  async look(url: string, name: string): Promise<string[]> {
    await this.page.goto(url);
    return this.lookHere(name);
  }

  /**
   * What is wrong with the page that is open by axe-core's rules, at a telephone's width and a desk's, in light and dark; and
   * at each width whether it must be scrolled sideways, ends in nothing, or breaks words. `TOCSIN_PICTURES` names a folder: then all of it
   * at all widths, with a picture of each.
   */
  async lookHere(name: string): Promise<string[]> {
    const folder = process.env.TOCSIN_PICTURES;
    const all = WIDTHS.flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme })));
    const some = all.filter(({ width, scheme }) => (scheme === 'light' ? width === 390 : width === 1440));
    const found: string[] = [];
    await this.page.evaluate(AXE);
    for (const width of WIDTHS) {
      await this.page.setViewportSize({ width, height: 900 });
      const { tooWide, empty, broken } = await this.page.evaluate<{
        tooWide: number;
        empty: number;
        broken: string[];
      }>(LAYOUT);
      if (tooWide > 0) found.push(`${name} ${width}: ${tooWide} pixels too wide`);
      if (empty > ROUNDED) found.push(`${name} ${width}: ${empty} pixels of nothing below`);
      if (broken.length > 0) found.push(`${name} ${width}: breaks ${broken.join(' · ')}`);
    }
    for (const { width, scheme } of folder ? all : some) {
      await this.page.setViewportSize({ width, height: 900 });
      await this.page.emulateMedia({ colorScheme: scheme });
      const { violations } = await this.page.evaluate(() =>
        (globalThis as unknown as { axe: { run(): Promise<{ violations: Result[] }> } }).axe.run(),
      );
      const at = `${name} ${width} ${scheme}`;
      for (const { id, nodes } of violations)
        found.push(`${at}: ${id}: ${nodes.map(({ target }) => target.join(' ')).join(' · ')}`);
      if (folder) {
        mkdirSync(folder, { recursive: true });
        await this.page.screenshot({ path: path.join(folder, `${name}-${width}-${scheme}.png`), fullPage: true });
      }
    }
    return found;
  }
}
