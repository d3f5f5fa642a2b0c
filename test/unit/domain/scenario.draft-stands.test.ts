/** A draft is out of date when what it says has changed, and by nothing else: decision 0038. */
import { open } from '../../../domain/case/advance';
import { alarmText } from '../../../domain/case/alarm-text';
import { noticeContents } from '../../../domain/incident/contents';
import { DeclarationSchema } from '../../../domain/incident/incident';
import { incidentLifecycle } from '../../../domain/incident/lifecycle';
import { nextSteps } from '../../../domain/incident/next-steps';
import { openingOf } from '../../../domain/incident/opening';
import { wantedWork } from '../../../domain/incident/work';
import { ruleOf } from '../../../domain/policy/policy';
import { accounts, assessment, at, COUNSEL, declaration, ONCALL, stored } from './helpers/facts';
import { packOf } from './helpers/pack';
import { Story, type World } from './helpers/story';

const PEOPLE = 'gdpr-art34-individuals';
const CUSTOMERS = 'enterprise-notice';
const DPC = 'gdpr-art33-authority:ie-dpc';
const TWO = packOf({ mainEstablishment: 'IE', twoPersons: ['notices-to-individuals'] });
const KEY = { action: 'rotate-credential', credential: { provider: 'cloudflare', ref: 'ci-7' } };
const block = (n: number) => ({ measure: { action: 'block-source', source: `203.0.113.${n}` } });

function breach(world: Partial<World> = {}, measures = ['The sessions were ended']): Story {
  const story = new Story({}, TWO, world).to(1);
  for (const text of measures) story.send('measure', { text, category: 'containment' });
  const people = accounts({ individuals: 5, residence: { IE: 5 } });
  story.send('assess', { assessment: assessment({ dataSets: [stored(), people] }), awareAt: at(1) });
  return story;
}

const draftsOf = (story: Story, id: string) => story.all('notice-drafted', id).length;
const draftOf = (story: Story, id: string) => story.obligation(id).draft!.fingerprint;
const measuresOf = (story: Story, id: string) =>
  noticeContents(ruleOf(TWO, story.obligation(id).rule)!, story.state, TWO, id).find(
    ({ field }) => field === 'measures-taken',
  )!.value;
const changed = (story: Story, id: string) =>
  story.all('alarm-raised', id).filter(({ data }) => data.threshold.kind === 'text-changed');

function edited(story: Story, id: string, body = 'As counsel wrote it'): void {
  story.send('edit-draft', {
    obligation: id,
    draft: draftOf(story, id),
    language: 'en',
    subject: 'x',
    body,
    by: COUNSEL,
  });
}

describe('the status', () => {
  test('withdraws no approval of a letter that does not say it: the second person sends what the first read', () => {
    const story = breach();
    const read = draftOf(story, PEOPLE);
    story.send('approve', { obligation: PEOPLE });
    for (const status of ['investigating', 'identified', 'contained']) story.send('status', { status });
    story.send('approve', { obligation: PEOPLE, draft: read, by: COUNSEL });
    expect(story.last('notice-approved', PEOPLE).data).toMatchObject({ draft: read, firstBy: ONCALL });
    expect(story.obligation(PEOPLE)).toMatchObject({ status: 'fulfilled', draft: { fingerprint: read } });
    expect([draftsOf(story, PEOPLE), changed(story, PEOPLE)]).toEqual([1, []]);
  });

  test('whoever read a letter before it changed approves what they read', () => {
    const story = breach();
    const read = draftOf(story, CUSTOMERS);
    story.to(2).send('status', { status: 'identified' });
    story.send('approve', { obligation: CUSTOMERS, draft: read });
    expect(story.problems()).toEqual([]);
    expect(story.last('dispatch-started', CUSTOMERS).data.trigger).toBe('approved');
  });

  test('leaves the text that counsel wrote, and no dossier is written anew', () => {
    const story = breach();
    edited(story, CUSTOMERS);
    const before = [CUSTOMERS, PEOPLE, DPC].map((id) => draftsOf(story, id));
    story.to(2).send('status', { status: 'identified' });
    expect([CUSTOMERS, PEOPLE, DPC].map((id) => draftsOf(story, id))).toEqual(before);
    story.send('approve', { obligation: CUSTOMERS });
    expect(story.obligation(CUSTOMERS).draft!.renderings[0]!.edited).toBeDefined();
  });

  test('renews an update that says it, but for a status of the same words', () => {
    const story = breach();
    const id = 'status-page-update';
    const before = draftOf(story, id);
    story.send('status', { status: 'investigating' });
    expect(draftOf(story, id)).toBe(before);
    story.send('status', { status: 'identified' });
    expect(draftOf(story, id)).not.toBe(before);
    story.send('approve', { obligation: id, draft: before });
    expect(story.problems().join()).toMatch(/out of date/);
  });
});

describe('measures taken', () => {
  test('more of them renew nothing until the status changes; then every text that nobody stands behind says them', () => {
    const story = breach();
    const all = [CUSTOMERS, PEOPLE, DPC];
    const before = all.map((id) => draftOf(story, id));
    for (const n of [1, 2, 3]) story.send('contain', block(n));
    story.send('measure', { text: 'All keys were replaced' });
    expect(all.map((id) => draftOf(story, id))).toEqual(before);
    story.to(2).send('status', { status: 'contained' });
    const after = all.map((id) => draftOf(story, id));
    expect(after.filter((each) => before.includes(each))).toEqual([]);
    expect(story.obligation(DPC).draft!.measures).toMatchObject({ recorded: 2, kinds: [{ count: 3 }] });
    story.send('status', { status: 'monitoring' });
    expect(all.map((id) => draftOf(story, id))).toEqual(after);
  });

  test('a text that is written anew for another reason says all of them', () => {
    const story = breach();
    story.send('measure', { text: 'All keys were replaced' });
    expect(story.obligation(CUSTOMERS).draft!.measures).toMatchObject({ recorded: 1 });
    story.to(2).send('assess', { assessment: assessment({ dataSets: [stored({ categories: ['health'] })] }) });
    expect(story.obligation(CUSTOMERS).draft!.measures).toMatchObject({ recorded: 2 });
  });

  test('one that is taken while a draft is written leaves it up to date, with the facts that it tells', () => {
    const story = breach({ silent: ['draft'] });
    const work = wantedWork(story.state, TWO).find(
      (each) => each.kind === 'draft' && each.obligation.id === CUSTOMERS,
    )!;
    story.send('measure', { text: 'All keys were replaced' });
    story.report(story.answer(work));
    expect(story.obligation(CUSTOMERS).draft).toMatchObject({ measures: { recorded: 1 }, says: expect.anything() });
    expect(wantedWork(story.state, TWO).map(({ about }) => about?.obligation)).not.toContain(CUSTOMERS);
  });

  test('what one of two has approved stands, and what was done since waits for the next round', () => {
    const story = breach();
    const read = draftOf(story, PEOPLE);
    story.send('approve', { obligation: PEOPLE });
    story.send('measure', { text: 'All keys were replaced' });
    story.send('contain', block(1));
    story.send('status', { status: 'contained' });
    expect(draftOf(story, PEOPLE)).toBe(read);
    story.send('approve', { obligation: PEOPLE, by: COUNSEL });
    expect(story.last('notice-approved', PEOPLE).data).toMatchObject({ draft: read, firstBy: ONCALL });
    const people = accounts({ individuals: 5, residence: { IE: 5 }, categories: ['name', 'health'] });
    story.to(3).send('assess', { assessment: assessment({ dataSets: [stored(), people] }) });
    expect(story.obligation(PEOPLE)).toMatchObject({ purpose: 'supplement', status: 'drafted' });
    expect(story.obligation(PEOPLE).draft!.measures).toMatchObject({
      recorded: 2,
      kinds: [{ kind: 'sources-blocked' }],
    });
  });

  test('what counsel wrote stands too, and is edited further', () => {
    const story = breach();
    edited(story, CUSTOMERS);
    const before = draftsOf(story, CUSTOMERS);
    story.send('measure', { text: 'All keys were replaced' });
    story.send('status', { status: 'identified' });
    expect(draftsOf(story, CUSTOMERS)).toBe(before);
    edited(story, CUSTOMERS, 'As counsel wrote it, and more');
    expect(story.obligation(CUSTOMERS).draft!.measures).toMatchObject({ recorded: 1 });
    story.send('approve', { obligation: CUSTOMERS });
    expect(story.last('dispatch-started', CUSTOMERS).data.trigger).toBe('approved');
  });

  test('nothing that was undone goes out as done, whoever approved it, and they are told', () => {
    const story = breach();
    story.send('contain', block(1));
    story.send('status', { status: 'contained' });
    story.send('approve', { obligation: PEOPLE });
    const read = draftOf(story, PEOPLE);
    story.send('contain', { undo: 'block-source 203.0.113.1' });
    expect(measuresOf(story, PEOPLE)).not.toMatch(/block/);
    expect(draftOf(story, PEOPLE)).not.toBe(read);
    expect(changed(story, PEOPLE).map(({ data }) => data.threshold)).toEqual([
      { kind: 'text-changed', by: ONCALL, did: 'approved' },
    ]);
    story.send('approve', { obligation: PEOPLE, by: COUNSEL });
    expect(story.obligation(PEOPLE).status).toBe('drafted');
  });

  test('"not yet established" goes out no more once a measure is known, whoever approved it', () => {
    const story = breach({}, []);
    const why = { incompleteBecause: 'people must know tonight' };
    story.send('approve', { obligation: PEOPLE, ...why });
    const read = draftOf(story, PEOPLE);
    expect(story.obligation(PEOPLE).draft!.missing).toContain('What we have done');
    story.send('measure', { text: 'The sessions were ended' });
    expect(draftOf(story, PEOPLE)).not.toBe(read);
    expect(story.obligation(PEOPLE).draft!.missing).not.toContain('What we have done');
  });

  test('a step that was checked since is not said to be unchecked', () => {
    const story = breach({ containment: 'applied' });
    story.send('contain', { measure: KEY });
    story.send('status', { status: 'contained' });
    story.send('approve', { obligation: PEOPLE });
    const read = draftOf(story, PEOPLE);
    const id = Object.keys(story.state.containment)[0]!;
    story.record([{ kind: 'containment-step', data: { id, outcome: 'verified', detail: 'as tested' } }]);
    story.tickAt(story.now);
    expect(draftOf(story, PEOPLE)).not.toBe(read);
    expect(changed(story, PEOPLE)).toHaveLength(1);
  });

  test('a translation of one is said in its language', () => {
    const story = breach();
    story.send('approve', { obligation: PEOPLE });
    const read = draftOf(story, PEOPLE);
    const texts = [{ of: 'The sessions were ended', is: 'Les sessions ont été fermées' }];
    story.send('translate', { language: 'fr', texts });
    expect(draftOf(story, PEOPLE)).not.toBe(read);
  });
});

test('a dossier says who of the people was told as soon as they were', () => {
  const story = breach();
  const before = draftOf(story, DPC);
  story.send('approve', { obligation: PEOPLE });
  story.send('approve', { obligation: PEOPLE, by: COUNSEL });
  expect(draftOf(story, DPC)).not.toBe(before);
});

test('what else a text says renews it: the detection a letter that names it, and no other', () => {
  const story = breach();
  const before = [CUSTOMERS, DPC, PEOPLE].map((id) => draftOf(story, id));
  story.to(2).send('correct', { detectedAt: at(-1), reason: 'the log shows it an hour before' });
  expect(draftOf(story, CUSTOMERS)).not.toBe(before[0]);
  expect(draftOf(story, DPC)).not.toBe(before[1]);
  expect(draftOf(story, PEOPLE)).toBe(before[2]);
});

describe('who is told', () => {
  test('that an approval counts no more, once, in an alarm and in what is next', () => {
    const story = breach();
    story.send('approve', { obligation: PEOPLE });
    const facts = (steps: string[]) => ({
      assessment: assessment({
        dataSets: [stored(), accounts({ individuals: 5, residence: { IE: 5 } })],
        individualSteps: steps,
      }),
    });
    story.to(2).send('assess', facts(['End all your sessions']));
    story.to(2.5).send('assess', facts(['End all your sessions', 'Change your password']));
    const [alarm, ...more] = changed(story, PEOPLE);
    expect(more).toEqual([]);
    expect(alarmText(alarm!.data, alarm!.at).text).toMatch(
      new RegExp(
        `It has changed since ${ONCALL} approved it \\(its text, its sender or whom it goes to\\), so that approval no longer counts`,
      ),
    );
    expect(alarm!.data.commands[0]).toMatchObject({ verb: 'approve' });
    const step = nextSteps(story.state, TWO, story.now).find(({ obligation }) => obligation === PEOPLE)!;
    expect(step.todo).toContain(`approved by ${ONCALL} before it changed (its text, its sender or whom it goes to)`);
  });

  test('that the text which somebody wrote is not used any more', () => {
    const story = breach();
    edited(story, CUSTOMERS);
    story
      .to(2)
      .send('assess', { assessment: assessment({ dataSets: [accounts(), stored({ categories: ['health'] })] }) });
    expect(changed(story, CUSTOMERS).map(({ data }) => data.threshold)).toEqual([
      { kind: 'text-changed', by: COUNSEL, did: 'edited' },
    ]);
  });
});

test('an incident that began before has its drafts renewed by each status, as its history has it', () => {
  const story = breach();
  const parsed = DeclarationSchema.parse(declaration());
  const began = { ofSender: () => true, draftsByText: () => false, waiversByFacts: () => false };
  const first = openingOf(parsed, { sha256: 'a'.repeat(64), pack: TWO }, parsed.declaredAt, began);
  const { state, events } = open(incidentLifecycle(TWO), parsed.id, first, parsed.declaredAt);
  Object.assign(story, { state, events: [...events], now: parsed.declaredAt });
  expect(story.state.statusSince).toBeUndefined();
  story.to(1).send('assess', { assessment: assessment(), awareAt: at(1) });
  const before = draftOf(story, CUSTOMERS);
  expect(story.obligation(CUSTOMERS).draft).not.toHaveProperty('measures');
  story.send('status', { status: 'identified' });
  expect(draftOf(story, CUSTOMERS)).not.toBe(before);
});
