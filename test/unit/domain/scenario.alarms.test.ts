/** Alarms at the fractions of a clock, once each; none for what is done. */
import { alarmText } from '../../../domain/case/alarm-text';
import { overdueCount } from '../../../domain/incident/clocks';
import { nextWake } from '../../../domain/incident/wake';
import type { Policy } from '../../../domain/policy/policy';
import { UNCOVERED_PACK } from '../../../domain/policy/uncovered';
import { readPack } from '../../../policy/read-pack';
import { thresholdName } from '../../setup/threshold-name';
import { accounts, assessment, at, stored } from './helpers/facts';
import { composed } from './helpers/pack';
import { waivePromises } from './helpers/promises';
import { Story } from './helpers/story';

const GERMAN = accounts({ residence: { DE: 200 }, significantHarm: 'no' });
const PROMISES = composed(['trust-center', UNCOVERED_PACK].map(readPack));
const FILING = 'gdpr-art33-authority:de-bfdi';

function aware(dataSets = [GERMAN, stored()], world = {}, pack?: Policy): Story {
  const story = new Story({}, pack, world).to(1);
  story.send('assess', { assessment: assessment({ dataSets }), awareAt: at(1) });
  return story;
}

test('at 50, 75, 90 and 100 % of the clock, once each, then again every twelve hours', () => {
  const story = aware().to(98);
  expect(story.all('alarm-raised', FILING).map((e) => [thresholdName(e.data.threshold), e.at])).toEqual([
    ['50 %', at(37)],
    ['75 %', at(55)],
    ['90 %', at(65.8)],
    ['due', at(73)],
    ['overdue 1', at(85)],
    ['overdue 2', at(97)],
  ]);
});

test('when several passed at once, only the highest rings', () => {
  const story = aware();
  story.tickAt(at(66));
  expect(story.alarms(FILING)).toEqual(['90 %']);
  story.tickAt(at(200));
  expect(story.alarms(FILING)).toEqual(['90 %', 'overdue 10']);
});

test('nothing rings for something already done, and nothing waits for time', () => {
  const story = aware();
  story.send('filed', { obligation: FILING, reference: 'A' });
  story.to(500);
  expect(story.alarms(FILING)).toEqual([]);
  expect(story.all('deadline-missed', FILING)).toEqual([]);
});

test('a hold silences nothing: every part of the clock rings, and the point where silence would have sent', () => {
  const story = aware(undefined, {}, PROMISES);
  story.send('hold', { obligation: 'enterprise-notice', reason: 'x' });
  story.to(46);
  expect(story.alarms('enterprise-notice')).toEqual(['margin', '75 %', '90 %']);
  story.to(49);
  expect(story.alarms('enterprise-notice')).toEqual(['margin', '75 %', '90 %', 'due']);
});

test('an earlier awareness rings again for the thresholds of the new clock', () => {
  const story = aware().to(40);
  expect(story.alarms(FILING)).toEqual(['50 %']);
  story.send('assess', { awareAt: at(-32), reason: 'the log' });
  expect(story.alarms(FILING)).toEqual(['50 %', 'due']);
});

test('an alarm says what is left, what to do, and no address', () => {
  const story = aware().to(72);
  story.send('hold', { obligation: FILING, reason: 'x', by: 'counsel@example.com' });
  story.to(90);
  const texts = story.all('alarm-raised').map((e) => alarmText(e.data, e.at).text);
  expect(texts).toContain(
    'Report to the EU supervisory authority: 1 d 12 h left. To do: file the report, then record its reference.',
  );
  expect(texts.filter((text) => text.includes('@'))).toEqual([]);
});

test('a held notice’s alarm says that it is held, without the address of who held it', () => {
  const story = aware(undefined, {}, PROMISES);
  story.send('hold', { obligation: 'enterprise-notice', reason: 'x', by: 'counsel@example.com' });
  story.to(50);
  const { data, at: raisedAt } = story.last('alarm-raised', 'enterprise-notice');
  expect(data.todo).toBe('release');
  expect(alarmText(data, raisedAt).text).toMatch(/held.*release/);
  expect(alarmText(data, raisedAt).text).not.toContain('@');
});

test('an incident that nobody answers for two months wakes a bounded number of times, and never twice at one instant', () => {
  const story = new Story();
  story.send('assess', { assessment: assessment() });
  story.to(60 * 24);
  expect(story.events.length).toBeLessThan(2_500);
  expect(overdueCount(story.state, story.now)).toBeGreaterThan(0);
});

test('an incident with nothing owed has nothing to wait for', () => {
  const story = new Story({ serviceAffecting: false });
  story.send('status', { status: 'resolved' });
  story.send('assess', {
    assessment: { personalData: 'no', howItOccurred: 'a key was pushed to a public repository' },
  });
  story.confirmNotOwed();
  waivePromises(story);
  expect(nextWake(story.state, story.pack, story.now)).toBeUndefined();
});
