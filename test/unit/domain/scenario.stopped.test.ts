// A notice that goes out is wrong, or goes to the wrong people: a person stops it. Who was told stays told, nobody is told twice,
// the rest waits for a person under the deadline that it had, and what is said of it is true.
import { alarmText } from '../../../domain/case/alarm-text';
import { clockAlarm } from '../../../domain/incident/alarms';
import { closeProblems } from '../../../domain/incident/close-problems';
import type { Counted } from '../../../domain/incident/counted';
import { board, explain } from '../../../domain/incident/explain';
import { ledgerKey } from '../../../domain/incident/ledger-key';
import { narrate } from '../../../domain/incident/narrate';
import { nextSteps } from '../../../domain/incident/next-steps';
import { sentOnSilenceAt } from '../../../domain/incident/sent-on-silence';
import { causedWork, wantedWork } from '../../../domain/incident/work';
import { commandText } from '../../../domain/kernel/command-lines';
import { type Policy, ruleOf } from '../../../domain/policy/policy';
import { accounts, assessment, at, COUNSEL, ONCALL, stored } from './helpers/facts';
import { Story } from './helpers/story';

const ID = 'enterprise-notice';
const PEOPLE = 'gdpr-art34-individuals';
const WHY = 'the letter names the wrong product';
const ALL = ['ws-1', 'ws-2', 'ws-3', 'ws-4'];

/** A notice to four workspaces that is being mailed, at hour 3. */
function sending(workspaces = ALL, pack?: Policy): Story {
  const story = new Story({ serviceAffecting: false }, pack).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces }), awareAt: at(1) });
  story.world.silent = ['dispatch'];
  story.send('approve', { obligation: ID });
  return story.to(3);
}

const stop = (story: Story, over: object = {}) =>
  story.send('stop-sending', { obligation: ID, reason: WHY, by: ONCALL, ...over });

/** Every batch that was on its way has ended. */
function ended(story: Story, reached: string[], over: { stopped?: true; round?: number } = { stopped: true }): void {
  const o = story.obligation(ID);
  const asked = o.covers!.workspaces as string[];
  const unreached = asked
    .filter((id) => !reached.includes(id))
    .map((workspace) => ({ workspace, why: 'stopped' as const }));
  const counted: Counted = {
    ...{ of: 'workspaces', reached, unreached },
    numbers: { told: reached.length, untold: unreached.length },
  };
  const evidence = { channel: 'email', recipients: reached.length, sent: reached.length, failed: 0, renderings: [] };
  story.report({ kind: 'delivered', obligation: ID, round: o.round, evidence, counted, ...over });
}

const rowOf = (story: Story) => board(story.state, story.pack, story.now).find(({ id }) => id === ID)!;
const explained = (story: Story) =>
  explain(story.state, story.pack)
    .flatMap(({ obligations }) => obligations)
    .find(({ id }) => id === ID)!;

test('who, when and why are on record, and the ledger is told at once', () => {
  const story = sending();
  const [stopped] = stop(story);
  expect(stopped).toMatchObject({
    kind: 'sending-stopped',
    by: ONCALL,
    data: { obligation: ID, round: 1, reason: WHY },
  });
  expect(causedWork(stopped!, story.state, story.pack)).toMatchObject([
    { kind: 'stop-delivery', obligation: ID, round: 1, ledgerKey: ID },
  ]);
  expect(narrate(stopped!, story.pack).text).toContain(`: ${WHY}. Batches on their way still end`);
  // Until the batches on their way have ended nobody knows how many were told, and nobody says so.
  expect(story.obligation(ID)).toMatchObject({
    status: 'dispatching',
    stopped: { by: ONCALL, at: at(3), reason: WHY },
  });
  expect(rowOf(story).status).toBe(`being stopped by ${ONCALL}`);
  expect(closeProblems(story.state, story.pack).join()).toContain(`${ID}: is being stopped`);
});

test('it says how many were told and how many not, keeps its deadline, rings as before and is never sent on silence', () => {
  const story = sending();
  const { dueAt } = story.obligation(ID);
  stop(story);
  ended(story, ['ws-1']);
  expect(story.last('delivery-counted', ID).data).toMatchObject({ stopped: true });
  expect(narrate(story.last('delivery-counted', ID), story.pack).text).toBe('Stopped: 1 workspace told by mail, 3 not');
  expect(story.obligation(ID)).toMatchObject({ status: 'drafted', round: 2, purpose: 'new-recipients', dueAt });
  expect(story.obligation(ID)).toMatchObject({ tally: { mailed: ['ws-1'] }, stopped: { by: ONCALL } });
  expect(ledgerKey(story.obligation(ID))).toBe(ID);
  expect(rowOf(story)).toMatchObject({
    status: `stopped by ${ONCALL}: 1 of 4 told`,
    standing: 'waits',
    settled: false,
  });
  expect(explained(story).stopped).toBe(
    `stopped by ${ONCALL}: 1 of 4 told (2026-04-01 05:10 UTC: ${WHY})`.replace(
      '2026-04-01 05:10',
      story.obligation(ID).stopped!.at.slice(0, 16).replace('T', ' '),
    ),
  );
  expect(sentOnSilenceAt(story.obligation(ID), story.state, story.pack)).toBeUndefined();
  const step = nextSteps(story.state, story.pack, story.now).find(({ obligation }) => obligation === ID)!;
  expect(step.onSilence).toBeUndefined();
  const rang = story.alarms(ID).length;
  story.to(400);
  expect(story.all('dispatch-started', ID)).toHaveLength(1);
  expect(story.all('deadline-missed', ID)).toHaveLength(1);
  expect(story.alarms(ID).length).toBeGreaterThan(rang + 2);
  const alarm = clockAlarm(story.obligation(ID), ruleOf(story.pack, ID)!, { kind: 'due' }, story.state, story.pack);
  expect(alarmText(alarm, story.now).what).toContain(`stopped by ${ONCALL}: 1 of 4 told`);
});

test('the same text goes on: to the rest only, and all of it is fulfilled when the last was told', () => {
  const story = sending();
  stop(story);
  ended(story, ['ws-1', 'ws-2']);
  story.to(5).send('approve', { obligation: ID, by: COUNSEL });
  const o = story.obligation(ID);
  expect(o).toMatchObject({ status: 'dispatching', round: 2 });
  expect(o.stopped).toBeUndefined();
  // In the same ledger, in which nobody is mailed twice.
  expect(wantedWork(story.state, story.pack).find(({ kind }) => kind === 'dispatch')).toMatchObject({ ledgerKey: ID });
  story.restore('dispatch');
  expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', evidence: { told: 4, of: 4 } });
  expect(story.all('obligation-fulfilled', ID)).toHaveLength(1);
  // Those who were told know what it says: nothing is corrected.
  expect(story.to(20).obligation(ID).status).toBe('fulfilled');
});

test('released, it is as before: silence sends it, at once where its time has come', () => {
  const story = sending();
  stop(story);
  ended(story, ['ws-1']);
  story.send('release', { obligation: ID, reason: 'the letter is right after all', by: COUNSEL });
  expect(story.obligation(ID).stopped).toBeUndefined();
  expect(
    story
      .to(400)
      .all('dispatch-started', ID)
      .map(({ data }) => data.trigger),
  ).toEqual(['approved', 'silence']);
});

/** The draft that its round for the rest asks for. */
function draftWanted(story: Story) {
  const obligations = { [ID]: { ...story.obligation(ID), draft: undefined } };
  return wantedWork({ ...story.state, obligations }, story.pack)[0];
}

test("counsel's text of before stands in the round for the rest, and a new one goes to the rest alone", () => {
  const story = new Story({ serviceAffecting: false }).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ALL }), awareAt: at(1) });
  const text = { obligation: ID, language: 'en', subject: 'About your data', by: COUNSEL };
  const draft = () => story.obligation(ID).draft!.fingerprint;
  story.send('edit-draft', { ...text, draft: draft(), body: 'As counsel wrote it.' });
  story.world.silent = ['dispatch'];
  story.send('approve', { obligation: ID });
  stop(story);
  ended(story, ['ws-1']);
  const work = draftWanted(story);
  expect(work).toMatchObject({ kind: 'draft', edits: [{ language: 'en', body: 'As counsel wrote it.', by: COUNSEL }] });
  story.send('edit-draft', { ...text, draft: draft(), body: 'Corrected.' });
  expect(story.problems()).toEqual([]);
  story.send('approve', { obligation: ID, by: COUNSEL });
  expect(story.obligation(ID)).toMatchObject({ status: 'dispatching', edits: { en: { body: 'Corrected.' } } });
});

test('facts that changed before the rest was told: those told before are told what is so, as a correction', () => {
  const story = sending();
  stop(story);
  ended(story, ['ws-1', 'ws-2']);
  const facts = assessment({ dataSets: [stored({ categories: ['contact', 'financial'] })], workspaces: ALL });
  story.to(5).send('assess', { assessment: facts, reason: 'bank details were in it too' });
  story.restore('dispatch');
  story.send('approve', { obligation: ID, by: COUNSEL });
  expect(story.obligation(ID)).toMatchObject({ status: 'drafted', round: 3, purpose: 'supplement' });
  expect(story.obligation(ID).changed!.join()).toContain('categories');
});

test('the wrong people: whoever of them was told is told the truth, the others hear nothing', () => {
  const story = sending();
  stop(story, { reason: 'two of these are customers of somebody else' });
  ended(story, ['ws-1', 'ws-2']);
  const facts = assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-4'] });
  story.to(5).send('assess', { assessment: facts, reason: 'the list was that of another cluster' });
  story.send('approve', { obligation: ID, by: COUNSEL });
  expect(story.last('dispatch-started', ID).data.covers.workspaces).toEqual(['ws-1', 'ws-4']);
  story.restore('dispatch');
  expect(story.obligation(ID)).toMatchObject({
    round: 3,
    purpose: 'supplement',
    changed: ['a customer who is not affected'],
  });
  expect(story.last('delivery-counted', ID).data.counted).toMatchObject({ reached: ['ws-1', 'ws-4'] });
  story.send('approve', { obligation: ID, by: COUNSEL });
  expect(story.last('delivery-counted', ID).data.counted).toMatchObject({ numbers: { told: 2 } });
});

test('it was owed to nobody: it falls away, and whoever was mailed gets a correction', () => {
  const story = sending();
  stop(story);
  ended(story, ['ws-1', 'ws-2']);
  const none = assessment({ personalData: 'no', dataSets: [], workspaces: [] });
  story.to(5).send('assess', { assessment: none, reason: 'the export held invented test data' });
  expect(story.obligation(ID)).toMatchObject({ status: 'drafted', round: 3, purpose: 'supplement' });
  expect(story.obligation(ID).changed).toContain('whether it concerns them at all');
  story.send('approve', { obligation: ID, by: COUNSEL });
  expect(story.last('dispatch-started', ID).data.covers.workspaces).toEqual(['ws-1', 'ws-2']);
});

test('stopped before anybody was mailed, it is a first notice still, and nobody counts as told', () => {
  const story = sending();
  stop(story);
  ended(story, []);
  expect(story.obligation(ID)).toMatchObject({ status: 'drafted', round: 2, purpose: 'first' });
  expect(story.obligation(ID).told).toBeUndefined();
  expect(rowOf(story).status).toBe(`stopped by ${ONCALL}: 0 of 4 told`);
  story.send('assess', {
    assessment: assessment({ dataSets: [stored()], workspaces: ['ws-9'] }),
    reason: 'another list',
  });
  story.restore('dispatch');
  story.send('approve', { obligation: ID, by: COUNSEL });
  expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', evidence: { told: 1, of: 1 } });
});

test('it comes after the last batch: everybody was told, which is what the record says', () => {
  const story = sending();
  stop(story);
  ended(story, ALL, {});
  expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', evidence: { told: 4 } });
  expect(story.obligation(ID).stopped).toBeUndefined();
});

test('stopped again, in the round for the rest, it goes on once more', () => {
  const story = sending();
  stop(story);
  ended(story, ['ws-1']);
  story.send('approve', { obligation: ID, by: COUNSEL });
  stop(story, { reason: 'still the wrong product' });
  ended(story, ['ws-1', 'ws-3']);
  expect(story.obligation(ID)).toMatchObject({
    status: 'drafted',
    round: 3,
    stopped: { reason: 'still the wrong product' },
  });
  expect(rowOf(story).status).toBe(`stopped by ${ONCALL}: 2 of 4 told`);
});

test('a correction that is stopped stays one, for those who are not told it yet', () => {
  const story = new Story({ serviceAffecting: false }).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ALL }), awareAt: at(1) });
  story.send('approve', { obligation: ID });
  const more = assessment({ dataSets: [stored({ categories: ['contact', 'financial'] })], workspaces: ALL });
  story.to(5).send('assess', { assessment: more, reason: 'bank details were in it too' });
  story.world.silent = ['dispatch'];
  story.send('approve', { obligation: ID, by: COUNSEL });
  const key = ledgerKey(story.obligation(ID));
  stop(story);
  ended(story, ['ws-1']);
  expect(story.obligation(ID)).toMatchObject({ round: 3, changed: [expect.stringContaining('categories')] });
  expect(ledgerKey(story.obligation(ID))).toBe(key);
  story.restore('dispatch');
  story.send('approve', { obligation: ID, by: COUNSEL });
  expect(story.to(40).obligation(ID)).toMatchObject({ status: 'fulfilled', supplements: [{ evidence: { told: 4 } }] });
});

test('people, too: what the directory lists and what was told', () => {
  const story = new Story({ serviceAffecting: false }).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [accounts()] }), awareAt: at(1) });
  story.world.silent = ['dispatch'];
  story.send('approve', { obligation: PEOPLE, incompleteBecause: 'people must block their cards tonight' });
  story.send('stop-sending', { obligation: PEOPLE, reason: WHY });
  const o = story.obligation(PEOPLE);
  const evidence = { channel: 'email', recipients: 40, sent: 40, failed: 0, renderings: [] };
  const groups = [{ dataSet: 'accounts', country: 'DE', listed: 150, told: 40 }];
  const counted = { of: 'people' as const, groups };
  story.report({ kind: 'delivered', obligation: PEOPLE, round: 1, evidence, counted, stopped: true });
  expect(narrate(story.last('delivery-counted', PEOPLE), story.pack).text).toMatch(
    /^Stopped: 40 .* told by mail, 110 /,
  );
  expect(story.obligation(PEOPLE)).toMatchObject({ round: 2, dueAt: o.dueAt, stopped: { reason: WHY } });
  expect(story.to(300).all('dispatch-started', PEOPLE)).toHaveLength(1);
});

describe('a stop falls only by a person who means it', () => {
  const HOLD = {
    obligation: ID,
    reason: 'counsel reads the letter against the contract first',
    until: at(20),
    by: COUNSEL,
  };

  test('a hold that ends by itself lifts no stop: nothing goes out on silence', () => {
    const story = sending();
    stop(story);
    ended(story, ['ws-1']);
    story.send('hold', HOLD);
    expect(story.problems()).toEqual([]);
    story.to(400);
    expect(story.last('obligation-released', ID)).toMatchObject({ by: 'tocsin' });
    expect(story.obligation(ID)).toMatchObject({ round: 2, stopped: { by: ONCALL } });
    expect(story.obligation(ID).hold).toBeUndefined();
    expect(story.all('dispatch-started', ID)).toHaveLength(1);
  });

  test('a release ends the hold first, then the stop; an approval both', () => {
    const story = sending();
    stop(story);
    ended(story, ['ws-1']);
    story.send('hold', HOLD);
    story.send('release', { obligation: ID, reason: 'counsel has read the letter', by: COUNSEL });
    expect(story.obligation(ID)).toMatchObject({ hold: undefined, stopped: { by: ONCALL } });
    story.send('release', { obligation: ID, reason: 'it is right', by: COUNSEL });
    expect(story.obligation(ID).stopped).toBeUndefined();
    expect(story.folded()).toEqual(story.state);
  });

  test('where releases take two persons, so does that of what somebody else stopped', () => {
    const { pack } = new Story();
    const two = { ...pack, organisation: { ...pack.organisation, twoPersons: ['releases' as const] } };
    for (const act of ['release', 'approve'] as const) {
      const story = sending(ALL, two);
      stop(story);
      ended(story, ['ws-1']);
      story.send(act, { obligation: ID, by: COUNSEL });
      expect(story.obligation(ID).stopped).toMatchObject({ by: ONCALL });
      expect(story.last('first-of-two', ID)).toMatchObject({ by: COUNSEL, data: { act } });
      story.send(act, { obligation: ID, by: 'third@example.com' });
      expect(story.obligation(ID).stopped).toBeUndefined();
      const alone = sending(ALL, two);
      stop(alone);
      ended(alone, ['ws-1']);
      alone.send(act, { obligation: ID, by: ONCALL });
      expect(alone.obligation(ID).stopped).toBeUndefined();
    }
  });

  test('facts that make it not owed, and owed again, do not lift it', () => {
    const story = sending();
    stop(story);
    ended(story, []);
    const none = assessment({ personalData: 'no', dataSets: [], workspaces: [] });
    story.to(4).send('assess', { assessment: none, reason: 'the export held invented test data' });
    expect(story.obligation(ID).status).toBe('not-required');
    expect(explained(story).stopped).toBeUndefined();
    expect(rowOf(story).status).not.toContain('stopped');
    const again = assessment({ dataSets: [stored()], workspaces: ALL });
    story.to(5).send('assess', { assessment: again, reason: 'it did not' });
    expect(story.obligation(ID)).toMatchObject({ status: 'drafted', stopped: { by: ONCALL } });
    expect(story.to(400).all('dispatch-started', ID)).toHaveLength(1);
  });
});

test("the promise is not waived past the law's duty that it serves, while somebody is untold", () => {
  const story = sending();
  stop(story);
  ended(story, ['ws-1']);
  const waived = {
    obligation: ID,
    reason: 'the bank tells all of them in a letter of its own',
    ground: 'promise-told-otherwise',
    by: COUNSEL,
  };
  story.send('waive', waived);
  expect(story.problems()).toEqual([
    expect.stringMatching(/tells under gdpr-art33-2-controllers .* too, and somebody is/),
  ]);
  expect(story.obligation('gdpr-art33-2-controllers').status).not.toBe('fulfilled');
  story.send('leave-untold', {
    obligation: ID,
    rest: true,
    reason: 'they are told by their own controller',
    by: COUNSEL,
  });
  expect(story.obligation(ID).status).toBe('fulfilled');
});

test('a text that had fallen with its facts stays fallen in the round for the rest', () => {
  const story = new Story({ serviceAffecting: false }).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ALL }), awareAt: at(1) });
  const edit = (language: string, body: string) => {
    const draft = story.obligation(ID).draft!.fingerprint;
    story.send('edit-draft', { obligation: ID, language, subject: 'About your data', body, draft, by: COUNSEL });
  };
  edit('de', 'Von gestern.');
  const more = assessment({ dataSets: [stored({ categories: ['contact', 'financial'] })], workspaces: ALL });
  story.send('assess', { assessment: more, reason: 'bank details were in it too' });
  edit('en', 'As counsel wrote it.');
  expect(story.problems()).toEqual([]);
  story.world.silent = ['dispatch'];
  story.send('approve', { obligation: ID });
  stop(story);
  ended(story, ['ws-1']);
  const work = draftWanted(story);
  expect(work).toMatchObject({ kind: 'draft', edits: [{ language: 'en' }] });
});

test('a count of an older release, which does not know of stops, does not say that everybody was told', () => {
  const story = sending();
  stop(story);
  // `stopped` is what the workflow makes of a count without it.
  ended(story, ALL, { stopped: true });
  expect(story.last('delivery-counted', ID).data.stopped).toBeUndefined();
  expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', evidence: { told: 4 } });
});

describe('what cannot be stopped is refused with what to do', () => {
  test('a repeat changes nothing', () => {
    const story = sending();
    stop(story);
    expect(stop(story)).toMatchObject([
      { kind: 'noted', data: { note: expect.stringContaining('already being stopped') } },
    ]);
    ended(story, ['ws-1']);
    expect(stop(story)).toMatchObject([
      { kind: 'noted', data: { note: expect.stringContaining('already stopped by') } },
    ]);
    expect(story.all('sending-stopped')).toHaveLength(1);
  });

  test('a draft is held back', () => {
    const story = new Story({ serviceAffecting: false }).to(1);
    story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ALL }), awareAt: at(1) });
    stop(story);
    expect(story.problems()).toEqual([
      expect.stringMatching(/is not being sent; hold it back instead: `npx tocsin hold /),
    ]);
  });

  test('what is told is corrected', () => {
    const story = sending();
    story.restore('dispatch');
    stop(story);
    expect(story.problems()).toEqual([expect.stringMatching(/nothing was stopped\. Correct with assess/)]);
  });

  test('what is told with another notice is stopped with that, and what is published is not mailed', () => {
    const story = sending();
    stop(story, { obligation: 'gdpr-art33-2-controllers' });
    expect(story.problems()).toEqual([
      `obligation: gdpr-art33-2-controllers is told with ${ID}: stop that one: \`npx tocsin notice stop ${story.state.caseId} ${ID} --reason "…"\``,
    ]);
    const affecting = new Story({ serviceAffecting: true }).to(0.5);
    affecting.send('stop-sending', { obligation: 'status-page', reason: WHY });
    expect(affecting.problems()[0]).toMatch(/is not mailed by Tocsin|there is no "status-page"/);
  });

  test('while batches are on their way it is neither approved nor released nor held', () => {
    const story = sending();
    stop(story);
    story.send('approve', { obligation: ID });
    expect(story.problems()).toEqual([expect.stringContaining('is being stopped')]);
    story.send('release', { obligation: ID });
    expect(story.problems()).toEqual([expect.stringContaining('is being stopped')]);
  });

  test('whoever would hold what is being sent is told how to stop it', () => {
    const story = sending();
    story.send('hold', { obligation: ID, reason: WHY });
    expect(story.problems()[0]).toContain(
      `too late to hold. Stop it: \`npx tocsin notice stop ${story.state.caseId} ${ID}`,
    );
  });
});

test('the state is the fold of what is on record', () => {
  const story = sending();
  stop(story);
  ended(story, ['ws-1']);
  story.send('approve', { obligation: ID, by: COUNSEL });
  expect(story.folded()).toEqual(story.state);
  expect(commandText({ verb: 'notice stop', given: { id: 'INC-1', obligation: ID, reason: { ask: 'reason' } } })).toBe(
    `npx tocsin notice stop INC-1 ${ID} --reason "…"`,
  );
});
