/** What was done about a lost device or a wrong recipient, and what people can do, in plain words of every language. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { askForFacts } from '../../../cli/commands/incident/assess-guided';
import { Output } from '../../../cli/rendering/output';
import { noticeContents } from '../../../domain/incident/contents';
import { takenMeasures } from '../../../domain/incident/measures-said';
import { PHRASEBOOK } from '../../../domain/incident/say/phrasebook';
import { canSay, say } from '../../../domain/incident/say/say';
import { situationOf } from '../../../domain/incident/situation';
import { inLanguages } from '../../../domain/incident/translations';
import { ruleOf } from '../../../domain/policy/policy';
import { packageRoot } from '../../../platform/package-root';
import { accounts, assessment, at } from './helpers/facts';
import { TRUST_CENTER as pack } from './helpers/pack';
import { Story } from './helpers/story';

const reading = (language: string) => ({
  language,
  locale: language === 'en' ? 'en-GB' : `${language}-DE`,
  timeZone: 'UTC',
});
const all = Object.values(PHRASEBOOK).flatMap(({ measures, steps }) => [...measures, ...steps]);

test('each sentence is whole in every language, and none is two', () => {
  for (const phrase of all) {
    expect(Object.keys(phrase).sort()).toEqual(['de', 'en', 'fr']);
    for (const text of Object.values(phrase)) expect(text).toMatch(/^\p{Lu}.+\.$/u);
  }
  for (const { measures, steps } of Object.values(PHRASEBOOK))
    expect(new Set([...measures, ...steps].map(({ en }) => en)).size).toBe(measures.length + steps.length);
});

test('whoever uses one translates nothing; a word changed, and it is that person’s own text', () => {
  const [measure] = PHRASEBOOK.device.measures;
  expect(inLanguages(measure!.en, undefined)).toEqual(measure);
  expect(inLanguages(`${measure!.en} Today.`, undefined)).toEqual({ en: `${measure!.en} Today.` });
  expect(inLanguages(measure!.en, { fr: { [measure!.en]: 'Autrement.' } })).toEqual({ ...measure, fr: 'Autrement.' });
});

function lost(kind: string): Story {
  const story = new Story({
    kind,
    systems: ['laptop-7'],
    isolate: ['laptop-7'],
    credentials: [],
    maliciousSources: [],
  }).to(1);
  story.send('measure', { text: PHRASEBOOK.device.measures[2]!.en });
  return story;
}

test('a device that is lost is cut off; only elsewhere are systems disconnected', () => {
  const said = (kind: string, language: string) => say(takenMeasures(lost(kind).state, false), reading(language));
  expect(said('lost-device', 'en')).toEqual([
    'We cut the lost or stolen device off from our systems.',
    'The device has been erased remotely.',
  ]);
  expect(said('lost-device', 'fr')[0]).toContain('l’appareil perdu ou volé');
  expect(said('lost-device', 'de')[0]).toContain('verlorene oder gestohlene Gerät');
  expect(said('malware', 'en')[0]).toBe('We disconnected the affected systems.');
});

test('what was assessed tells the situation; where nothing is, what was declared', () => {
  const state = lost('malware').state;
  const nature = (kinds: string[]) => ({ ...assessment(), nature: { kinds } }) as never;
  expect(situationOf(state, undefined)).toBeUndefined();
  expect(situationOf(state, nature(['sent-to-wrong-recipient']))).toBe('recipient');
  expect(situationOf(lost('lost-device').state, nature(['ransomware']))).toBe('device');
});

test('a notice of such measures and steps is offered in every language', () => {
  const story = lost('lost-device');
  story.send('assess', {
    assessment: assessment({ dataSets: [accounts()], individualSteps: PHRASEBOOK.device.steps.map(({ en }) => en) }),
    awareAt: at(1),
  });
  const contents = noticeContents(ruleOf(pack, 'gdpr-art34-individuals')!, story.state, pack);
  for (const field of ['measures-taken', 'individual-steps']) {
    const { said } = contents.find((each) => each.field === field)!;
    expect(['fr', 'de'].map((language) => [field, canSay(said!, language)])).toEqual([
      [field, true],
      [field, true],
    ]);
  }
});

test('the questions offer the steps by number, beside own words', async () => {
  const { state } = lost('misdirected-mail');
  const text: string[] = [];
  const out = new Output({ isTTY: false, columns: 200, write: (chunk: string) => text.push(chunk) > 0 } as never, {});
  const facts = assessment({ dataSets: [accounts({ risk: 'high' })], individualSteps: [] });
  const assessed = new Story({ kind: 'misdirected-mail' }).to(1);
  assessed.send('assess', { assessment: facts, awareAt: at(1) });
  const result = await askForFacts(assessed.state, pack, out, async () => {
    const isAsked = text.join('').trimEnd().endsWith('or the number of one above');
    return text.join('').includes('In total') ? 'yes' : isAsked ? '1; Call us.' : '';
  });
  expect(state.declaration.kind).toBe('misdirected-mail');
  expect(result?.individualSteps).toEqual([PHRASEBOOK.recipient.steps[0]!.en, 'Call us.']);
  expect(text.join('')).toContain(`3. ${PHRASEBOOK.recipient.steps[2]!.en}`);
});

test('the documents list them all', () => {
  const docs = readFileSync(path.join(packageRoot(), 'docs', 'assessment.md'), 'utf8');
  for (const { en } of all) expect(docs).toContain(`- ${en}`);
});
