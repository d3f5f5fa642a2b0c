// A notice that is on its way and reaches nobody rings at its thresholds; one that moves stays quiet until its deadline.
import { alarmText } from '../../../domain/case/alarm-text';
import { assessment, at, stored } from './helpers/facts';
import { smallPack } from './helpers/pack';
import { Story } from './helpers/story';

const ID = 'promise';

/** A promise of 48 hours that rings at half and at 90 %, approved at hour 1; its delivery does not end. */
function sending(approvedAt = 1, lookedAt = true): Story {
  const pack = smallPack({ id: ID, recipient: { to: 'workspace-owners' }, alarmAt: [50, 90, 100] });
  const story = new Story({}, pack);
  story.send('assess', {
    assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] }),
    awareAt: at(0),
  });
  story.to(approvedAt);
  story.world.silent = ['dispatch'];
  story.send('approve', { obligation: ID });
  expect(story.obligation(ID).status).toBe('dispatching');
  if (lookedAt) moved(story, 0);
  return story;
}

const moved = (story: Story, settled: number) => story.report({ kind: 'moved', obligation: ID, round: 1, settled });
const hoursOf = (story: Story) => {
  const { dueAt, clock } = story.obligation(ID);
  return { start: Date.parse(clock!.anchorAt), length: Date.parse(dueAt!) - Date.parse(clock!.anchorAt) };
};
/** Hours after the detection at which this part of the time is gone. */
const part = (story: Story, percent: number) => {
  const { start, length } = hoursOf(story);
  return (start + (length * percent) / 100 - Date.parse(at(0))) / 3_600_000;
};

test('it reaches nobody: each threshold rings at its time, and says so', () => {
  const story = sending();
  const rung = story.alarms(ID).length;
  story.to(part(story, 50) - 0.01);
  expect(story.alarms(ID)).toHaveLength(rung);
  story.to(part(story, 50));
  expect(story.alarms(ID).slice(rung)).toEqual(['50 %']);
  const alarm = story.last('alarm-raised', ID);
  expect(alarm.data.todo).toBe('look-into');
  expect(alarmText(alarm.data, alarm.at).what).toContain('nothing has moved since');
  story.to(part(story, 90));
  expect(story.alarms(ID).slice(rung)).toEqual(['50 %', '90 %']);
});

test('it moves: quiet while it does, and rings half an hour after it last did', () => {
  const story = sending();
  const rung = story.alarms(ID).length;
  const half = part(story, 50);
  for (let minutes = -20, settled = 1; minutes <= 40; minutes += 20, settled++) {
    story.to(half + minutes / 60);
    moved(story, settled);
  }
  expect(story.alarms(ID)).toHaveLength(rung);
  story.to(half + 69 / 60);
  expect(story.alarms(ID)).toHaveLength(rung);
  story.to(half + 71 / 60);
  expect(story.alarms(ID).slice(rung)).toEqual(['50 %']);
  story.to(half + 5);
  expect(story.alarms(ID).slice(rung)).toEqual(['50 %']);
});

test('approved just before a threshold it has half an hour', () => {
  const story = sending(1);
  const half = part(story, 50);
  const late = sending(half - 0.1);
  const rung = late.alarms(ID).length;
  late.to(half + 0.39);
  expect(late.alarms(ID)).toHaveLength(rung);
  late.to(half + 0.41);
  expect(late.alarms(ID).slice(rung)).toEqual(['50 %']);
});

test('what has rung before does not ring again because it is being sent', () => {
  const half = part(sending(), 50);
  const story = sending(half + 0.1);
  const rung = story.alarms(ID).length;
  story.to(half + 3);
  expect(story.alarms(ID)).toHaveLength(rung);
});

test('the same count again, of another round or of what is not being sent is no movement', () => {
  const story = sending();
  moved(story, 5);
  moved(story, 5);
  story.report({ kind: 'moved', obligation: ID, round: 2, settled: 9 });
  expect(story.all('delivery-moved')).toHaveLength(2);
  story.restore('dispatch');
  moved(story, 9);
  expect(story.all('delivery-moved')).toHaveLength(2);
});

test('its deadline rings though it moves', () => {
  const story = sending();
  story.to(part(story, 100) - 0.01);
  moved(story, 1);
  story.to(part(story, 100) + 0.001);
  expect(story.alarms(ID)).toContain('due');
});

test('one that was not looked at yet rings at its deadline', () => {
  const story = sending(1, false);
  const rung = story.alarms(ID).length;
  story.to(part(story, 95));
  expect(story.alarms(ID)).toHaveLength(rung);
  story.to(part(story, 100) + 0.001);
  expect(story.alarms(ID)).toContain('due');
});
