/** Mails that came back, from the rows of the ledger through the real count to what an incident makes of it. */
import { countReached, reachOf } from '../../../activities/delivery/count-reached';
import { besideOf } from '../../../activities/delivery/ledger/beside';
import type { DeliveryEventKind } from '../../../activities/delivery/ledger/delivery-events';
import type { Delivery } from '../../../activities/delivery/ledger/ledger';
import type { DirectoryRecipient } from '../../../activities/directory/directory-port';
import type { Audience } from '../../../activities/types';
import { at, COUNSEL } from '../domain/helpers/facts';
import type { Story } from '../domain/helpers/story';
import { GROUP, PEOPLE, toldPeople } from '../domain/helpers/told-people';

const AUDIENCE: Audience = {
  recipient: { to: 'individuals' },
  workspaces: [],
  dataSets: [{ id: 'accounts', own: true }],
};

const listed = (count: number): DirectoryRecipient[] =>
  Array.from({ length: count }, (_, i) => ({
    ref: `person:${i}`,
    address: `person${i}@example.com`,
    language: 'en',
    groups: [GROUP],
  }));

/** Everybody was sent a mail; the provider told of some of them since, by their number. */
const rowsOf = (recipients: DirectoryRecipient[], fates: Record<number, DeliveryEventKind> = {}): Delivery[] =>
  recipients.map(({ ref, address, language }, i) => ({
    ...{ ref, address, language, channel: 'email', round: 1, createdAt: 'x', updatedAt: 'x', status: 'sent' as const },
    ...(fates[i] && { fate: { kind: fates[i], at: at(12) } }),
  }));

const fatesOf = (count: number, kind: DeliveryEventKind) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [i, kind]));

const counted = (recipients: DirectoryRecipient[], rows: Delivery[]) =>
  countReached(AUDIENCE, besideOf(recipients, rows));

/** Nobody answers a recount but the test. */
const people = () => toldPeople({ silent: ['recount'] });

function recounted(story: Story, recipients: DirectoryRecipient[], rows: Delivery[]): Story {
  story.report({ kind: 'came-back', ledgerKey: PEOPLE });
  const asOf = story.obligation(PEOPLE).recount!;
  const reach = reachOf(AUDIENCE);
  for (const one of besideOf(recipients, rows)) reach.add(one);
  const { gone } = reach;
  story.report({ kind: 'recounted', obligation: PEOPLE, asOf, counted: reach.counted(), ...(gone && { gone }) });
  return story;
}

const alarmed = (story: Story) =>
  story.all('alarm-raised', PEOPLE).filter(({ data }) => data.threshold.kind === 'undeliverable');

test('people whose mail came back are counted by group; nobody is where none did', () => {
  const all = listed(100);
  expect(counted(all, rowsOf(all, fatesOf(30, 'bounced')))).toEqual({
    of: 'people',
    groups: [{ ...GROUP, listed: 100, told: 70, cameBack: 30 }],
  });
  expect(counted(all, rowsOf(all))).toEqual({ of: 'people', groups: [{ ...GROUP, listed: 100, told: 100 }] });
});

test('whoever was reached at another address, or waits for it, is none of them', () => {
  const [one] = listed(1);
  const elsewhere = { ...one!, address: 'elsewhere@example.com' };
  const [back] = rowsOf([one!], { 0: 'bounced' });
  const second = { ...rowsOf([elsewhere])[0]!, ref: 'person:0#2' };
  expect(counted([elsewhere], [back!, second])).toMatchObject({ groups: [{ told: 1 }] });
  expect(JSON.stringify(counted([elsewhere], [back!, second]))).not.toContain('cameBack');
  const waiting = { ...second, status: 'pending' as const };
  expect(counted([elsewhere], [back!, waiting])).toMatchObject({ groups: [{ told: 0, cameBack: 1 }] });
});

test('of a hundred people told thirty mails come back: owed again to them, with an alarm and what may be done instead', () => {
  const all = listed(100);
  const story = recounted(people().to(20), all, rowsOf(all, fatesOf(30, 'bounced')));
  expect(story.obligation(PEOPLE)).toMatchObject({
    status: 'partly-told',
    tally: { groups: { 'accounts/FR': { mailed: 70, cameBack: 30 } } },
  });
  expect(alarmed(story)).toHaveLength(1);
  expect(alarmed(story)[0]!.data).toMatchObject({ threshold: { failed: 30, total: 100 } });
  expect(alarmed(story)[0]!.data.commands.map(({ verb }) => verb)).toContain('waive');
});

test('a soft bounce that is delivered after the person was told by letter is one person told, not two', () => {
  const all = listed(100);
  const story = recounted(people().to(20), all, rowsOf(all, fatesOf(3, 'soft-bounced')));
  story.to(21).send('told', { obligation: PEOPLE, channel: 'letter', people: [{ ...GROUP, count: 3 }], by: COUNSEL });
  expect(story.obligation(PEOPLE)).toMatchObject({ supplements: [{ evidence: { told: 100, outside: 3 } }] });
  recounted(story.to(22), all, rowsOf(all, fatesOf(3, 'delivered')));
  expect(story.obligation(PEOPLE).tally!.groups['accounts/FR']).toMatchObject({ mailed: 100, outside: 0 });
  // What comes back then is seen, whoever it is.
  recounted(story.to(23), all, rowsOf(all, fatesOf(2, 'bounced')));
  expect(story.obligation(PEOPLE)).toMatchObject({ status: 'partly-told' });
  expect(story.obligation(PEOPLE).tally!.groups['accounts/FR']).toMatchObject({ mailed: 98, outside: 0, cameBack: 2 });
});

test('once all of them are mailed elsewhere, what comes back later is counted anew', () => {
  const all = listed(100);
  const story = recounted(people().to(20), all, rowsOf(all, fatesOf(3, 'bounced')));
  story.to(21).send('approve', { obligation: PEOPLE });
  story.send('approve', { obligation: PEOPLE });
  expect(story.obligation(PEOPLE)).toMatchObject({ status: 'fulfilled' });
  recounted(story.to(22), all, rowsOf(all, { 99: 'bounced' }));
  expect(story.obligation(PEOPLE).tally!.groups['accounts/FR']).toMatchObject({ mailed: 99, cameBack: 1 });
  expect(story.obligation(PEOPLE).status).toBe('partly-told');
});

test('whoever a mail came back from is untold, also where the directory has dropped the address since', () => {
  const all = listed(100);
  const story = recounted(people().to(20), all.slice(1), rowsOf(all, { 0: 'bounced' }));
  const tally = () => story.obligation(PEOPLE).tally!.groups['accounts/FR'];
  expect(tally()).toMatchObject({ mailed: 99, cameBack: 1 });
  expect(story.obligation(PEOPLE).status).toBe('partly-told');
  expect(alarmed(story)).toHaveLength(1);
  // The same heard again changes nothing; one more, who is still listed, is one more.
  recounted(story.to(21), all.slice(1), rowsOf(all, { 0: 'bounced' }));
  expect(tally()).toMatchObject({ mailed: 99, cameBack: 1 });
  recounted(story.to(22), all.slice(1), rowsOf(all, { 0: 'bounced', 50: 'complained' }));
  expect(tally()).toMatchObject({ mailed: 98, cameBack: 2 });
  // Told people who leave are told all the same; the last of a group whom it came back from is not.
  recounted(story.to(23), all.slice(60), rowsOf(all, { 0: 'bounced', 50: 'complained' }));
  expect(tally()).toMatchObject({ mailed: 98, cameBack: 2 });
  recounted(story.to(24), [], rowsOf(all, { 0: 'bounced', 50: 'complained', 70: 'suppressed' }));
  expect(tally()).toMatchObject({ mailed: 97, cameBack: 3 });
  expect(story.folded()).toEqual(story.state);
});

test('and so is a workspace of a notice to all of them', () => {
  const all = { recipient: { to: 'workspace-owners' as const, plans: [] }, workspaces: 'all' as const, dataSets: [] };
  const owners = ['a', 'b'].map((id) => ({ ref: `workspace:${id}`, address: `${id}@example.com`, language: 'en' }));
  const rows = rowsOf(owners, { 1: 'bounced' });
  expect(countReached(all, besideOf(owners.slice(0, 1), rows))).toEqual({
    ...{ of: 'workspaces', reached: ['a'], numbers: { told: 1, untold: 1 } },
    unreached: [{ workspace: 'b', why: 'came-back' }],
  });
  // One that was told and is not a customer any more is neither.
  expect(countReached(all, besideOf(owners.slice(0, 1), rowsOf(owners)))).toMatchObject({ unreached: [] });
});
