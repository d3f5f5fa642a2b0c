/** What an authority needs, and its note, are said in the language of its dossier. */
import { buildDossier } from '../../../activities/notices/dossier';
import { readingOf, readTemplates } from '../../../activities/notices/templates';
import type { Authority } from '../../../domain/policy/pack';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { draftInput } from './fixtures';

const { authorities } = loadPolicy(DEFAULT_PACKS).pack;
const DOSSIERS = ['fr', 'de'];
const inOwnLanguage = authorities.flatMap((authority) =>
  authority.languages.includes('en')
    ? []
    : authority.languages
        .filter((each) => DOSSIERS.includes(each))
        .map((language) => [authority.key, language, authority] as const),
);

async function dossier(authority: Authority, language: string): Promise<string> {
  const template = (await readTemplates('authority-dossier')).find((each) => each.language === language)!;
  const input = draftInput({ channel: 'filing', template: 'authority-dossier', authority, contents: [] });
  return buildDossier(input, { subject: 'x', bodyHtml: '' }, readingOf(template)).html;
}

test('there are the CNIL, the authorities of the Länder, of Austria and of Belgium', () => {
  const keys = inOwnLanguage.map(([key]) => key);
  expect(keys).toEqual(expect.arrayContaining(['fr-cnil', 'at-dsb', 'be-apd-gba', 'de-land', 'de-nw']));
});

test.each(inOwnLanguage)('%s in %s: nothing is left in English', async (_key, language, authority) => {
  const html = await dossier(authority, language);
  expect(html).not.toMatch(
    /confirm (it|the|before)|private sector|siehe die englische|voir la version anglaise|&#39;s site/,
  );
  expect(authority.needsIn?.[language]?.length).toBe(authority.needs?.length);
  if (authority.note) expect(authority.noteIn?.[language]).toBeTruthy();
});

test('one of its own, without a translation: the dossier points to the English one', async () => {
  const { noteIn: _, ...bare } = authorities.find(({ key }) => key === 'at-dsb')!;
  expect(await dossier(bare, 'de')).toContain('siehe die englische Fassung');
});
