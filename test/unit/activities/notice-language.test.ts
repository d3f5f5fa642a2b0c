import { thawNotice } from '../../../activities/notices/frozen-notice';
import { readTemplates } from '../../../activities/notices/templates';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { type Bench, contentsWith, draftInput, startBench } from './fixtures';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});

const { pack } = loadPolicy(DEFAULT_PACKS);
const mailed = pack.obligations.flatMap(({ template, citation, channel }) =>
  template && channel === 'email' ? [{ template, citation }] : [],
);
const letters = mailed.filter(({ template }) => template !== 'status-update');

async function texts(template: string, citation: string, supplement: boolean): Promise<Map<string, string>> {
  const { renderings } = await bench.activities.draftNotice(
    draftInput({
      template,
      citation,
      purpose: supplement ? 'supplement' : 'first',
      round: supplement ? 2 : 1,
      toldBefore: supplement ? 1 : 0,
      contents: contentsWith((field) => (field === 'organisation' ? 'Example Cloud' : `about ${field}`)),
    }),
  );
  const byLanguage = new Map<string, string>();
  for (const { language, sha256 } of renderings) {
    const { subject, text } = await thawNotice(bench.deps.artefacts, sha256);
    byLanguage.set(language, `${subject}\n\n${text}`);
  }
  return byLanguage;
}

/** The line after the salutation. */
const opening = (text: string) => /,\n\n(.)/su.exec(text)![1]!;

describe.each(letters)('the letter $template', ({ template, citation }) => {
  describe.each([
    ['first', false],
    ['supplement', true],
  ])('%s', (_name, supplement) => {
    test('begins with a capital after the salutation, but in lower case in German', async () => {
      const byLanguage = await texts(template, citation, supplement);
      for (const [language, text] of byLanguage) {
        // German goes on in lower case after the comma; the organisation's name keeps its capital.
        const lower = language === 'de' && !(template === 'enterprise-notice' && !supplement);
        expect([language, opening(text)]).toEqual([language, expect.stringMatching(lower ? /\p{Ll}/u : /\p{Lu}/u)]);
      }
    });

    test('French has its typography: no plain blank before ; : ! ? or inside « », no straight apostrophe', async () => {
      const french = (await texts(template, citation, supplement)).get('fr')!;
      expect(french).not.toMatch(/ [;:!?»]|« |'/);
    });
  });
});

test('each language cites the law in its own words', async () => {
  for (const { template, citation } of letters) {
    for (const { language, body, citations } of await readTemplates(template)) {
      if (language === 'en' || !body.includes('notice.citation')) continue;
      expect([template, language, citations[citation]]).toEqual([template, language, expect.any(String)]);
      expect(citations[citation]).not.toMatch(/GDPR|PIPEDA|SOR\/|\bs\. /);
    }
  }
});
