/** On what a notice may wait: no report to an authority, a notice to individuals on its ground; a hold silences nothing. */
import { alarmText } from '../../../domain/case/alarm-text';
import { accounts, assessment, at, COUNSEL, stored } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const REPORT = 'gdpr-art33-authority:de-bfdi';
const NOTICE = 'gdpr-art34-individuals';

function aware(): Story {
  const story = new Story().to(1);
  story.send('assess', { assessment: assessment({ dataSets: [accounts(), stored()] }), awareAt: at(1) });
  return story;
}

test.each([REPORT, 'pipeda-opc-report:opc', 'pipeda-individuals'])(
  '%s waits for nobody: its law knows no ground',
  (obligation) => {
    const story = aware();
    const events = story.send('hold', { obligation, reason: 'the police asked us to wait', by: COUNSEL });
    expect(events).toMatchObject([{ kind: 'rejected' }]);
    expect(story.problems()).toEqual([expect.stringMatching(/cannot be held: .* provides no ground for delay/)]);
    expect(story.obligation(obligation).hold).toBeUndefined();
  },
);

describe('a notice to individuals', () => {
  test('waits only on a ground of the law, which the refusal names', () => {
    const story = aware();
    for (const ground of [undefined, 'too-embarrassing']) {
      story.send('hold', { obligation: NOTICE, ground, reason: 'the police asked us to wait' });
      expect(story.problems()).toEqual([expect.stringMatching(/^ground: .*law-enforcement \(.*GDPR recital 88\)/)]);
    }
    story.send('hold', {
      obligation: NOTICE,
      ground: 'law-enforcement',
      reason: 'the prosecutor asked for two days, file 26-1187',
      by: COUNSEL,
    });
    expect(story.obligation(NOTICE).hold).toMatchObject({ by: COUNSEL, ground: 'law-enforcement' });
  });

  test('held past its deadline it rings as if it were not, and its reasons are still asked for', () => {
    const held = aware();
    held.send('hold', {
      obligation: NOTICE,
      ground: 'law-enforcement',
      reason: 'the prosecutor asked for two days, file 26-1187',
      by: COUNSEL,
    });
    expect(held.to(110).alarms(NOTICE)).toEqual(aware().to(110).alarms(NOTICE));
    expect(held.obligation(NOTICE)).toMatchObject({ delayReasonsOwed: true });
    expect(held.obligation(NOTICE).delayReasons).toBeUndefined();
  });
});

test('a hold that comes too late is refused: nothing was held back', () => {
  const story = aware();
  story.send('approve', { obligation: NOTICE, incompleteBecause: 'people must block their cards tonight' });
  const events = story.send('hold', {
    obligation: NOTICE,
    ground: 'law-enforcement',
    reason: 'the prosecutor asked for two days, file 26-1187',
  });
  expect(events).toMatchObject([
    { kind: 'rejected', data: { problems: [expect.stringContaining('too late to hold')] } },
  ]);
});

describe('the notice to every controller, whose law knows no ground', () => {
  const CUSTOMERS = 'enterprise-notice';
  const LAW = 'gdpr-art33-2-controllers';
  const LOOKS = 'counsel compares the wording with the contracts of these customers';
  /** Aware at 1 h: due under Art. 33(2) at 25 h, and a hold ends two hours before at the latest. */
  const LATEST = 23;

  test.each([
    ['without an end', undefined],
    ['past what the pack allows', at(LATEST + 0.01)],
  ])('%s it is not held; the refusal names the law, the latest end and the command', (_what, until) => {
    const story = aware();
    story.send('hold', { obligation: CUSTOMERS, reason: LOOKS, until });
    expect(story.problems()).toEqual([
      expect.stringMatching(/^until: .*GDPR Art\. 33\(2\).*2026-04-02 01:00 UTC: `.*--until 2026-04-02T01:00:00Z`/),
    ]);
    expect(story.to(14).obligation(CUSTOMERS).status).toBe('fulfilled');
  });

  test('held to the latest end, silence then sends it, and both duties are kept', () => {
    const story = aware();
    story.send('hold', { obligation: CUSTOMERS, reason: LOOKS, until: at(LATEST) });
    expect(story.to(22.9).all('dispatch-started', CUSTOMERS)).toEqual([]);
    story.to(24);
    for (const id of [CUSTOMERS, LAW])
      expect(story.obligation(id)).toMatchObject({ status: 'fulfilled', fulfilledAt: at(LATEST), lateByMs: 0 });
  });

  test('an awareness that is corrected backwards ends the hold with it: it never outlives the deadline', () => {
    const story = aware();
    story.send('hold', { obligation: CUSTOMERS, reason: LOOKS, until: at(LATEST) });
    story.send('assess', { awareAt: at(-10), reason: 'the log of the gateway shows it' });
    expect(story.to(11.9).obligation(CUSTOMERS).status).toBe('drafted');
    story.to(12.1);
    expect(story.last('obligation-released', CUSTOMERS)).toMatchObject({ at: at(12), by: 'tocsin' });
  });

  test('what is told with it cannot be held by itself: that would hold nothing back', () => {
    const story = aware();
    story.send('hold', { obligation: LAW, reason: LOOKS, until: at(20) });
    expect(story.problems()).toEqual([expect.stringContaining(`${LAW} is told with ${CUSTOMERS}: hold that one`)]);
  });

  test('an alarm says when the hold ends and what then happens; of one that is not held, how long it may be', () => {
    const story = aware();
    story.to(8);
    const free = story.all('alarm-raised', LAW)[0]!.data;
    expect(free.commands).toContainEqual({
      verb: 'hold',
      given: expect.objectContaining({ obligation: CUSTOMERS, until: at(LATEST) }),
    });
    story.send('hold', { obligation: CUSTOMERS, reason: LOOKS, until: at(22) });
    story.to(20);
    const held = story.all('alarm-raised', LAW).at(-1)!;
    expect(alarmText(held.data, held.at).said).toMatch(
      /it is held.* The hold ends at 2026-04-02 00:00 UTC; if nobody waives it, it is then sent automatically\.$/,
    );
  });
});

test.each(['gdpr-art34-3c-public-communication', 'pipeda-indirect-notice'])(
  '%s is held on the grounds of its law alone, like the notices that it stands for',
  (id) => {
    const rule = TRUST_CENTER.obligations.find((each) => each.id === id)!;
    expect(rule.holdGrounds?.map((each) => each.id)).toEqual(id.startsWith('gdpr') ? ['law-enforcement'] : []);
  },
);
