/** Decisions that the organisation leaves to two persons: one alone changes nothing, and both stand in the history. */

import { nextSteps } from '../../../domain/incident/next-steps';
import { problemsBetween } from '../../../domain/policy/cross-problems';
import { PolicySchema } from '../../../domain/policy/policy';
import { accounts, assessment, at, COUNSEL, ONCALL, stored } from './helpers/facts';
import { packOf, smallPack } from './helpers/pack';
import { NOT_OWED_REASON, Story } from './helpers/story';

const PEOPLE = 'gdpr-art34-individuals';
const ALL = packOf({
  mainEstablishment: 'IE',
  twoPersons: ['notices-to-individuals', 'waivers', 'not-owed', 'leaving-untold'],
});
const BREACH = { dataSets: [stored(), accounts({ individuals: 5, residence: { IE: 5 } })] };

function breach(pack = ALL): Story {
  const story = new Story({}, pack).to(1);
  story.send('measure', { text: 'The sessions were ended', category: 'containment' });
  story.send('assess', { assessment: assessment(BREACH), awareAt: at(1) });
  return story;
}

describe('the approval of a notice to people', () => {
  test('one person alone sends nothing; the same draft approved by a second one goes out, with both on record', () => {
    const story = breach();
    story.send('approve', { obligation: PEOPLE });
    expect(story.obligation(PEOPLE)).toMatchObject({ status: 'drafted' });
    expect(story.all('dispatch-started', PEOPLE)).toEqual([]);
    expect(story.last('first-of-two', PEOPLE)).toMatchObject({ by: ONCALL, data: { act: 'approve' } });
    story.to(2).send('approve', { obligation: PEOPLE, by: COUNSEL });
    expect(story.last('notice-approved', PEOPLE)).toMatchObject({ by: COUNSEL, data: { firstBy: ONCALL } });
    expect(story.obligation(PEOPLE).status).toBe('fulfilled');
    expect(story.state.firstOfTwo).toBeUndefined();
  });

  test('the same person is no second one, however the name is written', () => {
    const story = breach();
    story.send('approve', { obligation: PEOPLE, by: 'Dana@Example.com' });
    for (const by of ['dana@example.com', 'DANA+night@example.com']) story.send('approve', { obligation: PEOPLE, by });
    expect(story.obligation(PEOPLE).status).toBe('drafted');
    expect(story.all('notice-approved', PEOPLE)).toEqual([]);
    expect(story.last('noted').data).toMatchObject({ note: expect.stringMatching(/a second person must/) });
  });

  test('an approval of another text does not count: the first must read the new draft too', () => {
    const story = breach();
    story.send('approve', { obligation: PEOPLE });
    story.to(2).send('assess', { assessment: assessment({ ...BREACH, individualSteps: ['End all your sessions'] }) });
    story.send('approve', { obligation: PEOPLE, by: COUNSEL });
    expect(story.obligation(PEOPLE).status).toBe('drafted');
    story.send('approve', { obligation: PEOPLE });
    expect(story.last('notice-approved', PEOPLE)).toMatchObject({ by: ONCALL, data: { firstBy: COUNSEL } });
  });

  test('nor does an approval from before counsel edited the text', () => {
    const story = breach();
    story.send('approve', { obligation: PEOPLE });
    const { fingerprint, missing: _ } = story.obligation(PEOPLE).draft!;
    const edit = { language: 'en', subject: 'Your data', body: 'Somebody else has read your data.' };
    story.send('edit-draft', { obligation: PEOPLE, draft: fingerprint, ...edit, by: COUNSEL });
    expect(story.last('notice-edited', PEOPLE).by).toBe(COUNSEL);
    story.send('approve', { obligation: PEOPLE, by: COUNSEL });
    expect(story.obligation(PEOPLE).status).toBe('drafted');
  });

  test('what is next says that one of two has approved, and the command for the second', () => {
    const story = breach();
    story.send('approve', { obligation: PEOPLE });
    const step = nextSteps(story.state, ALL, story.now).find(({ obligation }) => obligation === PEOPLE)!;
    expect(step.todo).toContain(`approved by ${ONCALL}, 1 of 2`);
    expect(step.commands[0]).toMatchObject({ verb: 'approve' });
  });

  test('it is asked of notices to people alone, and of nobody where the organisation does not ask it', () => {
    const story = breach();
    story.send('approve', { obligation: 'enterprise-notice' });
    expect(story.last('notice-approved', 'enterprise-notice').data.firstBy).toBeUndefined();
    const alone = breach(packOf({ mainEstablishment: 'IE' }));
    alone.send('approve', { obligation: PEOPLE });
    expect(alone.obligation(PEOPLE).status).toBe('fulfilled');
  });

  test('silence is no second person: a policy by which such a notice goes out by itself is refused', () => {
    const rule = { id: 'people', recipient: { to: 'individuals' }, onSilence: 'send', margin: 'PT1H' };
    const policy = smallPack(rule);
    const organisation = { ...policy.organisation, twoPersons: ['notices-to-individuals' as const] };
    expect(problemsBetween({ ...policy, organisation }).join()).toMatch(/obligations\[people\]: onSilence: "send"/);
    expect(PolicySchema.safeParse({ ...policy, organisation }).success).toBe(false);
  });
});

describe('decisions that end a duty of law', () => {
  test('"not owed" takes a second person, on the same facts', () => {
    const story = new Story({}, ALL).to(1);
    story.send('assess', { assessment: assessment(BREACH), awareAt: at(1) });
    const proposed = () => Object.values(story.state.obligations).filter((o) => o.status === 'proposed-not-owed');
    story.to(2).send('assess', { assessment: assessment({ ...BREACH, personalData: 'no', dataSets: [] }) });
    const [o] = proposed();
    story.send('not-owed', { obligation: o!.id, reason: NOT_OWED_REASON });
    expect(story.obligation(o!.id).status).toBe('proposed-not-owed');
    expect(story.last('first-of-two', o!.id).data.reason).toBe(NOT_OWED_REASON);
    story.send('not-owed', { obligation: o!.id, reason: NOT_OWED_REASON, by: COUNSEL });
    expect(story.obligation(o!.id).status).toBe('not-required');
    expect(story.last('obligation-not-required', o!.id).data).toMatchObject({ decidedBy: COUNSEL, firstBy: ONCALL });
  });

  test('a rejected message is no first one', () => {
    const story = breach();
    story.send('waive', { obligation: PEOPLE, reason: NOT_OWED_REASON, ground: 'no-such-ground' });
    expect(story.all('first-of-two')).toEqual([]);
    expect(story.problems().join()).toMatch(/ground/);
  });
});
