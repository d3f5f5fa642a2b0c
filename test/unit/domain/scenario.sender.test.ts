/** The incident took over the mailbox that notices come from: what is not sent yet comes from another sender, and nothing else does. */

import { narrate } from '../../../domain/incident/narrate';
import { noticeNow } from '../../../domain/incident/notice-now';
import { ruleOf } from '../../../domain/policy/policy';
import { accounts, assessment, at, COUNSEL, ONCALL, stored } from './helpers/facts';
import { packOf } from './helpers/pack';
import { Story } from './helpers/story';

const CUSTOMERS = 'enterprise-notice';
const PEOPLE = 'gdpr-art34-individuals';
const NEW = { from: 'Security <security@other.example>', reason: 'the attacker reads the mailbox', by: COUNSEL };

function aware(world = {}): Story {
  const story = new Story({ serviceAffecting: true }, undefined, world).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [stored()] }), awareAt: at(1) });
  return story;
}

test('a draft is written anew, and what was approved of the one before does not count for it', () => {
  const story = aware();
  const before = story.obligation(CUSTOMERS).draft!.fingerprint;
  expect(story.send('sender', NEW)).toEqual([
    expect.objectContaining({ kind: 'sender-switched', data: { from: NEW.from, reason: NEW.reason } }),
  ]);
  const after = story.obligation(CUSTOMERS).draft!.fingerprint;
  expect(after).not.toBe(before);
  story.send('approve', { obligation: CUSTOMERS, draft: before, by: COUNSEL });
  expect(story.problems()[0]).toMatch(/out of date|changed/);
  story.send('approve', { obligation: CUSTOMERS, draft: after, by: COUNSEL });
  expect(story.obligation(CUSTOMERS).status).toBe('fulfilled');
  expect(story.folded()!.sender).toEqual(story.state.sender);
});

test('a report to an authority and the status page are the drafts that they were', () => {
  const story = aware();
  const drafts = () =>
    Object.values(story.state.obligations)
      .filter(({ id }) => !story.pack.obligations.some((rule) => rule.id === id && rule.channel === 'email'))
      .map(({ id, draft }) => [id, draft?.fingerprint]);
  const before = drafts();
  story.send('sender', NEW);
  expect(drafts()).toEqual(before);
});

test("counsel's text stands", () => {
  const story = aware();
  const { fingerprint } = story.obligation(CUSTOMERS).draft!;
  story.send('edit-draft', {
    obligation: CUSTOMERS,
    draft: fingerprint,
    language: 'en',
    subject: 's',
    body: 'b',
    by: COUNSEL,
  });
  const edited = story.obligation(CUSTOMERS).draft!.fingerprint;
  story.send('sender', NEW);
  expect(story.obligation(CUSTOMERS).draft!.fingerprint).not.toBe(edited);
  expect(Object.values(story.obligation(CUSTOMERS).edits!)).toHaveLength(1);
  story.send('sender', { configured: true, reason: 'the mailbox is ours again', by: COUNSEL });
  expect(story.obligation(CUSTOMERS).draft!.fingerprint).toBe(edited);
});

test('one that is being sent keeps its sender, and is named', () => {
  const story = aware({ silent: ['dispatch'] });
  story.send('approve', { obligation: CUSTOMERS, by: COUNSEL });
  expect(story.obligation(CUSTOMERS).status).toBe('dispatching');
  const draft = story.obligation(CUSTOMERS).draft;
  const [event] = story.send('sender', NEW);
  expect(event).toMatchObject({ data: { underWay: [CUSTOMERS] } });
  expect(narrate(event!, story.pack).text).toBe(
    'Notices come from another sender at other.example, decided by counsel: the attacker reads the mailbox. Being sent from the one before: enterprise-notice',
  );
  expect(story.obligation(CUSTOMERS).draft).toEqual(draft);
  expect(story.obligation('status-subscribers').draft?.fingerprint).toBeDefined();
});

test('the first of two approvals does not count for the draft with another sender', () => {
  const pack = packOf({ mainEstablishment: 'IE', twoPersons: ['notices-to-individuals'] });
  const story = new Story({}, pack).to(1);
  story.send('measure', { text: 'The sessions were ended', category: 'containment' });
  const dataSets = [stored(), accounts({ individuals: 5, residence: { IE: 5 } })];
  story.send('assess', { assessment: assessment({ dataSets }), awareAt: at(1) });
  const approve = (by: string) => story.send('approve', { obligation: PEOPLE, by });
  const begun = () => story.all('dispatch-started', PEOPLE).length;
  approve(COUNSEL);
  expect(story.all('first-of-two')).toHaveLength(1);
  story.send('sender', NEW);
  approve(ONCALL);
  expect(begun()).toBe(0);
  approve(COUNSEL);
  expect(begun()).toBe(1);
});

test('whom the last mail did not reach gets the next round from the new sender', () => {
  const story = new Story({}, undefined, { unreached: { 'ws-2': 1 } }).to(1);
  const workspaces = ['ws-1', 'ws-2'];
  story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces }), awareAt: at(1) });
  story.send('approve', { obligation: CUSTOMERS, by: COUNSEL });
  expect(story.obligation(CUSTOMERS).status).toBe('partly-told');
  story.send('sender', NEW);
  story.send('approve', { obligation: CUSTOMERS, by: COUNSEL });
  const { status, round, draft } = story.obligation(CUSTOMERS);
  expect([status, round]).toEqual(['drafted', 2]);
  // What it says by itself is another fingerprint: that of the draft has the new sender in it.
  const now = noticeNow(story.obligation(CUSTOMERS), ruleOf(story.pack, CUSTOMERS)!, story.state, story.pack);
  expect(draft!.fingerprint).toBe(now.fingerprint);
  expect(draft!.fingerprint).not.toBe(now.facts);
  expect(story.all('dispatch-started', CUSTOMERS)).toHaveLength(1);
});

test('the same again changes nothing, and so does the configured one where no other was named', () => {
  const story = aware();
  expect(story.send('sender', { configured: true, reason: 'r', by: COUNSEL })).toEqual([
    expect.objectContaining({
      kind: 'noted',
      data: expect.objectContaining({ note: expect.stringContaining('already') }),
    }),
  ]);
  story.send('sender', NEW);
  const drafts = story.all('notice-drafted').length;
  expect(story.send('sender', { ...NEW, reason: 'another' })).toEqual([expect.objectContaining({ kind: 'noted' })]);
  expect(story.all('notice-drafted')).toHaveLength(drafts);
  // The address stands where it was named, and nowhere else.
  const others = story.events.filter(({ kind }) => kind !== 'sender-switched');
  expect(JSON.stringify(others)).not.toContain('other.example');
});

test('no deadline moves, and a notice that goes out by silence does so in time', () => {
  const story = aware({ silent: ['dispatch'] });
  const due = () => Object.values(story.state.obligations).map(({ id, dueAt }) => [id, dueAt]);
  const before = due();
  story.send('sender', NEW);
  expect(due()).toEqual(before);
});
