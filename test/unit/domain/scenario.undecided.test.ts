// A batch of which only the mail provider's records tell whether it was accepted: a person says so, and nobody is told twice.
import { alarmText } from '../../../domain/case/alarm-text';
import { occasionAlarm } from '../../../domain/incident/alarms';
import { narrate } from '../../../domain/incident/narrate';
import { causedWork } from '../../../domain/incident/work';
import { commandText } from '../../../domain/kernel/command-lines';
import { assessment, at, COUNSEL, stored } from './helpers/facts';
import { Story } from './helpers/story';

const ID = 'enterprise-notice';
const WHY = 'the log of the provider lists all of them as delivered';

/** A notice that is being sent, at hour 3. */
function sending(): Story {
  const story = new Story({ serviceAffecting: false }, undefined, { silent: ['dispatch'] }).to(1);
  const facts = assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] });
  story.send('assess', { assessment: facts, awareAt: at(1) });
  story.send('approve', { obligation: ID });
  return story.to(3);
}

test('accepted: the ledger learns when, by whose word it is on record, and the tally counts them at that instant', () => {
  const story = sending();
  const body = { obligation: ID, accepted: true, at: at(1.5), batch: '3f2a90c1d2e4', reason: WHY, by: COUNSEL };
  const [settled] = story.send('settle', body);
  expect(settled).toMatchObject({
    kind: 'batch-settled',
    by: COUNSEL,
    data: { obligation: ID, round: 1, accepted: true, at: at(1.5), batch: '3f2a90c1d2e4', reason: WHY },
  });
  const settlement = { obligation: ID, round: 1, ledgerKey: ID, batch: '3f2a90c1d2e4', acceptedAt: at(1.5) };
  expect(causedWork(settled!, story.state, story.pack)).toMatchObject([{ kind: 'settle-batch', settlement }]);
  expect(narrate(settled!, story.pack).text).toContain('was accepted by the mail provider');
  // The count of the ledger says who was told, not this message.
  expect(story.obligation(ID).status).toBe('dispatching');
  story.restore('dispatch');
  expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', evidence: { told: 2 } });
});

test('not accepted: it is sent, and no instant goes along', () => {
  const story = sending();
  const [settled] = story.send('settle', { obligation: ID, accepted: false, reason: WHY, by: COUNSEL });
  const [work] = causedWork(settled!, story.state, story.pack);
  expect(work).toMatchObject({ kind: 'settle-batch', settlement: { obligation: ID, round: 1, ledgerKey: ID } });
  expect(work).not.toHaveProperty('settlement.acceptedAt');
});

test.each([
  ['in the future', at(3.5), 'in the future'],
  ['before the incident was declared', at(-1), 'before the incident was declared'],
])('accepted %s is refused', (_case, when, why) => {
  const story = sending();
  story.send('settle', { obligation: ID, accepted: true, at: when, reason: WHY, by: COUNSEL });
  expect(story.problems()).toEqual([expect.stringContaining(why)]);
  expect(story.all('batch-settled')).toEqual([]);
});

test('a clock that runs a little ahead is now', () => {
  const story = sending();
  story.send('settle', { obligation: ID, accepted: true, at: at(3.01), reason: WHY, by: COUNSEL });
  expect(story.last('batch-settled').data.at).toBe(story.now);
});

test('what is not being sent has nothing to settle, before as after', () => {
  const story = new Story({ serviceAffecting: false }).to(1);
  const facts = assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] });
  story.send('assess', { assessment: facts, awareAt: at(1) });
  const settle = () => story.send('settle', { obligation: ID, accepted: false, reason: WHY, by: COUNSEL });
  settle();
  expect(story.problems()).toEqual([expect.stringContaining('no batch of it waits for a person')]);
  story.send('approve', { obligation: ID });
  settle();
  expect(story.all('batch-settled')).toEqual([]);
});

test('the alarm names both answers as commands', () => {
  const story = sending();
  const occasion = { obligation: ID, threshold: { kind: 'undecided' as const }, detail: 'Nobody knows whether it was' };
  const alarm = occasionAlarm(occasion, story.state, story.pack);
  const { caseId } = story.state;
  expect(alarm.commands.slice(0, 2).map(commandText)).toEqual([
    `npx tocsin notice settle ${caseId} ${ID} --accepted TIME --reason "…" --by you@example.com`,
    `npx tocsin notice settle ${caseId} ${ID} --reason "…" --by you@example.com --not-accepted`,
  ]);
  expect(alarmText(alarm, at(3)).text).toContain('Nobody knows whether it was. To do: look in the log');
});
