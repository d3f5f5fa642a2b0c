// The PDF, read and looked at with poppler: what it says, and that nothing is blank, cut off or outside the margins.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { AUDIENCES, type Audience } from '../../domain/policy/disclosure';
import { loadDisclosures } from '../../policy/load-disclosure';
import { documentOf, FORMS } from '../../register/forms';
import { temporaryDir } from '../setup/helpers';
import { infoOf, type Picture, pagesOf, picturesOf, preparePoppler } from '../setup/poppler';
import { TRUST_CENTER } from '../unit/domain/helpers/pack';
import { aYearOfEvents, logOf, SECRETS, shownTo } from './readers';

const DPI = 72;
/** Points at each edge that stay white: the foot stands nearest to one, at 36. */
const EDGE = 34;
const table = loadDisclosures();
const year = aYearOfEvents();
const ERASURES = new Map([['INC-2026-002', '2026-04-21T23:00:00.000Z']]);

beforeAll(preparePoppler, 600_000);

async function pdfFor(audience: Audience, events: RecordedEvent[] = year, erased?: Set<string>): Promise<string> {
  const document = documentOf({
    ...{ audience, madeAt: '2026-05-01T08:00:00.000Z', scope: 'the whole register', pack: TRUST_CENTER },
    organisation: { name: 'Example Cloud Ltd', contactPoint: 'privacy@example.com' },
    entries: shownTo(audience, logOf(events, table, erased), table),
    erasures: ERASURES,
    log: {
      origin: 'example.com/register',
      verifierKey: 'example.com/register+0a1b2c3d+AbCd',
      verifyWith: ['verify it'],
    },
  });
  const file = path.join(temporaryDir('pdf'), `${audience}.pdf`);
  writeFileSync(file, await FORMS.pdf(document));
  return file;
}

/** An incident with one text, as title, account and measure. */
function withText(text: string): RecordedEvent[] {
  const events = year.filter(({ incidentId }) => incidentId === 'INC-2026-002');
  const [first] = events;
  const { declaration } = first!.data as { declaration: object };
  const changed = { ...declaration, title: text, howItOccurred: text };
  const measure = { text, category: 'remediation', at: first!.at };
  return [
    { ...first!, data: { ...first!.data, declaration: changed } },
    ...events.slice(1),
    { ...first!, seq: events.length + 1, kind: 'measure-recorded', data: measure },
  ];
}

/** Dark pixels inside the margins, and outside of them. */
function ink({ width, height, pixels }: Picture): { inside: number; outside: number } {
  const count = { inside: 0, outside: 0 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[y * width + x]! > 200) continue;
      const edge = x < EDGE || y < EDGE || x >= width - EDGE || y >= height - EDGE;
      count[edge ? 'outside' : 'inside']++;
    }
  }
  return count;
}

async function looksRight(pdf: string): Promise<number> {
  const pictures = await picturesOf(pdf, DPI);
  for (const [i, picture] of pictures.entries()) {
    expect([picture.width, picture.height]).toEqual([596, 842]);
    const { inside, outside } = ink(picture);
    expect([`page ${i + 1}`, inside > 300, outside]).toEqual([`page ${i + 1}`, true, 0]);
  }
  return pictures.length;
}

const squeezed = (text: string) => text.replace(/\s+/g, ' ');

describe.each(AUDIENCES)('for %s', (audience) => {
  test.each([false, true])(
    'it opens, holds R1 to R6 in order, and every page looks right (erased: %s)',
    async (gone) => {
      const pdf = await pdfFor(audience, year, gone ? new Set(['INC-2026-001', 'INC-2026-002']) : undefined);
      const [info, pages] = [await infoOf(pdf), await pagesOf(pdf)];
      expect(info.get('Title')).toBe('Breach register of Example Cloud Ltd');
      expect(info.get('JavaScript')).toBe('no');
      expect(await looksRight(pdf)).toBe(pages.length);
      const text = squeezed(pages.join(' '));
      const places = [
        'R1 Date',
        'R2 Nature',
        'R3 Categories',
        'R4 Likely',
        'R5 Measures',
        'R6 Notifications',
        'Entries:',
      ].map((heading) => text.indexOf(heading));
      expect(places).not.toContain(-1);
      expect(places).toEqual([...places].sort((a, b) => a - b));
      for (const article of ['33(3)(a)', '33(3)(b)', '33(3)(c)', '33(3)(d)', '33(5)']) expect(text).toContain(article);
      pages.forEach((page, i) => {
        expect(page).toContain(`Page ${i + 1} of ${pages.length}`);
      });
      expect(text).toContain('example.com/register+0a1b2c3d+AbCd');
      if (gone) expect(text).toContain('erased on 2026-04-21');
      if (audience === 'customer') {
        // Words may be broken over lines.
        const whole = pages.join('').replace(/\s+/g, '');
        const secrets = Object.values(SECRETS).flat();
        expect(secrets.filter((secret) => whole.includes(secret.replace(/\s+/g, '')))).toEqual([]);
      }
    },
  );
});

test('Latin, Greek and Cyrillic are drawn; what the font lacks, and what cannot be seen, stands as its code', async () => {
  const pdf = await pdfFor('internal', withText('Zażółć gęślą jaźń, Ελληνικά ώρα, Київ, Þórður: 日本 \u202eabc →'));
  const text = squeezed((await pagesOf(pdf)).join(' '));
  expect(text).toContain('Zażółć gęślą jaźń, Ελληνικά ώρα, Київ, Þórður: <U+65E5><U+672C> <U+202E>abc ->');
  await looksRight(pdf);
});

test('a cell longer than a page goes on over the next, and a word longer than a column is broken', async () => {
  const long = `${'The key stood in a public log for hours. '.repeat(95)}END`;
  const pdf = await pdfFor('internal', withText(long));
  const pages = await looksRight(pdf);
  expect(pages).toBeGreaterThan(3);
  expect(squeezed((await pagesOf(pdf)).join(' '))).toContain('END');
  const word = await pdfFor('internal', withText(`${'x'.repeat(3000)}END`));
  await looksRight(word);
  expect((await pagesOf(word)).join('').replace(/\s+/g, '')).toContain('xEND');
});

test('a picture with ink at its edge, or with none, would be found', () => {
  const blank = { width: 596, height: 842, pixels: new Uint8Array(596 * 842).fill(255) };
  expect(ink(blank)).toEqual({ inside: 0, outside: 0 });
  const marked = {
    ...blank,
    pixels: blank.pixels
      .slice()
      .fill(0, 0, 10)
      .fill(0, 596 * 400 + 300, 596 * 400 + 305),
  };
  expect(ink(marked)).toEqual({ inside: 5, outside: 10 });
});

test('headings are bookmarks: incidents, and R1 to R6 below each', async () => {
  const entries = shownTo('authority', logOf(year, table), table);
  const organisation = { name: 'Example Cloud Ltd' };
  const document = documentOf({
    audience: 'authority',
    organisation,
    madeAt: '2026-05-01T08:00:00.000Z',
    scope: 'all',
    entries,
  });
  const bytes = (await FORMS.pdf(document)).toString('latin1');
  expect(bytes).toMatch(/\/Outlines \d+ 0 R/);
  for (const group of ['R1', 'R6'])
    expect(bytes.match(new RegExp(`/Title \\(${group} `, 'g'))).toHaveLength(document.incidents.length);
});
