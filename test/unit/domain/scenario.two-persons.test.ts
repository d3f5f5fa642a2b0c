/** Decisions that the organisation leaves to two persons: one alone changes nothing, and both stand in the history. */

import { heldText } from '../../../domain/incident/holds';
import { narrate } from '../../../domain/incident/narrate';
import { nextSteps } from '../../../domain/incident/next-steps';
import { approvalOf, onceText } from '../../../domain/incident/two-persons';
import { UNAUTHENTICATED } from '../../../domain/kernel/recorded-event';
import { human } from '../../../domain/kernel/time';
import { problemsBetween } from '../../../domain/policy/cross-problems';
import { PolicySchema, ruleOf } from '../../../domain/policy/policy';
import { UNCOVERED_PACK } from '../../../domain/policy/uncovered';
import { readPack } from '../../../policy/read-pack';
import { accounts, assessment, at, COUNSEL, ONCALL, stored } from './helpers/facts';
import { composed, packOf, smallPack } from './helpers/pack';
import { NOT_OWED_REASON, Story } from './helpers/story';

const PEOPLE = 'gdpr-art34-individuals';
const CUSTOMERS = 'enterprise-notice';
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

/** The customers' notice is sent, and two of three workspaces have no usable address. */
function unreached(pack = ALL): Story {
  const story = new Story({}, pack, { unreached: { 'ws-2': 1, 'ws-3': 1 } }).to(1);
  const workspaces = ['ws-1', 'ws-2', 'ws-3'];
  story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces }), awareAt: at(1) });
  story.send('approve', { obligation: CUSTOMERS });
  return story;
}

const onceOf = (story: Story, id: string) => onceText(story.obligation(id), story.state, story.pack);

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
    const followed = smallPack({ id: 'people', recipient: { to: 'individuals' }, followUpOnStatus: ['resolved'] });
    expect(problemsBetween({ ...followed, organisation }).join()).toMatch(/obligations\[people\]\.followUpOnStatus: /);
    expect(problemsBetween(followed)).toEqual([]);
  });

  test('why a notice goes out without something is kept of the first person', () => {
    const story = breach();
    const { individualSteps: _, ...facts } = assessment(BREACH) as Record<string, unknown>;
    story.to(2).send('assess', { assessment: facts });
    story.send('approve', { obligation: PEOPLE, incompleteBecause: 'the rest is not known yet' });
    expect(story.last('first-of-two', PEOPLE).data.reason).toBe('the rest is not known yet');
  });
});

describe('decisions that end a duty of law', () => {
  test.each(['waive', 'not-owed', 'approve', 'leave-untold', 'confirm'] as const)(
    '%s: the one who went past the server is the same person as before',
    (act) => {
      const story = act === 'leave-untold' ? unreached() : breach();
      if (act === 'not-owed')
        story.send('assess', { assessment: assessment({ ...BREACH, personalData: 'no', dataSets: [] }) });
      if (act === 'confirm') {
        story.to(10).send('assess', { awareAt: at(3), reason: 'until then the analyst saw a failed login' });
        expect(story.state.awaitsSecond).toBeDefined();
      }
      const proposed = Object.values(story.state.obligations).find((o) => o.status === 'proposed-not-owed');
      const message = {
        approve: { obligation: PEOPLE },
        waive: { obligation: PEOPLE, reason: NOT_OWED_REASON, ground: 'gdpr-34-3-b' },
        'not-owed': { obligation: proposed?.id, reason: NOT_OWED_REASON },
        'leave-untold': { obligation: CUSTOMERS, workspaces: ['ws-2'], reason: NOT_OWED_REASON },
        confirm: { reason: NOT_OWED_REASON },
      }[act];
      if (act !== 'confirm') {
        story.send(act, message);
        expect(story.all('first-of-two')).toHaveLength(1);
      }
      const before = story.state.obligations;
      story.send(act, { ...message, by: `${ONCALL} ${UNAUTHENTICATED}` });
      expect(story.state.obligations).toEqual(before);
      if (act === 'confirm') expect(story.problems().join()).toContain('somebody else');
      else expect(story.last('noted').data.note).toMatch(/a second person must/);
      story.send(act, { ...message, by: `${COUNSEL} ${UNAUTHENTICATED}` });
      expect(story.state.obligations).not.toEqual(before);
    },
  );

  test('leaving a customer untold by a promise whose mail keeps a duty of law takes two persons', () => {
    const story = unreached(packOf({ mainEstablishment: 'IE', twoPersons: ['leaving-untold'] }));
    expect(story.obligation('gdpr-art33-2-controllers').status).not.toBe('fulfilled');
    const left = { obligation: CUSTOMERS, workspaces: ['ws-2', 'ws-3'], reason: NOT_OWED_REASON };
    story.send('leave-untold', left);
    expect(story.all('left-untold')).toEqual([]);
    expect(onceOf(story, CUSTOMERS)).toContain(`left untold by ${ONCALL}`);
    // In another order they are the same.
    story.send('leave-untold', { ...left, workspaces: ['ws-3', 'ws-2'], by: COUNSEL });
    expect(story.last('left-untold', CUSTOMERS).data).toMatchObject({ firstBy: ONCALL });
    expect(story.obligation('gdpr-art33-2-controllers').status).toBe('fulfilled');
  });

  test('a waiver rests on the facts of the first person: after a new assessment it takes both again', () => {
    const story = breach();
    const waiver = { obligation: PEOPLE, reason: NOT_OWED_REASON, ground: 'gdpr-34-3-b' };
    story.send('waive', waiver);
    expect(onceOf(story, PEOPLE)).toContain(`waived by ${ONCALL}`);
    story.to(2).send('assess', { assessment: assessment({ ...BREACH, individualSteps: ['End all your sessions'] }) });
    expect(onceOf(story, PEOPLE)).toBe('');
    story.send('waive', { ...waiver, by: COUNSEL });
    expect(story.obligation(PEOPLE).status).toBe('drafted');
    story.send('waive', waiver);
    expect(story.last('obligation-waived', PEOPLE).data).toMatchObject({ firstBy: COUNSEL });
  });

  test('what one person found not owed is not shown once it is owed again', () => {
    const story = breach();
    story.to(2).send('assess', { assessment: assessment({ ...BREACH, personalData: 'no', dataSets: [] }) });
    story.send('not-owed', { obligation: PEOPLE, reason: NOT_OWED_REASON });
    expect(onceOf(story, PEOPLE)).toContain(`found not owed by ${ONCALL}`);
    story.to(3).send('assess', { assessment: assessment(BREACH) });
    expect(onceOf(story, PEOPLE)).toBe('');
  });

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

describe('the release of what somebody else holds', () => {
  const TWO = packOf({ mainEstablishment: 'IE', twoPersons: ['releases'] });
  const held = (pack = TWO) => {
    const story = breach(pack);
    story.send('hold', { obligation: CUSTOMERS, reason: NOT_OWED_REASON, until: at(10), by: COUNSEL });
    expect(story.problems()).toEqual([]);
    return story;
  };
  const OTHER = 'third@example.com';

  test('takes two persons, of whom both stand in the history', () => {
    const story = held();
    story.send('release', { obligation: CUSTOMERS });
    expect(story.obligation(CUSTOMERS).hold).toMatchObject({ by: COUNSEL });
    expect(onceOf(story, CUSTOMERS)).toContain(`released by ${ONCALL}, 1 of 2`);
    story.send('release', { obligation: CUSTOMERS });
    expect(story.obligation(CUSTOMERS).hold).toBeDefined();
    story.send('release', { obligation: CUSTOMERS, by: OTHER });
    expect(story.obligation(CUSTOMERS).hold).toBeUndefined();
    expect(story.last('obligation-released', CUSTOMERS)).toMatchObject({ by: OTHER, data: { firstBy: ONCALL } });
  });

  test('whoever holds it releases it alone, and so does anybody where the organisation does not ask it', () => {
    const story = held();
    story.send('release', { obligation: CUSTOMERS, by: COUNSEL });
    expect(story.obligation(CUSTOMERS).hold).toBeUndefined();
    const alone = held(packOf({ mainEstablishment: 'IE' }));
    alone.send('release', { obligation: CUSTOMERS });
    expect(alone.obligation(CUSTOMERS).hold).toBeUndefined();
  });

  test('an approval does not go past the hold alone', () => {
    const story = held();
    story.send('approve', { obligation: CUSTOMERS });
    expect(story.all('dispatch-started', CUSTOMERS)).toEqual([]);
    expect(story.obligation(CUSTOMERS).hold).toBeDefined();
    story.send('approve', { obligation: CUSTOMERS, by: COUNSEL });
    expect(story.obligation(CUSTOMERS).status).toBe('fulfilled');
  });

  test('a hold in place of it is no way round: it ends no earlier, and whoever held it first holds it still', () => {
    const story = held();
    story.send('hold', {
      obligation: CUSTOMERS,
      reason: 'The police asked for one more hour, file 26-1187',
      until: at(3),
    });
    expect(story.problems().join()).toMatch(/until: it is held by .*one person cannot shorten/);
    story.send('hold', {
      obligation: CUSTOMERS,
      reason: 'The police asked for one more hour, file 26-1187',
      until: at(11),
    });
    expect(story.obligation(CUSTOMERS).hold).toMatchObject({ by: ONCALL, beside: [COUNSEL] });
    story.send('release', { obligation: CUSTOMERS });
    expect(story.obligation(CUSTOMERS).hold).toBeDefined();
    story.send('release', { obligation: CUSTOMERS, by: COUNSEL });
    expect(story.obligation(CUSTOMERS).hold).toBeUndefined();
  });

  test('a release counts for the hold that was looked at', () => {
    const story = held();
    story.send('release', { obligation: CUSTOMERS });
    story.to(2).send('hold', {
      obligation: CUSTOMERS,
      reason: 'The police asked for two days, file 26-1187',
      until: at(11),
      by: COUNSEL,
    });
    expect(onceOf(story, CUSTOMERS)).toBe('');
    story.send('release', { obligation: CUSTOMERS, by: OTHER });
    expect(story.obligation(CUSTOMERS).hold).toBeDefined();
    story.send('release', { obligation: CUSTOMERS });
    expect(story.obligation(CUSTOMERS).hold).toBeUndefined();
  });

  test('nor does an approval that is older than the hold count for it', () => {
    const story = breach(packOf({ mainEstablishment: 'IE', twoPersons: ['releases', 'notices-to-individuals'] }));
    const ground = ruleOf(story.pack, PEOPLE)!.holdGrounds?.[0]?.id;
    story.send('approve', { obligation: PEOPLE });
    story.send('hold', { obligation: PEOPLE, reason: NOT_OWED_REASON, ground, until: at(10), by: COUNSEL });
    expect(story.problems()).toEqual([]);
    expect(onceOf(story, PEOPLE)).toBe('');
    story.send('approve', { obligation: PEOPLE, by: OTHER });
    expect(story.obligation(PEOPLE)).toMatchObject({ status: 'drafted', hold: { by: COUNSEL } });
    expect(onceOf(story, PEOPLE)).toContain(`approved by ${OTHER}, 1 of 2`);
    story.send('approve', { obligation: PEOPLE });
    expect(story.obligation(PEOPLE).status).toBe('fulfilled');
  });

  test('once the hold is gone nobody is told that a second person must approve', () => {
    const story = held();
    const approval = () => approvalOf(story.obligation(CUSTOMERS), story.state, story.pack, OTHER);
    story.send('approve', { obligation: CUSTOMERS });
    expect(approval()).toMatchObject({ of: 2, first: { by: ONCALL } });
    story.send('release', { obligation: CUSTOMERS, by: COUNSEL });
    expect(approval()).toEqual({ of: 1 });
    expect(onceOf(story, CUSTOMERS)).toBe('');
    story.send('approve', { obligation: CUSTOMERS, by: OTHER });
    expect(story.obligation(CUSTOMERS).status).toBe('fulfilled');
  });

  test('whoever holds it is told that their own approval sends it', () => {
    const story = held();
    story.send('approve', { obligation: CUSTOMERS });
    expect(approvalOf(story.obligation(CUSTOMERS), story.state, story.pack, COUNSEL)).toEqual({ of: 1 });
  });

  test('nobody’s hold is given another’s reason', () => {
    const story = held();
    const own = 'The police asked for one more hour, file 26-1187';
    story.send('hold', { obligation: CUSTOMERS, reason: own, until: at(11) });
    const { hold } = story.obligation(CUSTOMERS);
    expect(heldText(hold!)).toBe(`held by ${ONCALL} until ${human(at(11))}: ${own}; also by ${COUNSEL}`);
  });

  test('nor does the entry of a missed deadline', () => {
    const promises = composed(['trust-center', UNCOVERED_PACK].map(readPack));
    const pack = { ...promises, organisation: { ...promises.organisation, twoPersons: ['releases' as const] } };
    const story = breach(pack);
    const own = 'The police asked for three days, file 26-1187';
    story.send('hold', { obligation: CUSTOMERS, reason: NOT_OWED_REASON, by: COUNSEL });
    story.send('hold', { obligation: CUSTOMERS, reason: own });
    const missed = story.to(60).last('deadline-missed', CUSTOMERS);
    expect(missed.data).toMatchObject({ heldBy: ONCALL, holdReason: own, beside: [COUNSEL] });
    expect(narrate(missed, pack).text).toMatch(new RegExp(`held by oncall: ${own}; also by counsel$`));
    const { beside: _, ...data } = missed.data;
    const before = { ...missed, data: { ...data, heldBy: `${COUNSEL} and ${ONCALL}` } };
    expect(narrate(before, pack).text).toMatch(new RegExp(`held by counsel.* and oncall.*: ${own}$`));
  });

  test('another reason for the same hold voids nobody’s release', () => {
    const story = held();
    story.send('release', { obligation: CUSTOMERS });
    story.send('hold', { obligation: CUSTOMERS, reason: `${NOT_OWED_REASON}!`, until: at(10), by: COUNSEL });
    expect(onceOf(story, CUSTOMERS)).toContain(`released by ${ONCALL}, 1 of 2`);
    story.send('release', { obligation: CUSTOMERS, by: OTHER });
    expect(story.obligation(CUSTOMERS).hold).toBeUndefined();
  });

  describe('of a duty that is told with another since', () => {
    const CONTROLLERS = 'gdpr-art33-2-controllers';
    /** The duty to tell controllers is held while it tells alone; then new facts open the promise whose mail tells it. */
    const joined = () => {
      const story = new Story({}, TWO).to(1);
      story.send('assess', { assessment: assessment({ dataSets: [stored()] }), awareAt: at(1) });
      story.send('waive', { obligation: CUSTOMERS, reason: NOT_OWED_REASON, ground: 'promise-told-otherwise' });
      expect(story.problems()).toEqual([]);
      story.send('hold', { obligation: CONTROLLERS, reason: NOT_OWED_REASON, until: at(20), by: COUNSEL });
      expect(story.problems()).toEqual([]);
      const facts = assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2', 'ws-9'] });
      story.to(2).send('assess', { assessment: facts });
      expect(story.problems()).toEqual([]);
      expect(story.obligation(CUSTOMERS).status).toBe('drafted');
      return story;
    };
    const sent = (story: Story) => story.all('dispatch-started', CUSTOMERS).length;

    test('one person alone does not tell its people by approving the other', () => {
      const story = joined();
      expect(story.obligation(CUSTOMERS).hold).toMatchObject({ by: COUNSEL, reason: NOT_OWED_REASON, until: at(20) });
      story.send('approve', { obligation: CUSTOMERS });
      expect(sent(story)).toBe(0);
      story.send('approve', { obligation: CUSTOMERS, by: OTHER });
      expect(sent(story)).toBe(1);
      expect(story.obligation(CONTROLLERS)).toMatchObject({ status: 'fulfilled' });
    });

    test('silence does not tell them either, until the hold ends', () => {
      const story = joined().to(19.9);
      expect(sent(story)).toBe(0);
      expect(story.to(20).all('dispatch-started', CUSTOMERS)).toMatchObject([{ at: at(20) }]);
    });

    test('the release of the other lets both go, and neither is held again', () => {
      const story = joined();
      story.send('release', { obligation: CUSTOMERS });
      expect(story.obligation(CUSTOMERS).hold).toBeDefined();
      story.send('release', { obligation: CUSTOMERS, by: OTHER });
      for (const id of [CUSTOMERS, CONTROLLERS]) expect(story.obligation(id).hold).toBeUndefined();
      expect(story.all('obligation-held', CUSTOMERS)).toHaveLength(1);
    });

    test('a waiver of the other leaves it held', () => {
      const story = joined();
      story.send('waive', { obligation: CUSTOMERS, reason: NOT_OWED_REASON, ground: 'promise-told-otherwise' });
      story.to(19.9);
      expect(story.obligation(CONTROLLERS).hold).toMatchObject({ by: COUNSEL });
      expect(story.all('dispatch-started', CONTROLLERS)).toEqual([]);
    });
  });

  test('the hold ends by itself when its time comes', () => {
    const story = held();
    story.send('release', { obligation: CUSTOMERS });
    story.to(12);
    expect(story.obligation(CUSTOMERS).hold).toBeUndefined();
  });
});
