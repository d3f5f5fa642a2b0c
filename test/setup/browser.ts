/** Chromium, with axe-core and pictures of what it shows. Nothing is downloaded: it is the one of the machine. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Result } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findOnPath } from '../../platform/find-on-path';
import { afterFile } from './helpers';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [390, 768, 1440];

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
   * whether it must be scrolled sideways. `TOCSIN_PICTURES` names a folder: then at all widths, with a picture of each.
   */
  async lookHere(name: string): Promise<string[]> {
    const folder = process.env.TOCSIN_PICTURES;
    const all = WIDTHS.flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme })));
    const some = all.filter(({ width, scheme }) => (scheme === 'light' ? width === 390 : width === 1440));
    const found: string[] = [];
    await this.page.evaluate(AXE);
    for (const { width, scheme } of folder ? all : some) {
      await this.page.setViewportSize({ width, height: 900 });
      await this.page.emulateMedia({ colorScheme: scheme });
      const { violations, tooWide } = await this.page.evaluate(async () => {
        const { axe, document } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: Result[] }> };
          document: { documentElement: { scrollWidth: number; clientWidth: number } };
        };
        const { scrollWidth, clientWidth } = document.documentElement;
        return { violations: (await axe.run()).violations, tooWide: scrollWidth - clientWidth };
      });
      const at = `${name} ${width} ${scheme}`;
      if (tooWide > 0) found.push(`${at}: ${tooWide} pixels too wide`);
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
