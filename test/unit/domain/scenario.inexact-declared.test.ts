/** What is declared and corrected need not be known to the minute: the earliest reading counts, both stay on record. */
import fc from 'fast-check';
import { DeclarationSchema } from '../../../domain/incident/incident';
import { futureProblems } from '../../../domain/incident/not-ahead';
import { PLAIN, say } from '../../../domain/incident/say/say';
import { problemsOf } from '../../../domain/kernel/problems';
import { toMs } from '../../../domain/kernel/time';
import { assessment, at, COUNSEL, declaration } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const DPC = 'gdpr-art33-authority:ie-dpc';
const IRISH = { ...TRUST_CENTER, organisation: { ...TRUST_CENTER.organisation, mainEstablishment: 'IE' } };
const range = (from: number, to: number) => `${at(from)}..${at(to)}`;
const declared = (over: Record<string, unknown>) => DeclarationSchema.parse({ ...declaration(), ...over });
const refusal = (over: Record<string, unknown>) =>
  problemsOf(DeclarationSchema.safeParse({ ...declaration(), ...over }).error!);

describe('a declaration states a detection that is not known exactly', () => {
  test('its clocks run from the earliest reading, and both readings are in the register', () => {
    const story = new Story({ detectedAt: range(0, 2), declaredAt: at(3) });
    expect(story.state.anchors.detected).toBe(at(0));
    expect(story.last('declared').data.declaration).toMatchObject({
      detectedAt: at(0),
      detectedAs: { stated: range(0, 2), earliest: at(0), latest: at(2) },
    });
    expect(story.obligation('containment').dueAt).toBe(
      new Story({ declaredAt: at(3) }).obligation('containment').dueAt,
    );
    expect(story.folded()).toEqual(story.state);
  });

  test('an exact one is declared as before, with nothing beside it', () => {
    expect(declared({})).not.toHaveProperty('detectedAs');
    expect(declared({}).detectedAt).toBe(at(0));
  });

  test('it was detected no later than it was declared: the range is cut there, and one that begins later is refused', () => {
    expect(declared({ detectedAt: range(0, 9), declaredAt: at(3) }).detectedAs).toMatchObject({ latest: at(3) });
    expect(declared({ detectedAt: range(3, 9), declaredAt: at(3) })).not.toHaveProperty('detectedAs');
    expect(refusal({ detectedAt: range(4, 9), declaredAt: at(3) })).toEqual([
      'declaredAt: must not be before detectedAt',
    ]);
  });

  test('what was read is read again as the same, and readings of another instant are refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 9 }), (from, hours) => {
        const once = declared({ detectedAt: range(from, from + hours), declaredAt: at(6), awareAt: range(from, 9) });
        expect(DeclarationSchema.parse(once)).toEqual(once);
      }),
    );
    const once = declared({ detectedAt: range(0, 2), declaredAt: at(3) });
    expect(refusal({ ...once, detectedAt: at(1) })).toEqual([
      'detectedAs: must be left out: write the time as it is known in "detectedAt"',
    ]);
  });
});

describe('a declaration states an awareness that is not known exactly', () => {
  test('the 72 hours run from its earliest reading, and it is recorded as it was stated', () => {
    const story = new Story({ declaredAt: at(5), awareAt: range(1, 4), assessment: assessment() }, IRISH);
    expect(story.obligation(DPC).dueAt).toBe(at(73));
    expect(story.last('awareness-recorded').data).toMatchObject({ awareAt: at(1), inexact: { latest: at(4) } });
    expect(story.folded()).toEqual(story.state);
  });

  test('nobody became aware after the declaration that says so', () => {
    const story = new Story({ declaredAt: at(5), awareAt: range(1, 9) });
    expect(story.last('awareness-recorded').data.inexact).toMatchObject({ latest: at(5) });
  });

  test('one that is still to come is refused to whoever declares it', () => {
    expect(futureProblems(declared({ awareAt: range(1, 9) }), at(2))).toEqual([]);
    expect(futureProblems(declared({ awareAt: range(3, 9) }), at(2))).toEqual([
      expect.stringMatching(
        /^awareAt: must not be in the future: .* was read, and it is 2026-04-01 04:00 UTC; .* like 2026-04-01T04:00:00Z$/,
      ),
    ]);
  });
});

describe('a correction states the detection as it is known', () => {
  const corrected = (detectedAt: string, from = new Story({ declaredAt: at(3) })) => {
    from.send('correct', { detectedAt, reason: 'the log of the gateway was read again' });
    return from;
  };

  test('backwards, at once: the earliest reading counts', () => {
    const story = corrected(range(-2, 1));
    expect(story.last('corrected').data).toMatchObject({ detectedAt: at(-2), detectedAs: { latest: at(1) } });
    expect(story.state.anchors.detected).toBe(at(-2));
    expect(story.folded()).toEqual(story.state);
  });

  test('forwards, with a second person: both readings are those that were asked for', () => {
    const story = corrected(range(1, 2));
    expect(story.state.declaration.detectedAt).toBe(at(0));
    story.send('confirm', { change: 'detection', by: COUNSEL });
    expect(story.state.declaration).toMatchObject({ detectedAt: at(1), detectedAs: { latest: at(2) } });
    expect(story.folded()).toEqual(story.state);
  });

  test('to an exact instant: the readings from before are gone; the same again changes nothing', () => {
    const story = corrected(at(-1), corrected(range(-1, 1)));
    expect(story.state.declaration.detectedAs).toBeUndefined();
    corrected(at(-1), story);
    expect(story.last('noted').data.note).toBe('the incident on record already says this');
  });

  test('for any range: no deadline is later than those of the instants within it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20, max: 0 }), fc.integer({ min: 0, max: 2 }), (from, to) => {
        const due = (when: string) => corrected(when).obligation('containment').dueAt!;
        expect(toMs(due(range(from, to)))).toBeLessThanOrEqual(toMs(due(at(Math.min(from, 0)))));
      }),
      { numRuns: 20 },
    );
  });
});

test('a text says both readings in the language of its reader', () => {
  const line = { is: 'instant' as const, at: at(0), latest: at(2) };
  expect(say([line], PLAIN)).toEqual([
    'Between 1 April 2026 at 02:00 UTC and 1 April 2026 at 04:00 UTC; the earlier one counts',
  ]);
  expect(say([line], { language: 'de', locale: 'de-DE', timeZone: 'UTC' })[0]).toMatch(
    /^Zwischen dem 1\. April .* und dem 1\. April /,
  );
  expect(say([line], { language: 'fr', locale: 'fr-FR', timeZone: 'UTC' })[0]).toMatch(
    /^Entre le 1er avril .* et le 1er avril /,
  );
});
