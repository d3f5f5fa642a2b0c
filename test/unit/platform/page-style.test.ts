import { page } from '../../../activities/notices/pages';
import { statusPageHtml } from '../../../activities/status-page/status-html';
import { formPage, PAGE_POLICY } from '../../../detection/reports/pages';
import { ICON_SVG, PAGE_ICON, PAGE_STYLE, PALETTE } from '../../../platform/page-style';
import { STYLE as REGISTER_STYLE } from '../../../register/forms/html-style';
import { createLocalApp } from '../../../stack/local-server';

/** The contrast of two colours by WCAG 2.2: 1 to 21. */
function contrast(one: string, other: string): number {
  const light = (hex: string) =>
    [1, 3, 5]
      .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i]!, 0);
  const [a, b] = [light(one), light(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const TEXTS = [
  ...['ink', 'soft', 'accent', 'mark'].flatMap((ink) => ['paper', 'ground'].map((on) => [ink, on])),
  ['ink', 'chip'],
  ['soft', 'chip'],
  ['on', 'accent'],
  ['banner-ink', 'banner'],
  ...['good', 'warn', 'bad', 'note'].map((kind) => [`${kind}-ink`, kind]),
] as Array<[keyof typeof PALETTE.light, keyof typeof PALETTE.light]>;

describe.each(['light', 'dark'] as const)('in %s', (scheme) => {
  test.each(TEXTS)('%s is readable on %s: at least 4.5 to 1', (ink, on) => {
    expect(contrast(PALETTE[scheme][ink], PALETTE[scheme][on])).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['paper', 'ground'] as const)('the border of a field stands out from %s: at least 3 to 1', (on) => {
    expect(contrast(PALETTE[scheme].edge, PALETTE[scheme][on])).toBeGreaterThanOrEqual(3);
  });
});

const AT = '2026-04-01T00:00:00.000Z';
const update = (status: 'investigating' | 'resolved') => ({
  incidentId: 'INC-2026-001',
  obligation: 'status-page-update',
  round: 1,
  subject: 'Service incident',
  status,
  text: 'We are looking into it.',
  at: AT,
  detectedAt: AT,
  exercise: false,
});
const shown = (status: 'investigating' | 'resolved') => {
  const latest = update(status) as never;
  return { id: 'INC-2026-001', updates: [latest], latest };
};
const STATUS = statusPageHtml('Example', [shown('investigating'), shown('resolved')]);

describe('every page', () => {
  const dossier = page({ language: 'en', title: 'A report', mainHtml: '<h1>A report</h1>' });
  const form = formPage({ organisation: 'Example', contact: 'security@example.com', businessDays: 2 });
  const pages = { 'status page': STATUS, 'dossier or preview': dossier, 'report form': form };

  test.each(Object.entries(pages))('%s has the shared style, a language and the width of the screen', (_, html) => {
    expect(html).toContain(PAGE_STYLE);
    expect(html).toMatch(/<html lang="en">/);
    expect(html).toMatch(/name="viewport" content="width=device-width/);
    expect(html).not.toContain('http-equiv="refresh"');
  });

  test.each([STATUS, form])('that stays on a server has an icon', (html) => {
    expect(html).toContain(PAGE_ICON);
  });

  test('that is handed over as a file names no icon; the local site answers for it', async () => {
    expect(dossier).not.toContain('<link');
    const app = createLocalApp();
    const answer = await app.inject({ url: '/favicon.ico', headers: { host: 'localhost' } });
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([200, 'image/svg+xml', ICON_SVG]);
    await app.close();
  });

  test('the register as HTML has the shared style', () => {
    expect(REGISTER_STYLE.startsWith(PAGE_STYLE)).toBe(true);
  });

  test('the report form may show its icon, and load nothing', () => {
    expect(PAGE_POLICY).toContain("default-src 'none'");
    expect(PAGE_POLICY).toContain('img-src data:;');
  });

  test('headings of the status page are in order: an open incident is no part of the past ones', () => {
    const levels = [...STATUS.matchAll(/<h([1-6])/g)].map(([, level]) => level);
    expect(levels).toEqual(['1', '2', '2', '3']);
  });
});
