/** The terms and the typography of each language in everything that the product says: templates, words, forms, dossiers. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { templatesDir } from '../../../activities/notices/templates';
import { citeIn } from '../../../domain/incident/say/citations';
import { frenchSpaces } from '../../../domain/incident/say/french-spaces';
import { say, sayInstant, sayNumber } from '../../../domain/incident/say/say';
import { packageRoot } from '../../../platform/package-root';

/** What a native reader or counsel strikes out, and what stands instead. */
const STRUCK: Record<string, Array<[RegExp, string]>> = {
  en: [
    [/[Tt]o the workspace owner/, 'Hello'],
    [/in contact with us/, 'personal data that we hold'],
    [/"not yet established"/, '“not yet established”'],
  ],
  fr: [
    [
      /violation de la sécurité|fuite de données|violation de données (?!à caractère)/,
      'violation de données à caractère personnel',
    ],
    [/données personnelles/, 'données à caractère personnel'],
    [/propriétaire de l’espace/, 'Bonjour'],
    [/\bpersonnes affectées|personnes impactées/, 'personnes concernées'],
    [/\bdata breach|\bemail\b|\bDPO\b/, 'a French term'],
    [/\b(tu|ton|tes|ta)\b/i, 'vous'],
    [/(?<=[\p{L}\d»)}]) [;!?:»]|« /u, 'a no-break space'],
    [/(?<=\p{L})[;!?](?=\s|$)/mu, 'a narrow no-break space before it'],
    [/(?<=\p{L})'(?=\p{L})/u, 'a typographic apostrophe'],
  ],
  de: [
    [/verantwortliche Stelle/, 'Verantwortlicher (Art. 4 Nr. 7 DSGVO)'],
    [
      /Sicherheitsverletzung|Verletzung der Sicherheit|Datenpanne|Datenleck/,
      'Verletzung des Schutzes personenbezogener Daten',
    ],
    [/persönlichen? Daten/, 'personenbezogene Daten'],
    [/\b[Bb]etroffenen?[.,;]/, 'betroffene Personen'],
    [/\b([Dd]u|[Dd]ein(e|er|en|em|es)?|[Dd]ir|[Dd]ich)\b/, 'Sie'],
    [/["']\p{L}+ \p{L}+["'] steht|» | «/u, '„…“'],
    [/^(?!.*earlier_reference).*Aktenzeichen: \{\{ reference/m, 'Unser Zeichen'],
  ],
};

/** Canada's law has terms of its own, in both languages. */
const CANADIAN: Array<[RegExp, string]> = [
  [/personal data/, 'personal information'],
  [/données (à caractère )?personnel/, 'renseignements personnels'],
];

const templates = readdirSync(templatesDir()).flatMap((name) =>
  readdirSync(path.join(templatesDir(), name)).map((file) => [name, file.slice(0, 2)] as const),
);
const template = (name: string, language: string) =>
  readFileSync(path.join(templatesDir(), name, `${language}.md`), 'utf8');
/** What a source says: its quoted texts, with their escapes read. */
function said(file: string): string {
  const source = readFileSync(path.join(packageRoot(), 'domain', 'incident', 'say', file), 'utf8')
    .replace(/\$\{SEMICOLON\}/g, '\u202f;')
    .replace(/\$\{COLON\}/g, '\u00a0:')
    // What is put in is no text of the language, and may hold quoted texts itself.
    .replace(/\$\{(?:[^{}`]|`[^`]*`)*\}/g, '_')
    .replace(/\\u([0-9a-f]{4})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const texts = source.match(/`[^`]*`|'(?:[^'\\\n]|\\.)*'/g) ?? [];
  return texts.map((text) => text.slice(1, -1)).join('\n');
}

const struckIn = (text: string, struck: Array<[RegExp, string]>) =>
  struck.flatMap(([term, instead]) => {
    const found = term.exec(text);
    return found ? [`"${text.slice(Math.max(0, found.index - 30), found.index + 40)}": ${instead}`] : [];
  });

test.each(templates)('template %s in %s has the terms of its language', (name, language) => {
  // Liquid is no text.
  const text = template(name, language).replace(/\{%.*?%\}/g, '');
  const own = name.endsWith('-pipeda') ? CANADIAN : [];
  const struck = STRUCK[language]!.filter(
    ([, instead]) => own.length === 0 || !instead.includes('à caractère personnel'),
  );
  expect(
    struckIn(text.replace(/^([\w-]+|\s+[\w-]+|\s+"[^"]*"): /gm, '').replace(/\{\{.*?\}\}/g, '_'), [...struck, ...own]),
  ).toEqual([]);
});

test.each(['en', 'fr', 'de'])('the words of %s are the terms of its language', (language) => {
  for (const file of [`${language}.ts`, `form/${language}.ts`, `dossier/${language}.ts`])
    expect([file, struckIn(said(file), STRUCK[language]!)]).toEqual([file, []]);
});

test('a correction under PIPEDA speaks of personal information, one under the GDPR of personal data', () => {
  const lines = [
    { is: 'withdrawn' as const, to: 'person' as const, why: 'no-data' as const, firstAt: '2026-04-01T04:00:00.000Z' },
  ];
  const read = (language: string, locale: string) => say(lines, { language, locale, timeZone: 'UTC' }).join();
  for (const [language, locale] of [
    ['en', 'en-CA'],
    ['fr', 'fr-CA'],
  ] as const)
    expect(struckIn(read(language, locale), CANADIAN)).toEqual([]);
  expect(read('en', 'en-GB')).toContain('personal data');
  expect(read('fr', 'fr-FR')).toContain('données à caractère personnel');
});

test.each([
  ['en', 'no-data', /do not need to take any steps/],
  ['fr', 'no-data', /n’appelle aucune démarche/],
  ['de', 'no-data', /müssen .* nichts unternehmen/],
  ['en', 'otherwise', /advised then remain a sensible precaution/],
  ['fr', 'otherwise', /conseillées restent une précaution utile/],
  ['de', 'otherwise', /bleibt als Vorsichtsmaßnahme sinnvoll/],
] as const)('%s: a correction (%s) says whether the earlier advice still holds', (language, why, advice) => {
  for (const to of ['person', 'public'] as const) {
    const [text] = say([{ is: 'withdrawn', to, why }], { language, locale: language, timeZone: 'UTC' });
    if (to === 'person' || why === 'otherwise') expect(text).toMatch(advice);
  }
});

test('numbers, and dates with their year, as each language writes them', () => {
  const at = '2026-04-01T02:05:00.000Z';
  expect(['en-GB', 'fr-FR', 'de-DE'].map((locale) => sayNumber(3710, { locale }))).toEqual([
    '3,710',
    '3\u202f710',
    '3.710',
  ]);
  for (const [language, locale] of [
    ['en', 'en-GB'],
    ['en', 'en-CA'],
    ['fr', 'fr-FR'],
    ['fr', 'fr-CA'],
    ['de', 'de-DE'],
  ] as const)
    expect(sayInstant(at, { language, locale, timeZone: 'UTC' })).toContain('2026');
});

test('French spaces are set where a person typed plain ones; nothing else is changed', () => {
  expect(frenchSpaces('Attention ; vraiment ? « oui » : 12:30')).toBe(
    'Attention\u202f; vraiment\u202f? «\u00a0oui\u00a0»\u00a0: 12:30',
  );
  expect(frenchSpaces('https://a.example/?x=1 et b')).toBe('https://a.example/?x=1 et b');
});

test.each([
  [
    'GDPR Art. 33(3)(a); EDPB 55, 62',
    'RGPD, art. 33, par. 3, point a)\u202f; CEPD 55, 62',
    'Art. 33 Abs. 3 Buchst. a DSGVO; EDSA 55, 62',
  ],
  ['GDPR Art. 34(1), (2)', 'RGPD, art. 34, par. 1 et par. 2', 'Art. 34 Abs. 1 und Abs. 2 DSGVO'],
  [
    'UK GDPR Art. 33(1)',
    'RGPD du Royaume-Uni, art. 33, par. 1',
    'Art. 33 Abs. 1 der DSGVO des Vereinigten Königreichs',
  ],
  ['EDPB 10, 11, 14 to 17', 'CEPD 10, 11, 14 à 17', 'EDSA 10, 11, 14 bis 17'],
  ['SOR/2018-64 s. 2(1)(f)', 'SOR/2018-64 s. 2(1)(f)', 'SOR/2018-64 s. 2(1)(f)'],
])('%s is cited in the language of the reader', (citation, fr, de) => {
  expect([citeIn('fr', citation), citeIn('de', citation), citeIn('en', citation)]).toEqual([fr, de, citation]);
});
