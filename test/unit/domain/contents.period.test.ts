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

  test.each([
    [
      'a date, and a range',
      { periodFrom: '2026-03-31', periodTo: `${at(0)}..${at(1)}` },
      [
        'It began between 31 March 2026 at 00:00 UTC and 31 March 2026 at 23:59 UTC and ended between 1 April 2026 at 02:00 UTC and 1 April 2026 at 03:00 UTC; more exactly is not known',
        'Début\u00a0: entre le 31 mars 2026 à 0\u00a0h\u00a000 UTC et le 31 mars 2026 à 23\u00a0h\u00a059 UTC\u202f; fin\u00a0: entre le 1er avril 2026 à 2\u00a0h\u00a000 UTC et le 1er avril 2026 à 3\u00a0h\u00a000 UTC\u202f; les instants exacts ne sont pas connus',
        'Beginn: zwischen dem 31. März 2026 um 00:00 UTC und dem 31. März 2026 um 23:59 UTC; Ende: zwischen dem 1. April 2026 um 02:00 UTC und dem 1. April 2026 um 03:00 UTC; genauer ist es nicht bekannt',
      ],
    ],
    [
      'about, and an exact end',
      { periodFrom: `about ${at(-3)}`, periodTo: at(0) },
      [
        'It began between 31 March 2026 at 22:00 UTC and 1 April 2026 at 00:00 UTC and ended on 1 April 2026 at 02:00 UTC; more exactly is not known',
        'Début\u00a0: entre le 31 mars 2026 à 22\u00a0h\u00a000 UTC et le 1er avril 2026 à 0\u00a0h\u00a000 UTC\u202f; fin\u00a0: le 1er avril 2026 à 2\u00a0h\u00a000 UTC\u202f; les instants exacts ne sont pas connus',
        'Beginn: zwischen dem 31. März 2026 um 22:00 UTC und dem 1. April 2026 um 00:00 UTC; Ende: am 1. April 2026 um 02:00 UTC; genauer ist es nicht bekannt',
      ],
    ],
    [
      'about, without an end yet',
      { periodFrom: `about ${at(-3)}`, periodTo: undefined },
      [
        'It began between 31 March 2026 at 22:00 UTC and 1 April 2026 at 00:00 UTC; the end is not yet established',
        'Début\u00a0: entre le 31 mars 2026 à 22\u00a0h\u00a000 UTC et le 1er avril 2026 à 0\u00a0h\u00a000 UTC\u202f; la fin n’est pas encore établie',
        'Beginn: zwischen dem 31. März 2026 um 22:00 UTC und dem 1. April 2026 um 00:00 UTC; das Ende ist noch nicht festgestellt',
      ],
    ],
  ])('not known exactly: %s', (_what, facts, texts) => {
    const { field, missing } = periodOf(id, facts as object);
    expect(['en', 'fr', 'de'].map((language) => say(field.said!, reading(language)).join())).toEqual(texts);
    expect(missing).not.toContain('When it happened');
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

describe('a period of which no reading fits is refused; where one does, it is taken', () => {
  const stated = (periodFrom: string, periodTo: string) => {
    const story = new Story({}, pack).to(1);
    story.send('assess', { assessment: assessment({ periodFrom, periodTo } as object), awareAt: at(1) });
    return story.problems().join();
  };

  test.each([
    ['the begin may lie before the end', `${at(-2)}..${at(1)}`, at(-1)],
    ['both on one day', '2026-03-31', '2026-03-31'],
    ['to the instant', `${at(-1)}..${at(1)}`, at(-1)],
  ])('%s', (_what, from, to) => expect(stated(from, to)).toBe(''));

  test('the earliest begin after the latest end', () =>
    expect(stated('2026-04-01', `about ${at(-5)}`)).toBe(
      `assessment.periodFrom: is after "periodTo", which is about ${at(-5)}: correct one of them`,
    ));
});

test('a period that is stated more exactly is a change of what was told, and one that is stated again is none', () => {
  const facts = (periodFrom: string) => assessment({ periodFrom, periodTo: at(0) } as object);
  const story = new Story({}, pack).to(1);
  story.send('measure', { text: 'Key replaced' });
  story.send('assess', { assessment: facts(`about ${at(-3)}`), awareAt: at(1) });
  story.send('approve', { obligation: 'gdpr-art34-individuals' });
  const changed = () => story.obligation('gdpr-art34-individuals').changed;
  story.send('assess', { assessment: facts(`about ${at(-3)}`) });
  expect(changed()).toBeUndefined();
  story.send('assess', { assessment: facts(at(-3)) });
  expect(changed()).toEqual(['period']);
  expect(story.folded()).toEqual(story.state);
});
