/** A dossier in the language of its authority: every fixed word in it, none left in English, and none while a text lacks. */
import { draftNotice } from '../../../activities/notices/draft-notice';
import { templatesDir } from '../../../activities/notices/templates';
import { createFolderArtefacts } from '../../../activities/storage/folder-artefacts';
import { createFolderSite } from '../../../activities/storage/site';
import type { ContentValue } from '../../../domain/incident/content-value';
import type { Line } from '../../../domain/incident/said';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { temporaryDir } from '../../setup/helpers';
import { draftInput } from './fixtures';

const { pack } = loadPolicy(DEFAULT_PACKS);
const rule = pack.obligations.find(({ id }) => id === 'gdpr-art33-authority')!;
const authorityOf = (key: string) => pack.authorities.find((each) => each.key === key)!;
const text = (en: string, over: Record<string, string> = { fr: 'texte', de: 'Text' }): Line => ({
  is: 'text',
  text: { en, ...over },
});

/** Every kind of line that a form has. */
const LINES: Partial<Record<ContentValue['field'], Line[]>> = {
  'data-protection-officer': [{ is: 'no-officer' }],
  parties: [{ is: 'named', ask: 'party', code: 'sub-processor', text: 'Hosting AG' }],
  period: [{ is: 'period', from: '2026-03-31T20:00:00.000Z' }],
  discovery: [{ is: 'answer', ask: 'discovered-by', codes: ['external-party'] }, text('by a phone call')],
  nature: [text('somebody read it'), { is: 'affects', affects: ['confidentiality', 'availability'] }],
  'breach-details': [
    { is: 'answer', ask: 'exfiltrated', codes: ['no-evidence'] },
    { is: 'answer', ask: 'unintelligible', codes: ['may-be-subverted'] },
  ],
  'kind-of-incident': [{ is: 'answer', ask: 'kind', codes: ['unauthorised-access', 'e-waste'] }],
  cause: [{ is: 'answer', ask: 'cause', codes: ['external-malicious'] }],
  'data-subjects': [
    { is: 'answer', ask: 'subjects', of: { en: 'Accounts', fr: 'Comptes', de: 'Konten' }, codes: ['customers'] },
  ],
  'individuals-count': [{ is: 'count', count: { about: 3710 }, open: 0, of: 1 }],
  impact: [
    { is: 'answer', ask: 'impact', codes: ['loss-of-control'] },
    { is: 'answer', ask: 'severity', codes: ['severe'] },
  ],
  'risk-judgement': [
    { is: 'answer', ask: 'risk', of: { en: 'Accounts', fr: 'Comptes', de: 'Konten' }, codes: ['high'] },
    { is: 'weighed', about: 'method', text: { en: 'own', fr: 'propre', de: 'eigene' } },
    { is: 'weighed', about: 'reasoning', text: { en: 'why', fr: 'pourquoi', de: 'warum' } },
    { is: 'weighed', about: 'number-of-people', text: { en: 'many', fr: 'beaucoup', de: 'viele' } },
  ],
  'measures-taken': [{ is: 'measure', kind: 'sources-blocked', count: 3, lastAt: '2026-04-01T02:40:00.000Z' }],
  'notification-steps': [{ is: 'people-told', citation: 'GDPR Art. 34(1), (2)', before: '2026-04-05T02:05:00.000Z' }],
  'bodies-told': [
    { is: 'answer', ask: 'police', codes: ['yes'] },
    { is: 'named', ask: 'body', code: 'police', text: 'Garda', caseId: '7' },
  ],
  residence: [{ is: 'residence', place: 'DE', count: null }],
};
const CONTENTS: ContentValue[] = rule.contents.map((content) => ({
  ...content,
  ...(LINES[content.field] && { said: LINES[content.field]! }),
  established: { entry: 'assessment 2', by: 'dpo', at: '2026-04-01T08:00:00.000Z' },
}));

async function dossiers(key: string, contents = CONTENTS, over: Parameters<typeof draftInput>[0] = {}) {
  const dir = temporaryDir('dossier-languages');
  const artefacts = createFolderArtefacts(dir);
  const deps = {
    artefacts,
    site: createFolderSite(`${dir}/site`, 'http://127.0.0.1:8090'),
    organisation: async () => 'Example Cloud Inc.',
    directory: { read: () => ({ of: 'people' as const, pages: (async function* () {})(), unknown: () => [] }) },
    log: { info: () => {}, warn: () => {}, error: () => {} },
    templatesDir: templatesDir(),
  };
  const input = draftInput({
    channel: 'filing',
    template: 'authority-dossier',
    authority: authorityOf(key),
    contents,
    ...over,
  });
  const result = await draftNotice(deps, { ...input, title: rule.title, citation: rule.citation });
  const pages = new Map<string, string>();
  for (const { language, sha256 } of result.renderings)
    pages.set(language, (await artefacts.get(sha256)).toString('utf8').replace(/<style>[\s\S]*?<\/style>/, ''));
  return { ...result, pages };
}

/** Words of the English dossier, its form and its headings; none is a word of French or German. */
const ENGLISH =
  /\b(the|of|and|is|are|by|not|with|this|report|file|filing|before|reference|data subjects?|breach|deadline|Method|Reasoning|Severity|Discovered|Exfiltrated|Unintelligible|Kind|Accounts|likely|risk|external|malicious|police:|case|GDPR|EDPB|approximately|Individuals|yet|stage|assessment)\b/;

const words = (page: string) =>
  page.replace(/<a [^>]*>.*?<\/a>|<code>.*?<\/code>|<[^>]+>/g, ' ').replace(/edpb-template\S*|Tocsin|npx/g, '');

describe.each([
  ['fr-cnil', 'fr'],
  ['de-by', 'de'],
  ['at-dsb', 'de'],
  ['be-apd-gba', 'fr'],
] as const)('%s', (key, language) => {
  test(`reads a dossier in ${language}, beside the English one`, async () => {
    const { pages, untranslated } = await dossiers(key);
    expect(untranslated).toBeUndefined();
    expect([...pages.keys()]).toEqual(expect.arrayContaining(['en', language]));
    expect(pages.get(language)).toContain(`<html lang="${language}">`);
    expect(pages.get('en')).toContain(`href="index.${language}.html"`);
  });

  test('with no English fixed word left, first, late and as a supplement', async () => {
    const late = {
      at: '2026-04-09T00:00:00.000Z',
      toldBefore: 1,
      round: 2,
      incident: { ...draftInput().incident, dueAt: '2026-04-04T02:00:00.000Z' },
    };
    const owed = CONTENTS.map((each) => (each.field === 'delay-reasons' ? { ...each, owed: true as const } : each));
    for (const { pages } of [await dossiers(key), await dossiers(key, owed, late)]) {
      const found = ENGLISH.exec(words(pages.get(language)!));
      expect([found?.[0], found && words(pages.get(language)!).slice(found.index - 40, found.index + 40)]).toEqual([
        undefined,
        null,
      ]);
    }
  });

  test('and while one text is not translated, in English alone, which lists that text', async () => {
    const contents = CONTENTS.map((each) =>
      each.field === 'risk-judgement'
        ? {
            ...each,
            said: [{ is: 'weighed' as const, about: 'reasoning' as const, text: { en: 'keys were searched for' } }],
          }
        : each,
    );
    const { pages, untranslated } = await dossiers(key, contents);
    expect(untranslated).toMatchObject({ [language]: 1 });
    expect([...pages.keys()]).not.toContain(language);
    expect(pages.get('en')).toMatch(
      /Not offered in (French|German): these texts are not translated<\/h2>\n<ul><li>keys were/,
    );
  });
});

test('an authority that takes English reads English alone', async () => {
  for (const key of ['ie-dpc', 'lu-cnpd', 'opc']) {
    const { pages, untranslated } = await dossiers(key);
    expect([[...pages.keys()], untranslated]).toEqual([['en'], undefined]);
  }
});
