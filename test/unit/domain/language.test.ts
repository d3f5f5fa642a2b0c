/** Languages are those of ISO 639-1; of anything else it says which is meant. */
import { LanguageSchema, languageProblem } from '../../../domain/kernel/language';
import { parseMessage } from './helpers/commands';
import { COUNSEL } from './helpers/facts';

test.each(['en', 'fr', 'de', 'ga', 'uk', 'zu'])('"%s" is a language', (code) => {
  expect(languageProblem(code)).toBeUndefined();
  expect(LanguageSchema.parse(code)).toBe(code);
});

test.each([
  ['xx', '"xx" is no language (ISO 639-1): use two letters like fr or de'],
  ['qq', '"qq" is no language (ISO 639-1): use two letters like fr or de'],
  ['jp', '"jp" is no language (ISO 639-1): did you mean "ja" (Japanese)?'],
  ['dk', '"dk" is no language (ISO 639-1): did you mean "da" (Danish)?'],
  ['rf', '"rf" is no language (ISO 639-1): did you mean "fr" (French)?'],
  ['fra', '"fra" is no language (ISO 639-1): did you mean "fr" (French)?'],
  ['FR', '"FR" is no language (ISO 639-1): did you mean "fr" (French)?'],
  ['fr-CA', 'must be a language (ISO 639-1): did you mean "fr" (French)?'],
  ['frensh', 'must be a language (ISO 639-1): did you mean "fr" (French)?'],
  ['german', 'must be a language (ISO 639-1): did you mean "de" (German)?'],
  ['Jane Miller', 'must be a language (ISO 639-1): use two letters like fr or de'],
  ['', 'must be a language (ISO 639-1): use two letters like fr or de'],
])('%j is none', (text, problem) => {
  expect(languageProblem(text)).toBe(problem);
});

const texts = [{ of: 'Somebody copied a table.', is: 'Quelqu’un a copié une table.' }];
test.each([
  ['translate', { language: 'xx', texts }, 'language: "xx" is no language'],
  ['told', { obligation: 'x', channel: 'website', languages: ['fr', 'xx'] }, '"xx" is no language'],
  ['edit-draft', { obligation: 'x', draft: '00ff', language: 'xx', subject: 's', body: 'b' }, '"xx" is no language'],
] as const)('%s takes no language that there is not', (name, body, problem) => {
  const parsed = parseMessage(name, { by: COUNSEL, ...body });
  expect(parsed).toMatchObject({ ok: false, problems: [expect.stringContaining(problem)] });
  const mended = JSON.parse(JSON.stringify(body).replaceAll('"xx"', '"ga"'));
  expect(parseMessage(name, { by: COUNSEL, ...mended })).toMatchObject({ ok: true });
});
