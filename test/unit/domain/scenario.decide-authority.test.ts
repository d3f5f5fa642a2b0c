/** Where the facts do not say which authority a report goes to, a named person decides it with a reason (GDPR Art. 55, 56). */
import { explain } from '../../../domain/incident/explain';
import { accounts, assessment, at, COUNSEL } from './helpers/facts';
import { packOf } from './helpers/pack';
import { Story } from './helpers/story';

const RULE = 'gdpr-art33-authority';
const OPEN = `${RULE}:to-be-determined`;
const IE = `${RULE}:ie-dpc`;
const REASON = 'most of the accounts were opened from Ireland, as the sign-up log of that week shows';
const decide = (story: Story, over: Record<string, unknown> = {}) =>
  story.send('decide-authority', { obligation: RULE, authority: 'ie-dpc', reason: REASON, by: COUNSEL, ...over });

/** Aware one hour after the detection, and nobody knows where the people live, or all of them. */
function unplaced(residence: Record<string, number> = {}): Story {
  const story = new Story({ serviceAffecting: false }).to(1);
  const dataSets = [accounts({ residence, individuals: 400, significantHarm: 'no' })];
  story.send('assess', { assessment: assessment({ dataSets }), awareAt: at(1), by: COUNSEL });
  return story;
}

test('the report goes to that authority on the clock that ran all the while, and is filed with it', () => {
  const story = unplaced().to(40);
  expect(story.obligation(OPEN)).toMatchObject({ status: 'filing', dueAt: at(73) });
  story.send('filed', { obligation: OPEN, reference: 'A' });
  expect(story.problems().join()).toContain(
    `decide which authority it is: \`npx tocsin decide-authority INC-2026-001 ${OPEN} AUTHORITY --reason "…"\``,
  );
  decide(story);
  expect(story.obligation(IE)).toMatchObject({ status: 'filing', dueAt: at(73), clock: { anchorAt: at(1) } });
  expect(story.obligation(IE).clock?.partAt).toBeUndefined();
  expect(story.obligation(OPEN)).toMatchObject({
    status: 'not-required',
    decision: { by: COUNSEL, reason: expect.stringContaining(IE) },
  });
  expect(story.state.authorityDecided).toEqual({
    [RULE]: { authority: 'ie-dpc', by: COUNSEL, at: at(40), reason: REASON },
  });
  story.send('filed', { obligation: RULE, reference: 'IN-1' });
  expect(story.obligation(IE)).toMatchObject({ status: 'fulfilled', lateByMs: 0 });
  expect(story.folded()).toEqual(story.state);
});

test('beside an authority that the facts name; one that they name already is not asked twice', () => {
  const beside = unplaced({ DE: 100 });
  decide(beside);
  const keys = (story: Story) =>
    Object.values(story.state.obligations).flatMap((o) =>
      o.rule === RULE && o.status === 'filing' ? [o.recipient] : [],
    );
  expect(keys(beside).sort()).toEqual(['de-bfdi', 'ie-dpc']);
  const same = unplaced({ DE: 100 });
  decide(same, { authority: 'de-bfdi' });
  expect(keys(same)).toEqual(['de-bfdi']);
});

test('it is decided anew with another reason, and what was decided before is proposed as not owed', () => {
  const story = unplaced();
  decide(story);
  story.to(5);
  decide(story, { authority: 'fr-cnil', reason: 'the log was of the wrong year: most of them signed up in France' });
  expect(story.obligation(`${RULE}:fr-cnil`)).toMatchObject({ status: 'filing', dueAt: at(73) });
  expect(story.obligation(IE).status).toBe('proposed-not-owed');
});

test('places that are assessed afterwards take its place', () => {
  const story = unplaced();
  decide(story);
  story.send('assess', { assessment: assessment({ dataSets: [accounts({ residence: { FR: 400 } })] }) });
  expect(story.obligation(`${RULE}:fr-cnil`)).toMatchObject({ status: 'filing', dueAt: at(73) });
  expect(story.obligation(IE).status).toBe('proposed-not-owed');
});

test('the alarm of a report without an authority asks for the decision, that of one with it for the filing', () => {
  const story = unplaced().to(40);
  expect(story.last('alarm-raised', OPEN).data).toMatchObject({ todo: 'decide-authority' });
  expect(story.last('alarm-raised', OPEN).data.commands[0]).toMatchObject({ verb: 'decide-authority' });
  decide(story);
  story.to(60);
  expect(story.last('alarm-raised', IE).data).toMatchObject({ todo: 'file' });
});

test('explain names who decided, and why it goes there', () => {
  const story = unplaced();
  decide(story);
  const rule = explain(story.state, story.pack).find((each) => each.rule === RULE)!;
  expect(rule.recipientDecided).toBe(`it goes to ie-dpc, as ${COUNSEL} decided: ${REASON}`);
});

describe('it is refused', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['for an authority of another law', { authority: 'opc' }, /^authority: there is no "opc" for gdpr-art33-authority/],
    ['for one that is misspelt, with what was meant', { authority: 'ie-dcp' }, /did you mean "ie-dpc"\?/],
    ['for a report that is mistyped', { obligation: 'gdpr-art33-authorty' }, /did you mean "gdpr-art33-authority"\?/],
    ['for what is no report', { obligation: 'enterprise-notice' }, /is not a report to an authority; those are: /],
    ['without a reason in own words', { reason: 'as agreed' }, /^reason: must say why/],
    ['by the product', { by: 'tocsin' }, /^by: must name a person/],
  ])('%s', (_what, over, problem) => {
    const story = unplaced();
    decide(story, over);
    expect(story.problems().join()).toMatch(problem);
    expect(story.obligation(OPEN).status).toBe('filing');
  });

  test('where the facts say where it goes, with where; and where it is not owed', () => {
    const placed = unplaced({ DE: 400 });
    decide(placed);
    expect(placed.problems().join()).toContain('the facts say where it goes: de-bfdi');
    const lead = new Story({}, packOf({ mainEstablishment: 'IE' })).to(1);
    lead.send('assess', { assessment: assessment({ dataSets: [accounts({ residence: {} })] }) });
    decide(lead, { authority: 'fr-cnil' });
    expect(lead.problems().join()).toContain('the facts say where it goes: ie-dpc');
    const none = new Story().to(1);
    decide(none);
    expect(none.problems().join()).toContain('it is not owed, or not decided yet');
  });

  test('repeated, it changes nothing', () => {
    const story = unplaced();
    decide(story);
    expect(decide(story)).toMatchObject([{ kind: 'noted' }]);
  });
});
