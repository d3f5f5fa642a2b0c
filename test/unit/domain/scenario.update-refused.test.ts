// The status page does not take a text (422): a person is told what it said, corrects the text, or publishes it by hand and says so.
import { alarmText } from '../../../domain/case/alarm-text';
import { board } from '../../../domain/incident/explain';
import { narrate } from '../../../domain/incident/narrate';
import { causedWork, type IncidentWork, untakenInApp } from '../../../domain/incident/work';
import { commandText } from '../../../domain/kernel/command-lines';
import { at, COUNSEL, ONCALL } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const ID = 'status-page-update';
const SAID = 'Statuspage answered 422 to: create an incident on page p1 (Name is too long)';
const WHY = 'posted from the console, a shorter name';

function refused(): Story {
  const story = new Story({ serviceAffecting: true }, undefined, { silent: ['dispatch'] }).to(0.5);
  story.send('approve', { obligation: ID });
  story.report({ kind: 'update-refused', data: { obligation: ID, round: 1, detail: SAID } });
  return story;
}

test('it is alarmed with what the page said, and waits: neither silence nor time publishes it', () => {
  const story = refused();
  expect(story.obligation(ID)).toMatchObject({ status: 'drafted', approved: false, refused: { detail: SAID } });
  expect(narrate(story.last('update-refused'), story.pack).text).toContain(SAID);
  const alarm = story.last('alarm-raised', ID);
  expect(alarm.data).toMatchObject({ threshold: { kind: 'refused' }, todo: 'correct-update', detail: SAID });
  expect(alarmText(alarm.data, alarm.at).what).toBe(
    `Statuspage did not take it: ${SAID}. Other pages may show it already`,
  );
  const row = board(story.state, story.pack, story.now).find(({ id }) => id === ID);
  expect(row).toMatchObject({ status: 'refused by Statuspage: correct it', standing: 'waits' });
  expect(alarm.data.commands.map(commandText)).toContain(
    `npx tocsin notice settle ${story.state.caseId} ${ID} --accepted TIME --url https://… --reason "…" --by you@example.com`,
  );
  story.to(40);
  expect(story.all('dispatch-started', ID)).toHaveLength(1);
  expect(story.last('alarm-raised', ID).data).toMatchObject({ todo: 'correct-update', detail: SAID });
});

test('its text is edited and approved again: it goes out in the same round', () => {
  const story = refused();
  const draft = story.obligation(ID).draft!.fingerprint;
  story.send('edit-draft', {
    obligation: ID,
    draft,
    language: 'en',
    subject: 'Logins fail',
    body: 'Shorter.',
    by: COUNSEL,
  });
  expect(story.all('dispatch-started', ID)).toHaveLength(1);
  story.restore('dispatch');
  story.send('approve', { obligation: ID, by: COUNSEL });
  expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', round: 1 });
  expect(story.obligation(ID).refused).toBeUndefined();
});

test('a hold that is released, or ends, does not make the page take it: it waits for an approval still', () => {
  for (const release of [true, false]) {
    const story = refused();
    const hold = { reason: 'engineering looks for the shorter name first', until: at(1), by: COUNSEL };
    story.send('hold', { obligation: ID, ...hold });
    expect(story.problems()).toEqual([]);
    if (release) story.send('release', { obligation: ID, reason: 'it was found', by: COUNSEL });
    story.to(40);
    expect(story.all('obligation-released', ID)).toHaveLength(1);
    expect(story.obligation(ID)).toMatchObject({ hold: undefined, refused: { detail: SAID } });
    expect(story.all('dispatch-started', ID)).toHaveLength(1);
  }
});

test('published by hand: it is fulfilled when it stood there, with where and by whose word', () => {
  const story = refused().to(1.5);
  const settle = { obligation: ID, accepted: true, at: at(1), url: 'https://status.example/i/1', reason: WHY };
  story.send('settle', { ...settle, by: ONCALL });
  expect(story.problems()).toEqual([]);
  expect(story.last('obligation-fulfilled', ID)).toMatchObject({
    by: ONCALL,
    data: {
      at: at(1),
      lateByMs: 0,
      evidence: { url: 'https://status.example/i/1', note: `published by hand: ${WHY}` },
    },
  });
  expect(story.to(10).obligation(ID)).toMatchObject({ status: 'fulfilled' });
  expect(story.folded()).toEqual(story.state);
});

test('not what no page has refused, nor while it is tried, which may publish it yet; nor with a time that cannot be', () => {
  const settle = { obligation: ID, accepted: true, at: at(0.5), reason: WHY };
  const trying = new Story({ serviceAffecting: true }, undefined, { silent: ['dispatch'] }).to(0.5);
  trying.send('settle', settle);
  expect(trying.problems()[0]).toMatch(/no status page has refused it: approve it/);
  trying.send('approve', { obligation: ID });
  trying.send('settle', settle);
  expect(trying.problems()[0]).toMatch(/is being published, and no status page has refused this text/);
  expect(trying.obligation(ID).status).toBe('dispatching');
  trying.report({ kind: 'update-refused', data: { obligation: ID, round: 1, detail: SAID } });
  trying.send('settle', { ...settle, at: at(9) });
  expect(trying.problems()[0]).toMatch(/^at: .*in the future/);
  trying.send('settle', { ...settle, at: undefined, accepted: false });
  expect(trying.problems()[0]).toMatch(/edit-draft.*notice settle/);
  trying.send('settle', settle);
  expect(trying.obligation(ID).status).toBe('fulfilled');
});

test('the address of a page is said of nothing but a status update', () => {
  const story = refused();
  const settle = { accepted: true, at: at(0.5), reason: WHY, url: 'https://status.example/i/1' };
  story.send('settle', { ...settle, obligation: 'containment' });
  expect(story.problems()[0]).toMatch(/^url: says where a status update stands, and \S+ is none: leave it out$/);
});

test('what the product shows is corrected too, and a case that goes on from the register hands over the corrected text alone', () => {
  const pack = {
    ...TRUST_CENTER,
    obligations: TRUST_CENTER.obligations.map((rule) => (rule.id === ID ? { ...rule, inApp: true as const } : rule)),
  };
  const story = new Story({ serviceAffecting: true }, pack, { silent: ['dispatch'] }).to(0.5);
  const caused = () =>
    story.events
      .filter(({ kind }) => kind === 'dispatch-started')
      .slice(-1)
      .flatMap((event) => causedWork(event, story.state, story.pack));
  const corrections = (works: IncidentWork[]) =>
    works.map((work) => work.kind === 'tell-in-app' && [work.message.round, work.message.correction]);
  const taken = () =>
    story.report({
      kind: 'told-in-app',
      data: {
        obligation: ID,
        round: 1,
        messageId: 'inapp_1',
        renderings: story.obligation(ID).draft!.renderings,
      },
    });
  story.send('approve', { obligation: ID });
  expect(corrections(caused())).toEqual([[1, undefined]]);
  expect(taken()).toHaveLength(1);
  story.report({ kind: 'update-refused', data: { obligation: ID, round: 1, detail: SAID } });
  expect(untakenInApp(story.events, story.state, story.pack)).toEqual([]);
  story.send('approve', { obligation: ID });
  expect(corrections(caused())).toEqual([[1, 1]]);
  expect(corrections(untakenInApp(story.events, story.state, story.pack))).toEqual([[1, 1]]);
  expect(taken()).toHaveLength(1);
  expect(taken()).toEqual([]);
  expect(untakenInApp(story.events, story.state, story.pack)).toEqual([]);
});
