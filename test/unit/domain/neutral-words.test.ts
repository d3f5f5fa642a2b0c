/** Words for people and their functions assume no gender in French and German; the terms of the law for organisations stand. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../../..');
const SAY = path.join(ROOT, 'domain/incident/say');

/** The sources that hold the words of a language: those of `say`, and the templates of the language. */
function sourcesOf(language: string): Array<[string, string]> {
  const files = [SAY, path.join(ROOT, 'policy/templates')].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => new RegExp(`(^|/)${language}\\.(ts|md)$|phrasebook\\.ts$`).test(name))
      .map((name) => path.join(folder, name)),
  );
  return files.map((file) => [path.relative(ROOT, file), readFileSync(file, 'utf8')]);
}

/** Forms that name a man alone. `\p{L}`: not within a longer word. */
const ONE_GENDER: Record<string, RegExp> = {
  fr: /(?<!\p{L})((?:vous avons|êtes) informé|délégué|salarié|abonné|utilisateur|candidat|étudiant|directeur|conseiller|expéditeur)s?(?![\p{L}(])/iu,
  de: /(?<!\p{L})((Datenschutzb|B)eauftragte[rn]|Nutzern?|Abonnenten|Patienten|Schülern?|Bewerbern?|Kunden(?! und Kundinnen)|Empfängern?|Vertretern?|Mitarbeitern?|Leiter|Direktor)(?!\p{L})/u,
};

test.each(['fr', 'de'])('%s', (language) => {
  const sources = sourcesOf(language);
  expect(sources.length).toBeGreaterThan(8);
  const found = sources.flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) => {
      const [word] = ONE_GENDER[language]!.exec(line) ?? [];
      return word === undefined ? [] : [`${file}:${index + 1}: ${word}: ${line.trim().slice(0, 90)}`];
    }),
  );
  expect(found).toEqual([]);
});

test('the rule sees one, and takes the forms for all', () => {
  for (const one of ['délégué à la protection', 'les salariés', 'vous êtes informé que'])
    expect(ONE_GENDER.fr!.test(one)).toBe(true);
  for (const all of ['délégué(e) à la protection', 'informé(e)', 'personnes abonnées'])
    expect(ONE_GENDER.fr!.test(all)).toBe(false);
  for (const one of ['ein Datenschutzbeauftragter', 'die Nutzer']) expect(ONE_GENDER.de!.test(one)).toBe(true);
  for (const all of ['eine datenschutzbeauftragte Person', 'Nutzende', 'der Verantwortliche'])
    expect(ONE_GENDER.de!.test(all)).toBe(false);
});
