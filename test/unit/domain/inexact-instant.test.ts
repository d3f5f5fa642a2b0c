/** Instants as people know them: how they are read, and what their two readings are. */
import fc from 'fast-check';
import {
  earliestOf,
  inexactOf,
  latestOf,
  readWhen,
  WhenSchema,
  whenText,
} from '../../../domain/kernel/inexact-instant';
import { InstantSchema, toInstant, toMs } from '../../../domain/kernel/time';

const readings = (text: string) => {
  const when = readWhen(text);
  return when && [earliestOf(when), latestOf(when)];
};

describe('how a time is read', () => {
  test.each([
    ['2026-11-20', '2026-11-20T00:00:00.000Z', '2026-11-20T23:59:59.999Z'],
    ['2026-11-20[Europe/Berlin]', '2026-11-19T23:00:00.000Z', '2026-11-20T22:59:59.999Z'],
    ['2026-10-25[Europe/Berlin]', '2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z'],
    ['2026-11-20T10:00Z..2026-11-20T14:00Z', '2026-11-20T10:00:00.000Z', '2026-11-20T14:00:00.000Z'],
    ['2026-11-20..2026-11-22', '2026-11-20T00:00:00.000Z', '2026-11-22T23:59:59.999Z'],
    ['2026-11-20T10:00Z .. 2026-11-21', '2026-11-20T10:00:00.000Z', '2026-11-21T23:59:59.999Z'],
    ['about 2026-11-20T10:00Z', '2026-11-20T09:00:00.000Z', '2026-11-20T11:00:00.000Z'],
    ['~2026-11-20T11:00+01:00', '2026-11-20T09:00:00.000Z', '2026-11-20T11:00:00.000Z'],
    ['about 2026-11-20T10:00Z +-PT2H', '2026-11-20T08:00:00.000Z', '2026-11-20T12:00:00.000Z'],
    ['about 2026-11-20T10:00Z ±PT30M', '2026-11-20T09:30:00.000Z', '2026-11-20T10:30:00.000Z'],
    ['about 2026-11-20', '2026-11-19T00:00:00.000Z', '2026-11-21T23:59:59.999Z'],
  ])('%s', (text, earliest, latest) => {
    expect(readings(text)).toEqual([earliest, latest]);
    expect(inexactOf(readWhen(text))?.stated).toBe(text);
  });

  test('an exact one is a plain instant, also as a range from itself to itself', () => {
    expect(readWhen('2026-11-20T11:00+01:00')).toBe('2026-11-20T10:00:00.000Z');
    expect(readWhen('2026-11-20T10:00Z..2026-11-20T10:00Z')).toBe('2026-11-20T10:00:00.000Z');
  });

  test.each([
    '2026-11-20T10:00',
    '2026-02-30',
    '20.11.2026',
    '2026-11-20[Nowhere/Land]',
    '2026-11-20T14:00Z..2026-11-20T10:00Z',
    'about yesterday',
    'about 2026-11-20T10:00Z +-P1M',
    '2026-11-20..',
    '',
  ])('refused: %s', (text) => {
    expect(readWhen(text)).toBeUndefined();
    expect(WhenSchema.safeParse(text).error?.issues[0]?.message).toContain('must be a date and time with a zone');
  });

  test('a sender cannot give a text and readings that are not its own', () => {
    const given = { stated: '2026-11-20', earliest: '2020-01-01T00:00:00.000Z', latest: '2020-01-01T00:00:00.000Z' };
    expect(WhenSchema.parse(given)).toEqual(readWhen('2026-11-20'));
  });

  test('for people, both readings and the zone', () => {
    expect(whenText(readWhen('2026-11-20[Europe/Berlin]')!)).toBe(
      '2026-11-20[Europe/Berlin] (between 2026-11-19 23:00 and 2026-11-20 22:59 UTC)',
    );
  });
});

describe('for any instant', () => {
  const instant = fc.integer({ min: 0, max: 4_000_000_000_000 }).map(toInstant);

  test('an exact one is read as it was before, and parsing twice changes nothing', () => {
    fc.assert(
      fc.property(instant, (at) => {
        expect(WhenSchema.parse(at)).toBe(InstantSchema.parse(at));
      }),
    );
    fc.assert(
      fc.property(instant, instant, (a, b) => {
        const [from, to] = toMs(a) <= toMs(b) ? [a, b] : [b, a];
        const once = WhenSchema.parse(`${from}..${to}`);
        expect(WhenSchema.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
        expect([earliestOf(once), latestOf(once)]).toEqual([from, to]);
      }),
    );
  });
});
