/** Mails that came back: whoever they were for is untold again, and nobody else is; a person is told what to do. */
import { alarmText } from '../../../domain/case/alarm-text';
import { board } from '../../../domain/incident/explain';
import { commandText } from '../../../domain/kernel/command-lines';
import { accounts, assessment, at, COUNSEL, stored } from './helpers/facts';
import { packOf } from './helpers/pack';
import { Story } from './helpers/story';
import { GROUP, PEOPLE, toldPeople as people } from './helpers/told-people';

const ID = 'enterprise-notice';
const BOTH = 'gdpr-art33-2-controllers';
const PUBLIC = 'gdpr-art34-3c-public-communication';

/** Three workspaces, all told by mail an hour after the detection. */
function customers(): Story {
  const story = new Story({}).to(1);
  story.send('assess', {
    assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2', 'ws-3'] }),
    awareAt: at(1),
  });
  story.send('approve', { obligation: ID });
  expect(story.obligation(ID).status).toBe('fulfilled');
  return story;
}

function cameBack(story: Story, key: string, back: Record<string, number>): Story {
  Object.assign(story.world.back, back);
  story.report({ kind: 'came-back', ledgerKey: key });
  return story;
}

const row = (story: Story, id: string) => board(story.state, story.pack, story.now).find((each) => each.id === id)!;

test('a workspace is untold again: the notice is open with a deadline of its own, and what was in time stays so', () => {
  const story = customers();
  const { fulfilledAt, lateByMs } = story.obligation(ID);
  cameBack(story.to(30), ID, { 'ws-2': 1 });
  expect(story.last('delivery-recounted', ID).data).toMatchObject({
    ...{ round: 2, workspaces: ['ws-2'], cameBack: 1 },
    clock: { from: 'reopened', anchorAt: at(30) },
  });
  expect(story.obligation(ID)).toMatchObject({ status: 'partly-told', round: 2, fulfilledAt, lateByMs });
  expect(story.obligation(ID).recount).toBeUndefined();
  expect(row(story, ID).status).toBe('partly told: 2 of 3');
  expect(story.last('obligation-reopened', BOTH).data).toMatchObject({
    purpose: 'new-recipients',
    reason: 'told by mail, and the mail came back: ws-2 (the mail came back)',
  });
  // Nothing goes out by itself to an address that is known to be wrong.
  expect(story.all('dispatch-started', ID)).toHaveLength(1);
  expect(row(story, ID).untold!.who).toEqual([{ kind: 'workspace', workspace: 'ws-2', why: 'came-back' }]);
  // What is told with it is open as well, and no deadline is said to be missed.
  expect(story.obligation(BOTH).status).not.toBe('fulfilled');
  expect(story.all('deadline-missed', ID)).toEqual([]);
});

test('an alarm names who it is and the commands that settle it', () => {
  const story = cameBack(customers().to(30), ID, { 'ws-2': 1 });
  const { data } = story.all('alarm-raised', ID).find((each) => each.data.threshold.kind === 'undeliverable')!;
  expect(data).toMatchObject({
    threshold: { failed: 1, total: 3 },
    todo: 'tell-by-hand',
    about: { onSilence: 'alarm' },
    detail: 'ws-2 (the mail came back)',
  });
  expect(data.dueAt).toBe(story.obligation(ID).dueAt);
  const commands = data.commands.map((line) => commandText(line));
  expect(commands[0]).toContain(`told ${story.state.caseId} ${ID} --channel phone --workspaces ws-2`);
  expect(commands[2]).toContain(`approve ${story.state.caseId} ${ID}`);
  expect(commands.join('\n')).not.toContain('waive');
});

test('told by phone, it is fulfilled again as a later round', () => {
  const story = cameBack(customers().to(30), ID, { 'ws-2': 1 });
  story.to(31).send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-2'], by: COUNSEL });
  expect(story.obligation(ID)).toMatchObject({
    status: 'fulfilled',
    fulfilledAt: at(1),
    supplements: [{ round: 2, lateByMs: 0, evidence: { of: 3, told: 3, outside: 1 } }],
  });
  expect(story.folded()).toEqual(story.state);
});

test('mailed at a corrected address, it is told: the count of that delivery says so', () => {
  const story = cameBack(customers().to(30), ID, { 'ws-2': 1 });
  story.world.back = {};
  // It goes on with them, and the draft is approved.
  story.to(31).send('approve', { obligation: ID });
  story.send('approve', { obligation: ID });
  expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', supplements: [{ round: 3 }] });
  expect(story.obligation(ID).tally!.unreached).toEqual([]);
});

test('heard again, late, for another ledger or a notice that was never sent: nothing changes', () => {
  const story = cameBack(customers().to(30), ID, { 'ws-2': 1 });
  const alarms = story.all('alarm-raised', ID).length;
  const { round, tally } = story.obligation(ID);
  cameBack(story, ID, {});
  expect(story.obligation(ID)).toMatchObject({ round, tally });
  expect(story.all('alarm-raised', ID)).toHaveLength(alarms);
  const before = story.state;
  for (const key of ['nothing', `${ID}#7`, PEOPLE]) story.report({ kind: 'came-back', ledgerKey: key });
  expect(story.state).toEqual(before);
});

test('people are counts: as many as mails came back from are untold, whoever else left the directory', () => {
  const story = cameBack(people().to(20), PEOPLE, { 'accounts/FR': 3 });
  expect(row(story, PEOPLE).untold!.who).toEqual([
    { kind: 'people', ...GROUP, count: 3, assessed: 100, listed: 100, told: 97, cameBack: 3 },
  ]);
  // Two more, and forty who were told have left the directory since.
  story.world.listed['accounts/FR'] = 60;
  cameBack(story.to(21), PEOPLE, { 'accounts/FR': 5 });
  expect(row(story, PEOPLE).untold!.who).toMatchObject([{ count: 5, told: 95, cameBack: 5 }]);
  story.send('told', { obligation: PEOPLE, channel: 'letter', people: [{ ...GROUP, count: 5 }], by: COUNSEL });
  expect(story.obligation(PEOPLE)).toMatchObject({ status: 'fulfilled', supplements: [{ evidence: { outside: 5 } }] });
  // The same mails once more take nobody back who was told by letter.
  cameBack(story.to(22), PEOPLE, {});
  expect(story.obligation(PEOPLE).status).toBe('fulfilled');
});

test('above the threshold of the pack a public communication is proposed, and a named person decides', () => {
  const few = cameBack(people().to(20), PEOPLE, { 'accounts/FR': 9 });
  const many = cameBack(people().to(20), PEOPLE, { 'accounts/FR': 10 });
  const alarmOf = (story: Story) =>
    story.all('alarm-raised', PEOPLE).find((each) => each.data.threshold.kind === 'undeliverable')!.data;
  const line = `waive ${many.state.caseId} ${PEOPLE} --reason "…" --ground gdpr-34-3-c`;
  expect(
    alarmOf(few)
      .commands.map((each) => commandText(each))
      .join('\n'),
  ).not.toContain('waive');
  expect(
    alarmOf(many)
      .commands.map((each) => commandText(each))
      .join('\n'),
  ).toContain(line);
  expect(alarmOf(many).detail).toContain('10 mails of 100 came back, 10 % or more');
  expect(many.obligation(PUBLIC).status).toBe('not-required');
  many.send('waive', {
    ...{ obligation: PEOPLE, ground: 'gdpr-34-3-c', by: COUNSEL },
    reason: 'there is no other contact of these ten, and a search would take months',
  });
  expect(many.problems()).toEqual([]);
  expect(['pending', 'drafted']).toContain(many.obligation(PUBLIC).status);
});

test('while it is being sent it is counted once at its end, and whom nobody has tried to reach yet stays to be mailed', () => {
  const story = new Story({}, undefined, { silent: ['dispatch'] }).to(1);
  story.send('assess', {
    assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] }),
    awareAt: at(1),
  });
  story.send('approve', { obligation: ID });
  for (let times = 0; times < 5; times++) story.report({ kind: 'came-back', ledgerKey: ID });
  expect(story.all('mails-came-back')).toHaveLength(1);
  expect(story.all('delivery-recounted')).toEqual([]);
  story.world.back = { 'ws-2': 1 };
  story.restore('dispatch');
  expect(story.obligation(ID)).toMatchObject({ status: 'partly-told' });
  expect(story.all('delivery-recounted')).toHaveLength(1);
  story.world.silent = ['recount'];
  story.report({ kind: 'came-back', ledgerKey: ID });
  story.to(2).send('assess', {
    assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2', 'ws-9'] }),
  });
  story.restore('recount');
  expect(story.obligation(ID).tally!.unreached).toEqual([{ workspace: 'ws-2', why: 'came-back' }]);
  expect(story.obligation(ID).status).not.toBe('partly-told');
});

test('bounced, and left untold by a decision or gone from the directory, a workspace stays untold at the next count', () => {
  const story = cameBack(customers().to(30), ID, { 'ws-2': 1 });
  story.world.silent = ['recount'];
  const before = story.obligation(ID).tally!.unreached;
  story.report({ kind: 'came-back', ledgerKey: ID });
  const counted = {
    ...{ of: 'workspaces' as const, reached: ['ws-1'], numbers: { told: 1, untold: 2 } },
    unreached: [
      { workspace: 'ws-2', why: 'unknown' as const },
      { workspace: 'ws-3', why: 'came-back' as const },
    ],
  };
  story.report({ kind: 'recounted', obligation: ID, asOf: story.obligation(ID).recount!, counted });
  expect(story.obligation(ID).tally!.unreached).toEqual([...before, { workspace: 'ws-3', why: 'came-back' }]);
  // Out of the audience of the count, as it was left untold.
  story.send('leave-untold', { obligation: ID, workspaces: ['ws-2'], reason: 'the contract has ended', by: COUNSEL });
  story.report({ kind: 'came-back', ledgerKey: ID });
  const without = { ...counted, unreached: counted.unreached.slice(1) };
  story.report({ kind: 'recounted', obligation: ID, asOf: story.obligation(ID).recount!, counted: without });
  expect(story.obligation(ID).tally!.unreached.map(({ workspace }) => workspace)).toEqual(['ws-2', 'ws-3']);
});

test('one delivered after all and another one back: as many are told as before, and the alarm names who is not', () => {
  const story = cameBack(customers().to(30), ID, { 'ws-2': 1 });
  const alarms = story.all('alarm-raised', ID).length;
  story.world.back = {};
  cameBack(story.to(30.1), ID, { 'ws-3': 1 });
  const more = story.all('alarm-raised', ID).slice(alarms);
  expect(more.map(({ data }) => data.detail)).toEqual(['ws-3 (the mail came back)']);
});

test('a bounce after the public is told in place of them opens nothing again and keeps what was decided', () => {
  const story = cameBack(people().to(20), PEOPLE, { 'accounts/FR': 10 });
  const reason = 'there is no other contact of these ten, and a search would take months';
  story.send('waive', { obligation: PEOPLE, ground: 'gdpr-34-3-c', reason, by: COUNSEL });
  expect(['pending', 'drafted']).toContain(story.obligation(PUBLIC).status);
  const { round } = story.obligation(PEOPLE);
  cameBack(story.to(21), PEOPLE, { 'accounts/FR': 11 });
  expect(story.obligation(PEOPLE)).toMatchObject({
    ...{ status: 'fulfilled', round, decision: { ground: 'gdpr-34-3-c', reason } },
    tally: { groups: { 'accounts/FR': { mailed: 89, cameBack: 11 } } },
  });
  expect(['pending', 'drafted']).toContain(story.obligation(PUBLIC).status);
  expect(story.folded()).toEqual(story.state);
});

test('mails that came back during the round: the alarm of its count brings the same commands and proposal', () => {
  const story = new Story({}, packOf({ mainEstablishment: 'IE' })).to(1);
  story.send('measure', { text: 'All sessions ended' });
  story.send('assess', {
    assessment: assessment({ dataSets: [accounts({ individuals: 100, residence: { FR: 100 } })] }),
    awareAt: at(1),
  });
  story.world.back = { 'accounts/FR': 10 };
  story.to(11).send('approve', { obligation: PEOPLE });
  const { data } = story.all('alarm-raised', PEOPLE).find((each) => each.data.threshold.kind === 'undeliverable')!;
  expect(data.detail).toContain('10 mails of 100 came back, 10 % or more');
  expect(data.commands.map(({ verb }) => verb)).toEqual(
    expect.arrayContaining(['told', 'approve', 'notice recipients', 'waive']),
  );
});

describe('around closing', () => {
  test('it is not closed while it is counted again', () => {
    const story = customers().to(30);
    story.world.silent = ['recount'];
    story.report({ kind: 'came-back', ledgerKey: ID });
    story.send('close', { note: 'done' });
    expect(story.problems().join('\n')).toMatch(/enterprise-notice: .*being counted again/);
    story.restore('recount');
    story.send('close', { note: 'done' });
    expect(story.problems().join('\n')).not.toMatch(/being counted again/);
  });

  test('what comes back from a closed incident is kept, its owner hears of it once, and it is counted once it is open again', () => {
    const story = customers().to(30);
    story.state = { ...story.state, closedAt: at(30) };
    Object.assign(story.world.back, { 'ws-2': 1 });
    const heard = story.report({ kind: 'came-back', ledgerKey: ID });
    expect(heard.map(({ kind }) => kind)).toEqual(['mails-came-back', 'alarm-raised']);
    const [alarm] = heard.flatMap((event) => (event.kind === 'alarm-raised' ? [event.data] : []));
    expect(alarmText(alarm!, at(30)).text).toMatch(/came back after the incident was closed.*reopen the incident/);
    expect(alarm!.commands.map(({ verb }) => verb)).toEqual(['notice recipients', 'reopen']);
    expect(alarm!.dueAt).toBeUndefined();
    expect(board(story.state, story.pack, at(30)).find(({ id }) => id === ID)?.status).toBe(
      'fulfilled, and mails came back since',
    );
    expect(story.report({ kind: 'came-back', ledgerKey: ID })).toEqual([]);
    const counted = {
      of: 'workspaces' as const,
      reached: ['ws-1', 'ws-2'],
      unreached: [],
      numbers: { told: 2, untold: 0 },
    };
    expect(story.report({ kind: 'recounted', obligation: ID, asOf: story.obligation(ID).recount!, counted })).toEqual(
      [],
    );
    story.to(31).send('reopen', { reason: 'mails of it came back', by: COUNSEL });
    expect(story.obligation(ID)).toMatchObject({
      status: 'partly-told',
      tally: { unreached: [{ workspace: 'ws-2', why: 'came-back' }] },
    });
  });
});
