/** A public notice in Canada says on which ground it stands in place of direct notices (SOR/2018-64 s. 5(1)), and no other. */
import { renderNotice } from '../../../activities/notices/render';
import { templateData } from '../../../activities/notices/template-data';
import { readTemplates } from '../../../activities/notices/templates';
import { noticeContents } from '../../../domain/incident/contents';
import { ruleOf } from '../../../domain/policy/policy';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { accounts, assessment, at, COUNSEL } from '../domain/helpers/facts';
import { Story } from '../domain/helpers/story';
import { draftInput } from './fixtures';

const { pack } = loadPolicy(DEFAULT_PACKS);
const PUBLIC = 'pipeda-indirect-notice';

const SAID: Record<string, { en: RegExp; fr: RegExp }> = {
  'pipeda-indirect-harm': { en: /cause them further harm/, fr: /préjudice accru/ },
  'pipeda-indirect-hardship': { en: /cause us undue hardship/, fr: /difficulté excessive/ },
  'pipeda-indirect-no-contact': { en: /not have contact information/, fr: /n’avons pas leurs coordonnées/ },
};

/** The public notice by language, after the direct one was waived on a ground. */
async function textsOn(ground: string): Promise<Record<string, string>> {
  const story = new Story({}, pack).to(1);
  const canadian = accounts({ residence: { CA: 200 }, significantHarm: 'yes' });
  story.send('assess', { assessment: assessment({ dataSets: [canadian] }), awareAt: at(1) });
  story.send('waive', {
    ...{ obligation: 'pipeda-individuals', ground, by: COUNSEL },
    reason: 'the people of this archive are known to us by name only',
  });
  expect(story.problems()).toEqual([]);
  expect(story.obligation(PUBLIC).status).toBe('drafted');
  const rule = ruleOf(pack, PUBLIC)!;
  const contents = noticeContents(rule, story.state, pack, PUBLIC);
  const templates = await readTemplates(rule.template!);
  return Object.fromEntries(
    templates.map((template) => {
      const data = templateData(template, draftInput({ contents, template: rule.template! }), 'Acme');
      return [template.language, renderNotice(template, data, false).text];
    }),
  );
}

test.each(Object.keys(SAID))('%s', async (ground) => {
  const texts = await textsOn(ground);
  for (const language of ['en', 'fr'] as const) {
    for (const [each, said] of Object.entries(SAID))
      expect([language, each, said[language].test(texts[language]!)]).toEqual([language, each, each === ground]);
    expect(texts[language]).toContain({ en: 'Postal address: ', fr: 'Adresse postale\u00a0: ' }[language]);
    expect(texts[language]).not.toMatch(/\bPost:/);
    expect(texts[language]).not.toMatch(/cannot notify|ne pouvons pas aviser|pipeda-indirect/);
  }
});

test('where a ground of its law is not named, the text claims none', async () => {
  const [template] = await readTemplates('public-communication-pipeda');
  const data = templateData(template!, draftInput({ template: 'public-communication-pipeda' }), 'Acme');
  expect(renderNotice(template!, data, false).text).toContain('instead of notifying each of them directly');
});
