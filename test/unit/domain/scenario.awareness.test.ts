/** The instant of awareness: which counts, what a doubtful one sends, and what correcting it does to lateness. */

import { explain } from '../../../domain/incident/explain';
import { accounts, assessment, at, COUNSEL, ONCALL, stored, T0 } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const HOUR = 3_600_000;
const DPC = 'gdpr-art33-authority:ie-dpc';
const IRISH = { ...TRUST_CENTER, organisation: { ...TRUST_CENTER.organisation, mainEstablishment: 'IE' } };
const SECOND = { by: COUNSEL };

/** Assessed at one hour, aware since then; a lead authority. */
function assessed(): Story {
  const story = new Story({}, IRISH).to(1);
  story.send('assess', { assessment: assessment(), awareAt: at(1) });
  return story;
}

/** Filed that many hours after the detection; due at 73. */
function filed(hours = 70): Story {
  const story = assessed().to(hours);
  story.send('filed', { obligation: DPC, reference: 'IE-1' });
  return story;
}

describe('a doubtful awareness sends nothing by itself', () => {
  test('a mistyped year mails no customer, whatever time passes: it alarms at once, and again at a fixed time', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: assessment(), awareAt: '2025-04-01T03:00:00.000Z' });
    expect(story.last('awareness-recorded').data.doubt?.answerBy).toBe(at(5));
    story.to(400);
    expect(story.all('dispatch-started', 'enterprise-notice')).toEqual([]);
    const asks = story.all('alarm-raised').filter((e) => e.data.about.kind === 'awareness');
    expect(asks.slice(0, 4).map((e) => e.at)).toEqual([at(1), at(3), at(5), at(9)]);
  });

  test('what hangs on no awareness goes out all the same: the status page', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: assessment(), awareAt: at(-9000) });
    expect(story.to(3).obligation('status-page-update')).toMatchObject({ fulfilledAt: at(1.5) });
  });

  test('it blocks closing until somebody stands by it or corrects it', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: assessment(), awareAt: at(-9000) });
    story.send('close');
    expect(story.problems().join()).toContain('awareness: 2025-');
    story.send('confirm', { by: COUNSEL });
    story.send('close');
    expect(story.problems().join()).not.toContain('awareness:');
  });

  test('a mistyped year of a part that was found later is refused, and mails no customer', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: assessment({ dataSets: [accounts()], workspaces: [] }), awareAt: at(1) });
    story.to(100).send('assess', { assessment: assessment(), partsAwareAt: '2025-04-05T02:00:00.000Z' });
    expect(story.problems()).toEqual([expect.stringContaining('partsAwareAt: must not be before')]);
    expect(story.all('dispatch-started', 'enterprise-notice')).toEqual([]);
  });

  test('an hour before the detection is doubtful; the detection itself is not', () => {
    const early = new Story().to(1);
    early.send('assess', { assessment: assessment(), awareAt: at(-1) });
    expect(early.state.awarenessDoubt?.why.join()).toContain('before the detection');
    const same = new Story().to(1);
    same.send('assess', { assessment: assessment(), awareAt: T0 });
    expect(same.state.awarenessDoubt).toBeUndefined();
  });

  test('one that puts a deadline into the past is doubtful; a minute later it is not', () => {
    const past = new Story().to(25);
    past.send('assess', { assessment: assessment(), awareAt: at(1) });
    expect(past.state.awarenessDoubt?.why.join()).toContain('Notice to every affected controller');
    expect(past.all('dispatch-started', 'enterprise-notice')).toEqual([]);
    const ahead = new Story().to(25);
    ahead.send('assess', { assessment: assessment(), awareAt: at(1 + 1 / 60) });
    expect(ahead.state.awarenessDoubt).toBeUndefined();
  });

  test('an approved notice goes out, and silence sends again once somebody stands by the instant', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: assessment(), awareAt: at(-47) });
    expect(story.obligation('enterprise-notice').status).toBe('drafted');
    story.send('confirm', { reason: 'the mail to support of Monday' });
    expect(story.obligation('enterprise-notice').status).toBe('fulfilled');
    expect(story.state.awarenessDoubt).toBeUndefined();
    const approved = new Story().to(1);
    approved.send('assess', { assessment: assessment(), awareAt: at(-47) });
    approved.send('approve', { obligation: 'enterprise-notice' });
    expect(approved.obligation('enterprise-notice').status).toBe('fulfilled');
  });

  test('a declaration is under the same rule', () => {
    const story = new Story({ assessment: assessment(), awareAt: at(-60) }).to(30);
    expect(story.state.awarenessDoubt).toBeDefined();
    expect(story.all('dispatch-started', 'enterprise-notice')).toEqual([]);
  });
});

describe('which of the instants stated counts', () => {
  test('certainty before the first signal, the regulator before all; explain says which and why', () => {
    const story = new Story({}, IRISH).to(5);
    story.send('assess', { assessment: assessment(), awareAt: at(1), awareBasis: 'first-signal' });
    expect(story.state.anchors.aware).toBe(at(1));
    story.send('assess', {
      awareAt: at(3),
      awareBasis: 'confirmed',
      reason: 'the logs were read to the end only then',
    });
    // Later than what counted: one person alone does not move it.
    expect(story.state.anchors.aware).toBe(at(1));
    story.send('confirm', SECOND);
    expect(story.state.anchors.aware).toBe(at(3));
    story.send('assess', { awareAt: at(2), reason: 'the analyst was sure' });
    expect(story.state.anchors.aware).toBe(at(2));
    story.send('assess', { awareAt: at(0.5), awareBasis: 'set-by-regulator', reason: 'letter of the DPC' });
    expect(story.state.anchors.aware).toBe(at(0.5));
    const clock = explain(story.state, IRISH)
      .find(({ rule }) => rule === 'gdpr-art33-authority')!
      .clocks.find(({ from }) => from === 'aware')!;
    expect(clock.stated?.[0]).toMatch(/counts: .*set by the regulator.*letter of the DPC.*is binding/);
    expect(clock.stated).toHaveLength(4);
  });

  test('a statement beside the one that counts moves nothing', () => {
    const story = assessed();
    story.send('assess', { awareAt: at(0.5), awareBasis: 'first-signal' });
    expect(story.state.anchors.aware).toBe(at(1));
    expect(story.state.awareness).toHaveLength(2);
    expect(story.all('obligation-due-changed')).toEqual([]);
  });
});

describe('correcting the awareness before the act', () => {
  test('backwards moves the deadline at once', () => {
    const story = assessed().to(10);
    story.send('assess', { awareAt: at(0.5), reason: 'the mail to support' });
    expect(story.obligation(DPC).dueAt).toBe(at(72.5));
  });

  test('forward needs a reason and somebody else; the same person, however written, is not', () => {
    const story = assessed().to(10);
    story.send('assess', { awareAt: at(3) });
    expect(story.problems()).toEqual([expect.stringContaining('reason')]);
    story.send('assess', { awareAt: at(3), reason: 'until then the analyst saw a failed login and nothing else' });
    expect(story.obligation(DPC).dueAt).toBe(at(73));
    for (const by of [
      ONCALL.toUpperCase(),
      'oncall @example.com',
      'oncall\u200b@example.com',
      'oncall+2@example.com',
      '<oncall@example.com>',
    ]) {
      story.send('confirm', { by });
      expect(story.problems()).toEqual([expect.stringContaining('somebody else')]);
    }
    story.send('confirm', SECOND);
    expect(story.obligation(DPC).dueAt).toBe(at(75));
    expect(story.state.awareness?.at(-1)).toMatchObject({ by: ONCALL, agreedBy: COUNSEL, awareAt: at(3) });
  });

  test('declined, nothing moves; open, it blocks closing', () => {
    const story = assessed().to(10);
    story.send('assess', { awareAt: at(3), reason: 'until then the analyst saw a failed login and nothing else' });
    story.send('close');
    expect(story.problems().join('\n')).toContain('waits for a second person');
    story.send('confirm', { ...SECOND, decline: true });
    expect(story.state.awaitsSecond).toBeUndefined();
    expect(story.obligation(DPC).dueAt).toBe(at(73));
  });

  test('forward after the deadline erases no miss: it stays in view, and its reasons stay owed', () => {
    const story = assessed().to(74);
    story.send('assess', { awareAt: at(4), reason: 'until then the analyst saw a failed login and nothing else' });
    story.send('confirm', SECOND);
    expect(story.obligation(DPC)).toMatchObject({ dueAt: at(76), misses: [at(73)], delayReasonsOwed: true });
    story.to(75).send('filed', { obligation: DPC, reference: 'IE-1' });
    expect(story.obligation(DPC)).toMatchObject({ lateByMs: 0, misses: [at(73)], delayReasonsOwed: true });
  });
});

describe('lateness has two values', () => {
  test('corrected backwards after filing: in time as recorded then, late on the corrected, with reasons owed', () => {
    const story = filed(70).to(80);
    story.send('assess', { awareAt: at(-14), reason: 'support knew the evening before' });
    expect(story.obligation(DPC)).toMatchObject({
      lateByMs: 0,
      correctedLateByMs: 12 * HOUR,
      correctedDueAt: at(58),
      delayReasonsOwed: true,
    });
  });

  test('corrected backwards, but not before what the filing kept: nothing is owed', () => {
    const story = filed(70).to(80);
    story.send('assess', { awareAt: at(-2), reason: 'support knew' });
    expect(story.obligation(DPC)).toMatchObject({ lateByMs: 0, fulfilledAt: at(70) });
    expect(story.obligation(DPC).correctedLateByMs).toBeUndefined();
    expect(story.obligation(DPC).delayReasonsOwed).toBeFalsy();
    story.send('assess', { awareAt: at(-2, at(-1 / 3600)), reason: 'a second earlier' });
    expect(story.obligation(DPC).correctedLateByMs).toBe(1000);
  });

  test('corrected forward after a late filing: both values stay, the first is never smaller', () => {
    const story = filed(75).to(80);
    expect(story.obligation(DPC).lateByMs).toBe(2 * HOUR);
    story.send('assess', { awareAt: at(4), reason: 'until then the analyst saw a failed login and nothing else' });
    expect(story.obligation(DPC).correctedLateByMs).toBeUndefined();
    story.send('confirm', SECOND);
    expect(story.obligation(DPC)).toMatchObject({ lateByMs: 2 * HOUR, correctedLateByMs: 0, delayReasonsOwed: true });
  });
});

describe('a deadline is missed after it, never at it', () => {
  test('filed at the very instant: in time, and no miss on record', () => {
    const story = filed(73);
    expect(story.obligation(DPC)).toMatchObject({ lateByMs: 0, status: 'fulfilled' });
    expect(story.all('deadline-missed', DPC)).toEqual([]);
  });

  test('not filed at the instant: missed a millisecond later', () => {
    const story = assessed().to(73);
    expect(story.all('deadline-missed', DPC)).toEqual([]);
    story.to(74);
    expect(story.all('deadline-missed', DPC).map((e) => e.at)).toEqual([at(73, '2026-04-01T02:00:00.001Z')]);
  });
});

describe('acts before the detection', () => {
  test('are accepted where awareness is on record, and no earlier', () => {
    const story = new Story({}, IRISH).to(1);
    story.send('assess', { assessment: assessment(), awareAt: at(-10) });
    story.send('filed', { obligation: DPC, reference: 'IE-1', submittedAt: at(-9) });
    expect(story.obligation(DPC)).toMatchObject({ fulfilledAt: at(-9), lateByMs: 0 });
    story.send('status', { status: 'investigating', at: at(-10) });
    expect(story.state.status).toBe('investigating');
    story.send('status', { status: 'identified', at: at(-10.1) });
    expect(story.problems()).toEqual([expect.stringContaining('awareness')]);
  });
});

describe('a duty of a part found later counts from the awareness of that part', () => {
  const german = (over = {}) => assessment({ dataSets: [accounts({ residence: { DE: 200 }, ...over })] });
  const both = () => assessment({ dataSets: [accounts({ residence: { DE: 200, FR: 150 } })] });

  test('a new country: its authority has its own 72 h, and both instants are recorded', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: german(), awareAt: at(1) });
    story.to(100).send('assess', { assessment: both() });
    expect(story.last('obligation-armed', 'gdpr-art33-authority:fr-cnil').data).toMatchObject({
      clock: { from: 'aware', anchorAt: at(1), partAt: at(100) },
      dueAt: at(172),
    });
    expect(story.obligation('gdpr-art33-authority:de-bfdi').dueAt).toBe(at(73));
  });

  test('when it was known before it was recorded, it counts from then', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: german(), awareAt: at(1) });
    story.to(100).send('assess', { assessment: both(), partsAwareAt: at(95) });
    expect(story.obligation('gdpr-art33-authority:fr-cnil').dueAt).toBe(at(167));
  });

  test('a country that was only undetermined is no new part: its clock ran all the while', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: german({ residence: {} }), awareAt: at(1) });
    story.to(40).send('assess', { assessment: both() });
    expect(story.obligation('gdpr-art33-authority:fr-cnil').dueAt).toBe(at(73));
    const unknown = new Story().to(1);
    unknown.send('assess', { assessment: german({ residence: { DE: 1, unknown: 9 } }), awareAt: at(1) });
    unknown.to(40).send('assess', { assessment: both() });
    expect(unknown.obligation('gdpr-art33-authority:fr-cnil').dueAt).toBe(at(73));
  });

  const frenchToo = (residence: Record<string, number | null>) =>
    assessment({ dataSets: [accounts({ residence: { ...residence } })] });
  test.each<[string, Record<string, number | null>, Record<string, number | null>, number]>([
    ['instead of a wrong one is a correction', { DE: 200 }, { FR: 200 }, 73],
    ['of people whom another place had is a correction', { DE: 200 }, { DE: 150, FR: 50 }, 73],
    ['of more people is a new part', { DE: 200 }, { DE: 200, FR: 1 }, 172],
    ['beside one that has more people now is a new part', { DE: 200 }, { DE: 201, FR: 1 }, 172],
    ['beside one whose number is not known is a new part', { DE: null }, { DE: null, FR: null }, 172],
    ['instead of one where nobody was is a new part', { DE: 200, IE: 0 }, { DE: 200, FR: 1 }, 172],
  ])('a country %s', (_what, was, is, due) => {
    const story = new Story().to(1);
    story.send('assess', { assessment: frenchToo(was), awareAt: at(1) });
    story.to(100).send('assess', { assessment: frenchToo(is) });
    expect(story.obligation('gdpr-art33-authority:fr-cnil').dueAt).toBe(at(due));
    expect(story.all('dispatch-started').filter(({ at: when }) => when === at(100))).toEqual([]);
    expect(story.folded()).toEqual(story.state);
  });

  test('a corrected country counts from when the wrong one was known, where that was found later itself', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: frenchToo({ IE: 10 }), awareAt: at(1) });
    story.to(50).send('assess', { assessment: frenchToo({ IE: 10, DE: 200 }) });
    story.to(100).send('assess', { assessment: frenchToo({ IE: 10, FR: 200 }), partsAwareAt: at(99) });
    expect(story.obligation('gdpr-art33-authority:fr-cnil').dueAt).toBe(at(50 + 72));
  });

  test('a new data set that alone brings the duty about; a higher risk of a known one is no new part', () => {
    const story = new Story({}, IRISH).to(1);
    story.send('assess', { assessment: assessment({ dataSets: [stored()] }), awareAt: at(1) });
    story.to(100).send('assess', { assessment: assessment({ dataSets: [stored(), accounts()] }) });
    expect(story.obligation(DPC).dueAt).toBe(at(172));
    const raised = new Story({}, IRISH).to(1);
    raised.send('assess', { assessment: german({ risk: 'unlikely' }), awareAt: at(1) });
    raised.to(100).send('assess', { assessment: german({ risk: 'high' }) });
    expect(raised.obligation(DPC).dueAt).toBe(at(73));
  });
});

test('the fold of the register is the state of the workflow, after all of it', () => {
  const story = filed(75).to(80);
  story.send('assess', { awareAt: at(4), reason: 'the logs were read to the end only then' });
  story.send('confirm', SECOND);
  story.send('assess', { awareAt: at(-300), reason: 'earlier' });
  story.to(90);
  expect(JSON.parse(JSON.stringify(story.folded()))).toEqual(JSON.parse(JSON.stringify(story.state)));
});
