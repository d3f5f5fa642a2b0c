/** Times that are not known exactly: the earliest reading starts a clock, and an act is judged by both of its readings. */
import fc from 'fast-check';
import { noticeContents } from '../../../domain/incident/contents';
import { board, explain } from '../../../domain/incident/explain';
import { isByTheHour, isLate, latenessText } from '../../../domain/incident/lateness';
import { spanText, toInstant, toMs } from '../../../domain/kernel/time';
import { accounts, assessment, at, COUNSEL, stored } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const DPC = 'gdpr-art33-authority:ie-dpc';
const IRISH = { ...TRUST_CENTER, organisation: { ...TRUST_CENTER.organisation, mainEstablishment: 'IE' } };
const range = (from: number, to: number) => `${at(from)}..${at(to)}`;

const unassessed = new Story({}, IRISH).to(8);

function assessed(awareAt: string): Story {
  const story = again(unassessed);
  story.send('assess', { assessment: assessment(), awareAt });
  return story;
}

/** Told twice from the same state: a story is a fold, so it goes on from any of its states. */
function again(story: Story): Story {
  return Object.assign(Object.create(Story.prototype) as Story, story, { events: [...story.events] });
}

/** Aware at one hour, so that the report is due at 73; filed then, and recorded at 100 hours. */
const unfiled = assessed(at(1)).to(100);

function filedAt(submittedAt: string): Story {
  const story = again(unfiled);
  story.send('filed', { obligation: DPC, reference: 'IE-1', submittedAt });
  return story;
}

describe('a clock counts from the earliest reading', () => {
  test('of an awareness in a range, or about an instant', () => {
    expect(assessed(range(1, 7)).obligation(DPC).dueAt).toBe(at(73));
    expect(assessed(`about ${at(4)}`).obligation(DPC).dueAt).toBe(at(75));
    expect(assessed(at(4)).obligation(DPC).dueAt).toBe(at(76));
  });

  test('what was stated is in the register, beside the instant that counts', () => {
    const story = assessed(range(1, 7));
    expect(story.last('awareness-recorded').data).toMatchObject({
      awareAt: at(1),
      inexact: { stated: range(1, 7), earliest: at(1), latest: at(7) },
    });
    expect(story.folded()).toEqual(story.state);
    const [clock] = explain(story.state, IRISH).find(({ rule }) => rule === 'gdpr-art33-authority')!.clocks;
    expect(clock!.stated?.[0]).toContain('the earliest reading of');
  });

  test('of the filing, for what hangs on it', () => {
    const story = filedAt(range(70, 72));
    expect(story.state.anchors).toMatchObject({ 'authority-notified': at(70) });
  });

  test('a range whose earliest reading lies in the future is refused; one that began is taken up to now', () => {
    const story = new Story({}, IRISH).to(8);
    story.send('assess', { assessment: assessment(), awareAt: range(9, 10) });
    expect(story.problems()).toEqual([
      `awareAt: must not be in the future: ${range(9, 10)} (between 2026-04-01 11:00 and 2026-04-01 12:00 UTC) was read, ` +
        'and it is 2026-04-01 10:00 UTC; give a time up to then, like 2026-04-01T10:00:00Z',
    ]);
    story.send('assess', { assessment: assessment(), awareAt: range(7, 10) });
    expect(story.last('awareness-recorded').data.inexact).toMatchObject({ earliest: at(7), latest: at(8) });
  });

  test('a later range is a correction forward, and needs a second person', () => {
    const story = assessed(range(1, 7));
    story.send('assess', { awareAt: range(2, 7), reason: 'the mail to support came in at two' });
    expect(story.last('second-person-asked').data).toMatchObject({ awareAt: at(2), inexact: { latest: at(7) } });
    expect(story.obligation(DPC).dueAt).toBe(at(73));
  });
});

describe('an act is judged by both readings', () => {
  test('in time whatever the hour', () => {
    const o = filedAt(range(70, 73)).obligation(DPC);
    expect([isLate(o), isByTheHour(o)]).toEqual([false, false]);
    expect(o).toMatchObject({ fulfilledAt: at(73), lateByMs: 0 });
  });

  test('late whatever the hour', () => {
    const o = filedAt(range(73.1, 75)).obligation(DPC);
    expect([isLate(o), isByTheHour(o)]).toEqual([true, false]);
  });

  test('a verdict that depends on the hour says so, and counts neither as kept nor as missed', () => {
    const story = filedAt(range(72, 75));
    const o = story.obligation(DPC);
    expect([isLate(o), isByTheHour(o)]).toEqual([false, true]);
    expect(latenessText(o, spanText)).toBe(
      'depends on the hour (in time if no later than 2026-04-04 03:00 UTC, else late by up to 2 h)',
    );
    const row = board(story.state, IRISH, story.now).find(({ id }) => id === DPC)!;
    expect(row.standing).toBe('waits');
    expect(story.folded()).toEqual(story.state);
  });

  test('the form asks for reasons where it may be late, and not where it is in time whatever the hour', () => {
    const rule = IRISH.obligations.find(({ id }) => id === 'gdpr-art33-authority')!;
    const owed = ({ state }: Story) =>
      noticeContents(rule, state, IRISH, DPC).find(({ field }) => field === 'delay-reasons')!.owed;
    const early = assessed(at(1)).to(72.5);
    early.send('filed', { obligation: DPC, reference: 'IE-1', submittedAt: range(70, 72.5) });
    expect([owed(early), owed(filedAt(range(70, 73.1))), owed(filedAt(range(73.1, 75)))]).toEqual([
      undefined,
      'by-the-hour',
      true,
    ]);
  });

  test('of containment', () => {
    const contained = (when: string) => {
      const story = new Story().to(8);
      story.send('status', { status: 'contained', at: when });
      return story.obligation('containment');
    };
    expect(isByTheHour(contained(range(1, 3)))).toBe(true);
    expect([contained(range(1, 2))].map((o) => [o.lateByMs, isByTheHour(o)])).toEqual([[0, false]]);
    expect(isLate(contained(range(2.1, 5)))).toBe(true);
  });

  test('of telling: the last of them may have been told in time or late', () => {
    const told = (when: string) => {
      const story = new Story({}, undefined, { unreached: { 'ws-2': 1 } }).to(1);
      const facts = assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] });
      story.send('assess', { assessment: facts, awareAt: at(1) });
      story.send('approve', { obligation: 'enterprise-notice' });
      story.to(60).send('told', {
        obligation: 'enterprise-notice',
        channel: 'letter',
        workspaces: ['ws-2'],
        at: when,
        by: COUNSEL,
      });
      return story.obligation('enterprise-notice');
    };
    const o = told(range(48, 52));
    expect([isLate(o), isByTheHour(o)]).toEqual([false, true]);
    expect(o).toMatchObject({ fulfilledAs: { earliest: at(48), latest: at(52) }, inTimeUntil: at(49) });
    expect(isByTheHour(told(range(47, 49)))).toBe(false);
    expect(isLate(told(range(49.1, 52)))).toBe(true);
  });

  test('a whole day may reach back before the detection: only what can have been counts', () => {
    const story = filedAt('2026-04-01');
    expect(story.obligation(DPC).fulfilledAs).toMatchObject({ earliest: at(0) });
  });
});

describe('an exact instant that is stated later', () => {
  const HOW = 'the receipt of the portal shows the minute of it';
  const exactly = (story: Story, when: string, obligation = DPC) => {
    story.send('acted-at', { obligation, at: when, reason: HOW, by: COUNSEL });
    return story.obligation(obligation);
  };
  const byTheHour = () => filedAt(range(72, 75));

  test('in time: the verdict that depended on the hour is that it was kept, and no reasons are owed', () => {
    const story = byTheHour();
    expect(story.obligation(DPC).delayReasonsOwed).toBe(true);
    const o = exactly(story, at(73));
    expect([isLate(o), isByTheHour(o), o.delayReasonsOwed]).toEqual([false, false, false]);
    expect(o).toMatchObject({ fulfilledAt: at(73), lateByMs: 0 });
    expect(o).not.toHaveProperty('fulfilledAs');
  });

  test('late by a minute: it was missed, and the reasons stay owed', () => {
    const o = exactly(byTheHour(), at(73 + 1 / 60));
    expect([isLate(o), isByTheHour(o), o.delayReasonsOwed]).toEqual([true, false, true]);
    expect(o.lateByMs).toBe(60_000);
  });

  test('both statements stay on record, each with its verdict', () => {
    const story = byTheHour();
    exactly(story, at(72.5));
    expect(story.last('obligation-fulfilled', DPC).data).toMatchObject({ at: at(75), inTimeUntil: at(73) });
    expect(story.last('act-timed', DPC)).toMatchObject({
      by: COUNSEL,
      data: { at: at(72.5), lateByMs: 0, reason: HOW, previous: { at: at(75), inTimeUntil: at(73) } },
    });
    expect(story.obligation(DPC).statedBefore).toMatchObject([{ at: at(75), inexact: { earliest: at(72) } }]);
    expect(story.folded()).toEqual(story.state);
  });

  test('within what was stated, to the instant; outside of it is another act, and refused', () => {
    for (const h of [72, 75]) expect(exactly(byTheHour(), at(h)).fulfilledAt).toBe(at(h));
    for (const h of [71.99, 75.01]) {
      const story = byTheHour();
      expect(exactly(story, at(h)).fulfilledAt).toBe(at(75));
      expect(story.problems().join()).toMatch(/^at: must be within what was stated before, .*, like 2026-04-04/);
    }
  });

  test('more exactly, and still by the hour: then exactly', () => {
    const story = byTheHour();
    expect(isByTheHour(exactly(story, range(72.5, 74)))).toBe(true);
    expect(exactly(story, at(73.5)).statedBefore).toHaveLength(2);
    expect(isLate(story.obligation(DPC))).toBe(true);
  });

  test('on the awareness as corrected since, too', () => {
    const story = byTheHour();
    story.send('assess', { awareAt: at(0.5), reason: 'the mail to support came in at half past' });
    expect(story.obligation(DPC)).toMatchObject({ correctedInTimeUntil: at(72.5) });
    const o = exactly(story, at(72.75));
    expect(latenessText(o, spanText)).toBe('in time as recorded then, late by 15 min as corrected');
  });

  test('a clock that starts with the act starts with the exact instant', () => {
    const story = byTheHour();
    expect(story.state.anchors['authority-notified']).toBe(at(72));
    exactly(story, at(73));
    expect(story.state.anchors['authority-notified']).toBe(at(73));
  });

  test('of telling: when the last of them was told', () => {
    const story = new Story({}, undefined, { unreached: { 'ws-2': 1 } }).to(1);
    const facts = assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] });
    story.send('assess', { assessment: facts, awareAt: at(1) });
    story.send('approve', { obligation: 'enterprise-notice' });
    const told = { obligation: 'enterprise-notice', channel: 'letter', workspaces: ['ws-2'], by: COUNSEL };
    story.to(60).send('told', { ...told, at: range(48, 52) });
    const o = exactly(story, at(50), 'enterprise-notice');
    expect([isLate(o), isByTheHour(o)]).toEqual([true, false]);
    expect(o.evidence).toMatchObject({ lastToldAt: at(50) });
  });

  test('an exact act, and one that is not done yet, are refused with what to do', () => {
    const exact = filedAt(at(72));
    exactly(exact, at(71));
    expect(exact.problems().join()).toContain(
      'which is exact; if that is wrong, say so with `npx tocsin follow-up INC-2026-001',
    );
    const open = again(unfiled);
    exactly(open, at(72));
    expect(open.problems().join()).toContain('is not fulfilled yet');
  });

  test('how it is known is a reason in own words', () => {
    const story = byTheHour();
    story.send('acted-at', { obligation: DPC, at: at(73), reason: 'x', by: COUNSEL });
    expect(story.problems().join()).toMatch(/^reason: must say why/);
  });
});

describe('an exact instant of a supplement that is stated later', () => {
  const HOW = 'the receipt of the portal shows the minute of it';
  const passwords = () => assessment({ dataSets: [accounts({ categories: ['passwords'] })] });
  /** Filed exactly at 70 hours; what changed at 100 is due a day later, and was filed some time about then. */
  const supplemented = (first: string, second: string) => {
    const story = filedAt(first);
    story.send('assess', { assessment: passwords() });
    story.to(130).send('filed', { obligation: DPC, reference: 'IE-2', submittedAt: second, by: COUNSEL });
    return story;
  };
  const exactly = (story: Story, when: string, round?: number) => {
    story.send('acted-at', { obligation: DPC, at: when, round, reason: HOW, by: COUNSEL });
    return story.obligation(DPC).supplements.at(-1)!;
  };

  test('a later round has a verdict of its own: late after its deadline, in time at it, by the hour between', () => {
    const late = (second: string) => supplemented(at(70), second).obligation(DPC).supplements.at(-1)!;
    expect(late(at(124))).toMatchObject({ round: 2, dueAt: at(124), lateByMs: 0 });
    expect(late(at(124 + 1 / 60)).lateByMs).toBe(60_000);
    expect(late(range(123, 125))).toMatchObject({ inTimeUntil: at(124), inexact: { earliest: at(123) } });
  });

  test('it says when the supplement was filed, and leaves the first report as it was', () => {
    const story = supplemented(at(70), range(123, 125));
    expect(exactly(story, at(124.5))).toMatchObject({
      ...{ at: at(124.5), lateByMs: 30 * 60_000 },
      statedBefore: [{ at: at(125), inexact: { earliest: at(123) }, inTimeUntil: at(124) }],
    });
    expect(story.obligation(DPC).supplements.at(-1)).not.toHaveProperty('inexact');
    expect(story.obligation(DPC)).toMatchObject({ fulfilledAt: at(70), lateByMs: 0 });
    expect(story.folded()).toEqual(story.state);
    expect(exactly(supplemented(at(70), range(123, 125)), at(124)).lateByMs).toBe(0);
  });

  test('of two that are inexact it is the one within which it lies; within both, the person says which', () => {
    const apart = supplemented(range(60, 70), range(123, 125));
    exactly(apart, at(65));
    expect(apart.obligation(DPC)).toMatchObject({ fulfilledAt: at(65), supplements: [{ at: at(125) }] });
    const twice = supplemented(range(99, 100), range(99.5, 125));
    exactly(twice, at(99.75));
    expect(twice.problems().join()).toMatch(/^round: .* in more than one round: say which .*, one of 1, 2$/);
    exactly(twice, at(99.75), 7);
    expect(twice.problems().join()).toMatch(/^round: .* was not fulfilled in round 7: give one of 1, 2$/);
    exactly(twice, at(99.75), 1);
    expect(twice.obligation(DPC)).toMatchObject({ fulfilledAt: at(99.75), supplements: [{ at: at(125) }] });
  });

  test('outside of what was stated of either is refused', () => {
    const story = supplemented(at(70), range(123, 125));
    exactly(story, at(122));
    expect(story.problems().join()).toMatch(/^at: must be within what was stated before, /);
    exactly(story, at(124), 1);
    expect(story.problems().join()).toContain('which is exact');
  });
});

describe('for any readings', () => {
  const hour = fc.integer({ min: 1, max: 99 });
  const verdict = (submittedAt: string) => {
    const o = filedAt(submittedAt).obligation(DPC);
    return isLate(o) ? 'late' : isByTheHour(o) ? 'depends' : 'in time';
  };

  test('an exact instant has the verdict that it had before', () => {
    fc.assert(
      fc.property(hour, (h) => {
        const o = filedAt(at(h)).obligation(DPC);
        expect([o.fulfilledAt, o.lateByMs]).toEqual([at(h), Math.max(0, toMs(at(h)) - toMs(at(73)))]);
        expect(isByTheHour(o)).toBe(false);
        expect(o).not.toHaveProperty('fulfilledAs');
      }),
      { numRuns: 20 },
    );
  });

  test('widening never makes a verdict surer: what depends stays so, and nothing turns into its opposite', () => {
    fc.assert(
      fc.property(hour, hour, hour, hour, (a, b, c, d) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b) + 0.5];
        const [wideFrom, wideTo] = [Math.min(from, c), Math.min(100, Math.max(to, d))];
        const [narrow, wide] = [verdict(range(from, to)), verdict(range(wideFrom, wideTo))];
        expect(wide === narrow || wide === 'depends').toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('no reading makes a deadline later than the exact instants within it do', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 7 }),
        fc.integer({ min: 1, max: 480 }),
        fc.nat(100),
        (from, minutes, share) => {
          const to = Math.min(8, from + minutes / 60);
          const within = toInstant(toMs(at(from)) + Math.floor(((toMs(at(to)) - toMs(at(from))) * share) / 100));
          const [inexact, exact] = [range(from, to), within].map((when) => assessed(when).obligation(DPC).dueAt!);
          expect(toMs(inexact!)).toBeLessThanOrEqual(toMs(exact!));
        },
      ),
      { numRuns: 20 },
    );
  });
});
