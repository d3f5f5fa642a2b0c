/** Whoever is told that a high risk is likely reads when the breach was, or that nobody knows yet. */
import { missingFields, noticeContents } from '../../../domain/incident/contents';
import { say } from '../../../domain/incident/say/say';
import { ruleOf } from '../../../domain/policy/policy';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { assessment, at } from './helpers/facts';
import { Story } from './helpers/story';

const { pack } = loadPolicy(`${DEFAULT_PACKS},uk-gdpr`);

const UNKNOWN = { periodFrom: undefined, periodTo: undefined };

function periodOf(id: string, facts: Parameters<typeof assessment>[0] = {}) {
  const story = new Story({}, pack).to(1);
  story.send('assess', { assessment: assessment(facts), awareAt: at(1) });
  const contents = noticeContents(ruleOf(pack, id)!, story.state, pack);
  return { field: contents.find(({ field }) => field === 'period')!, missing: missingFields(contents) };
}

const reading = (language: string) => ({
  language,
  locale: { en: 'en-GB', fr: 'fr-FR', de: 'de-DE' }[language]!,
  timeZone: 'UTC',
});

describe.each([
  'gdpr-art34-individuals',
  'gdpr-art34-3c-public-communication',
  'uk-gdpr-art34-individuals',
  'uk-gdpr-art34-3c-public-communication',
])('%s', (id) => {
  test('known: its period', () => {
    const { field } = periodOf(id, { periodFrom: at(-2), periodTo: at(0) });
    expect(field.value).toBe('From 1 April 2026 at 00:00 UTC to 1 April 2026 at 02:00 UTC');
  });

  test('not known: that it is not, and when it was discovered, in each language; nothing is missing for that', () => {
    const { field, missing } = periodOf(id, UNKNOWN);
    expect(['en', 'fr', 'de'].map((language) => say(field.said!, reading(language)).join())).toEqual([
      'It is not yet known when it happened. It was discovered on 1 April 2026 at 02:00 UTC.',
      'On ne sait pas encore quand la violation s’est produite. Elle a été découverte le 1er avril 2026 à 2\u00a0h\u00a000 UTC.',
      'Wann es geschah, steht noch nicht fest. Entdeckt wurde es am 1. April 2026 um 02:00 UTC.',
    ]);
    expect(missing).not.toContain('When it happened');
  });
});

test('where the law asks for it, as in Canada, it stays missing until it is established', () => {
  const { field, missing } = periodOf('pipeda-individuals', UNKNOWN);
  expect(field.value).toBeUndefined();
  expect(missing).toContain('Day or period of the breach');
});
