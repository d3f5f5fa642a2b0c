/** A dossier never says "late" of what was filed at a time that is not known exactly, nor "in time". */
import { noticeContents } from '../../../domain/incident/contents';
import { say } from '../../../domain/incident/say/say';
import { ruleOf } from '../../../domain/policy/policy';
import { assessment, at } from './helpers/facts';
import { packOf } from './helpers/pack';
import { Story } from './helpers/story';

const DPC = 'gdpr-art33-authority:ie-dpc';
const PACK = packOf({ mainEstablishment: 'IE' });
const range = (from: number, to: number) => `${at(from)}..${at(to)}`;

/** Aware at one hour, so that the report is due at 73; recorded at 100 hours. */
function filed(submittedAt: string, awareAt = at(1)): Story {
  const story = new Story({}, PACK).to(1);
  story.send('assess', { assessment: assessment(), awareAt });
  story.to(100).send('filed', { obligation: DPC, reference: 'IE-1', submittedAt });
  return story;
}

const field = (story: Story, name: string) =>
  noticeContents(ruleOf(PACK, 'gdpr-art33-authority')!, story.state, PACK, DPC).find((each) => each.field === name)!;

test.each([
  ['in time, although that was recorded after the deadline', at(73), undefined],
  ['in time whatever the hour', range(70, 73), undefined],
  ['by the hour', range(72, 75), 'by-the-hour'],
  ['late whatever the hour', range(73.1, 75), true],
  ['late', at(73.1), true],
])('the reasons for a delay are owed of a report that was filed %s: %s', (_name, submittedAt, owed) => {
  expect(field(filed(submittedAt), 'delay-reasons').owed).toBe(owed);
});

describe('an awareness that is not known exactly', () => {
  const reading = (language: string, locale: string) => ({ language, locale, timeZone: 'UTC' });
  const lines = (story: Story) => field(story, 'aware-at').said!;

  test('is said with both readings, and which one counts', () => {
    const story = filed(at(70), range(0.5, 1));
    expect(say(lines(story), reading('en', 'en-GB'))).toEqual([
      'Between 1 April 2026 at 02:30 UTC and 1 April 2026 at 03:00 UTC; the earlier one counts',
    ]);
    expect(say(lines(story), reading('de', 'de-DE'))[0]).toMatch(/^Zwischen dem .* und dem .*; es zählt der frühere/);
    expect(say(lines(story), reading('fr', 'fr-FR'))[0]).toMatch(/^Entre le .* et le .*\u202f; le premier/);
  });

  test('an exact one is one instant', () => {
    expect(lines(filed(at(70)))).toEqual([{ is: 'instant', at: at(1) }]);
  });
});
