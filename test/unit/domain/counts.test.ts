// Counts as they are known, and facts that contradict one another.
import { AssessmentSchema } from '../../../domain/incident/assessment';
import { boundsOf, type Count, CountSchema, countText, figureOf, sumOf } from '../../../domain/kernel/count';
import { problemsOf } from '../../../domain/kernel/problems';
import { hasUnknownPlaces } from '../../../domain/policy/places';
import { type AssessmentInput, accounts, assessment } from './helpers/facts';

const problems = (facts: AssessmentInput) => {
  const parsed = AssessmentSchema.safeParse(facts);
  return parsed.success ? [] : problemsOf(parsed.error);
};
const withSet = (over: Parameters<typeof accounts>[0], more: Partial<AssessmentInput> = {}) =>
  assessment({ dataSets: [accounts(over)], ...more });

test.each<[Count, string, number | undefined]>([
  [5, 'approximately 5', 5],
  [{ about: 5 }, 'approximately 5', 5],
  [{ exact: 5 }, '5', 5],
  [{ from: 5, to: 9 }, '5 to 9', 9],
  [{ atLeast: 5 }, 'at least 5', 5],
  ['cannot-be-determined', 'cannot be determined', undefined],
])('%j is told as "%s"', (count, text, figure) => {
  expect(countText(CountSchema.parse(count))).toBe(text);
  expect(figureOf(count)).toBe(figure);
});

test.each<[Count[], Count | undefined]>([
  [[{ exact: 2 }, { exact: 3 }], { exact: 5 }],
  [[{ exact: 2 }, 3], { about: 5 }],
  [[{ exact: 2 }, { from: 3, to: 6 }], { from: 5, to: 8 }],
  [[{ exact: 2 }, { atLeast: 3 }], { atLeast: 5 }],
  [[{ exact: 2 }, 'cannot-be-determined'], { atLeast: 2 }],
  [['cannot-be-determined'], 'cannot-be-determined'],
  [[], undefined],
])('the sum of %j is %j', (counts, sum) => {
  expect(sumOf(counts)).toEqual(sum);
});

test('a range that runs backwards, a part of a person, and a word are refused', () => {
  for (const wrong of [{ from: 9, to: 5 }, 1.5, -1, 'many', { exact: 1, about: 2 }]) {
    expect(CountSchema.safeParse(wrong).success).toBe(false);
  }
  expect(boundsOf({ from: 5, to: 5 })).toEqual({ least: 5, most: 5 });
});

describe('counts add up', () => {
  test('more people by place than there are is refused, with both fields', () => {
    expect(problems(withSet({ individuals: 5, residence: { IE: 100_000 } }))).toEqual([
      'dataSets.0.individuals: does not add up with "residence", which has 100000 people: correct one of them',
    ]);
  });

  test('an exact number admits not one more; an approximate one a tenth', () => {
    expect(problems(withSet({ individuals: { exact: 100 }, residence: { IE: 100 } }))).toEqual([]);
    expect(problems(withSet({ individuals: { exact: 100 }, residence: { IE: 101 } }))).toHaveLength(1);
    expect(problems(withSet({ individuals: 100, residence: { IE: 110 } }))).toEqual([]);
    expect(problems(withSet({ individuals: 100, residence: { IE: 111 } }))).toHaveLength(1);
    expect(problems(withSet({ individuals: { atLeast: 100 }, residence: { IE: 5000 } }))).toEqual([]);
    expect(problems(withSet({ individuals: { from: 10, to: 50 }, residence: { IE: 50 } }))).toEqual([]);
  });

  test('people whom no place accounts for have an unknown one', () => {
    expect(hasUnknownPlaces({ residence: {} })).toBe(true);
    expect(hasUnknownPlaces({ individuals: { exact: 0 }, residence: {} })).toBe(false);
    expect(hasUnknownPlaces({ individuals: 100, residence: { DE: 1 } })).toBe(true);
    expect(hasUnknownPlaces({ individuals: { exact: 100 }, residence: { DE: 99 } })).toBe(true);
    expect(hasUnknownPlaces({ individuals: { exact: 100 }, residence: { DE: 100 } })).toBe(false);
    expect(hasUnknownPlaces({ individuals: 100, residence: { DE: 91 } })).toBe(false);
    expect(hasUnknownPlaces({ individuals: 100, residence: { DE: null } })).toBe(false);
    expect(hasUnknownPlaces({ residence: { DE: 1, unknown: 1 } })).toBe(true);
    expect(hasUnknownPlaces({ residence: { DE: 1, unknown: 0 } })).toBe(false);
  });

  describe('numbers of workspaces', () => {
    const own = (over: Parameters<typeof accounts>[0], numbers: Record<string, object>) =>
      problems(withSet(over, { perWorkspace: { accounts: numbers as never } }));

    test('one workspace with more people than the data set is refused, with both fields', () => {
      expect(own({ individuals: { exact: 5 }, residence: {} }, { 'ws-1': { individuals: 500 } })).toEqual([
        'perWorkspace.accounts.ws-1.individuals: is more than "dataSets.0.individuals", which has 5 in all: correct one of them',
      ]);
      expect(own({ individuals: { exact: 5 }, residence: {} }, { 'ws-1': { individuals: 6 } })).toHaveLength(1);
      expect(own({ individuals: { exact: 5 }, residence: {} }, { 'ws-1': { individuals: 5 } })).toEqual([]);
      expect(own({ individuals: 100, residence: {} }, { 'ws-1': { individuals: 110 } })).toEqual([]);
      expect(own({ individuals: 100, residence: {} }, { 'ws-1': { individuals: 111 } })).toHaveLength(1);
      expect(own({ individuals: { atLeast: 5 }, residence: {} }, { 'ws-1': { individuals: 500 } })).toEqual([]);
      expect(own({ individuals: 5, residence: {} }, { 'ws-1': { individuals: { from: 5, to: 50 } } })).toEqual([]);
    });

    test('one person may be in several workspaces, so people are not added up', () => {
      const both = { 'ws-1': { individuals: 5 }, 'ws-2': { individuals: 5 } };
      expect(own({ individuals: { exact: 5 }, residence: {} }, both)).toEqual([]);
    });

    test('where no number of people is stated, those of the places count, if each has one', () => {
      const some = { 'ws-1': { individuals: 500 } };
      expect(own({ individuals: undefined, residence: { DE: 3, FR: 2 } }, some)).toEqual([
        'perWorkspace.accounts.ws-1.individuals: is more than "dataSets.0.residence", which has 5 in all: correct one of them',
      ]);
      expect(own({ individuals: undefined, residence: { DE: 3, FR: null } }, some)).toEqual([]);
      expect(own({ individuals: undefined, residence: {} }, some)).toEqual([]);
      expect(own({ individuals: undefined, residence: { DE: 500 } }, some)).toEqual([]);
    });

    test('records of one workspace, and of all together, are at most those of the data set', () => {
      const records = (...each: number[]) => Object.fromEntries(each.map((n, i) => [`ws-${i}`, { records: n }]));
      expect(own({ records: { exact: 10 } }, records(11))).toEqual([
        'perWorkspace.accounts.ws-0.records: is more than "dataSets.0.records", which has 10 in all: correct one of them',
      ]);
      expect(own({ records: { exact: 10 } }, records(6, 5))).toEqual([
        'perWorkspace.accounts: adds up to 11 records, more than "dataSets.0.records", which has 10: correct one of them',
      ]);
      expect(own({ records: { exact: 10 } }, records(5, 5))).toEqual([]);
      expect(own({ records: undefined }, records(500, 500))).toEqual([]);
    });

    test('of a data set that is not named here stand alone', () => {
      expect(
        problems(
          withSet({ individuals: 5, residence: {} }, { perWorkspace: { other: { 'ws-1': { individuals: 9 } } } }),
        ),
      ).toEqual([]);
    });
  });

  test('two ways to write one place are added up', () => {
    const { dataSets } = AssessmentSchema.parse(withSet({ individuals: 7, residence: { EL: 3, gr: 4 } }));
    expect(dataSets[0]!.residence).toEqual({ GR: 7 });
  });
});

describe('facts that contradict are refused with both fields', () => {
  test.each<[string, AssessmentInput, string[]]>([
    ['no personal data, high risk', withSet({}, { personalData: 'no' }), ['dataSets.0.risk', '"personalData"']],
    [
      'no personal data, significant harm',
      withSet({ risk: 'unknown' }, { personalData: 'no' }),
      ['dataSets.0.significantHarm', '"personalData"'],
    ],
    [
      'a risk that is unlikely, keys taken',
      withSet({ risk: 'unlikely', protection: { encrypted: 'yes', keysTaken: 'yes' } }),
      ['dataSets.0.risk', '"protection.keysTaken"'],
    ],
    [
      'two data sets of one id, where whoever is told of the one would count as told of the other',
      assessment({ dataSets: [accounts(), accounts({ role: 'processor' })] }),
      ['dataSets.1.id', '"dataSets.0"'],
    ],
    [
      'a period that ends before it begins',
      assessment({ periodFrom: '2026-04-02T00:00:00.000Z', periodTo: '2026-04-01T00:00:00.000Z' }),
      ['periodFrom', '"periodTo"'],
    ],
  ])('%s', (_what, facts, fields) => {
    for (const field of fields) expect(problems(facts).join('\n')).toContain(field);
  });

  test('their neighbours are no contradictions', () => {
    expect(problems(withSet({}, { personalData: 'possible' }))).toEqual([]);
    expect(problems(withSet({ risk: 'unlikely', significantHarm: 'no' }, { personalData: 'no' }))).toEqual([]);
    expect(problems(withSet({ risk: 'unlikely', protection: { encrypted: 'yes', keysTaken: 'no' } }))).toEqual([]);
    expect(problems(withSet({ risk: 'risk', protection: { encrypted: 'yes', keysTaken: 'yes' } }))).toEqual([]);
  });
});
