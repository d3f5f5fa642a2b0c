// Several packs in force at once: what one says about another, and what stands in the way of putting them together.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { policyRef } from '../../../domain/policy/policy';
import { loadPolicy, PolicyError } from '../../../policy/load-policy';

const dir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-packs-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const rule = (id: string, more = '') => `
  - id: ${id}
    title: ${id}
    commitments: [X]
    citation: a law
    clocks: [{ from: aware, within: PT72H }]
    recipient: { to: internal }
    channel: review
    dispatch: person
    appliesWhen: { always: true }
${more}`;

const pack = (id: string, { rules = rule(`${id}-rule`), more = '' } = {}) => `
id: ${id}
version: "1"
title: Pack ${id}
${more}
obligations:${rules}`;

const BASE = pack('base', {
  more: 'organisation: { name: Example Inc., contactPoint: dpo, mainEstablishment: none }',
});

let count = 0;
function listOf(...texts: string[]): string {
  return texts
    .map((text) => {
      const file = path.join(dir, `${++count}.yaml`);
      writeFileSync(file, text);
      return file;
    })
    .join(', ');
}

function problemsOf(...texts: string[]): string[] {
  try {
    loadPolicy(listOf(...texts));
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
  return [];
}

test('obligations stand in the order of the packs, and each knows its own', () => {
  const policy = loadPolicy(listOf(BASE, pack('law'))).pack;
  expect(policy.obligations.map(({ id, pack: of }) => [id, of])).toEqual([
    ['base-rule', 'base'],
    ['law-rule', 'law'],
    ['uncovered-law', 'uncovered-law'],
  ]);
});

test('the whole has one hash, each pack its own: a change of one changes the whole and leaves the others', () => {
  const before = policyRef(loadPolicy(listOf(BASE, pack('law'))));
  const after = policyRef(loadPolicy(listOf(BASE, pack('law').replace('PT72H', 'PT71H'))));
  expect(before.packs.map(({ id, version }) => [id, version])).toEqual([
    ['base', '1'],
    ['law', '1'],
    ['uncovered-law', expect.any(String)],
  ]);
  expect(after.packs[0]).toEqual(before.packs[0]);
  expect(after.packs[1]!.sha256).not.toBe(before.packs[1]!.sha256);
  expect(after.sha256).not.toBe(before.sha256);
});

test('a clock may start from an obligation of another pack, and stand in place of one that was waived there', () => {
  const rules = rule('then').replace('from: aware', 'from: "fulfilled:base-rule"');
  const instead = rule('instead').replace('always: true', 'waived: { obligation: base-rule, ground: other }');
  expect(problemsOf(BASE, pack('law', { rules: rules + instead }))).toEqual([]);
  expect(problemsOf(BASE.replace('base-rule', 'renamed'), pack('law', { rules: rules + instead }))).toEqual([
    expect.stringMatching(/^law: obligations\[then]\.clocks\.0\.from: "fulfilled:base-rule" names no obligation/),
    expect.stringMatching(/^law: obligations\[instead]\.appliesWhen: waived: "base-rule" names no obligation/),
  ]);
});

describe('regions', () => {
  const eu =
    'regions: { SOUTH: [IT, ES] }\nregimes: { eu: { title: EU, territory: [SOUTH], authorities: every, citation: x } }';
  const ofPeople = (where: string) => rule('people').replace('always: true', `dataSet: { ${where} }`);
  const conditionIn = (list: string) =>
    loadPolicy(list).pack.obligations.find(({ id }) => id === 'people')!.appliesWhen;

  test('become their countries, also those that another pack defines', () => {
    const list = listOf(BASE, pack('eu', { more: eu }), pack('law', { rules: ofPeople('residence: [SOUTH, FR]') }));
    expect(conditionIn(list)).toEqual({ dataSet: { residence: ['ES', 'FR', 'IT'] } });
  });

  test('OTHER-REGIMES is where the law of the other packs in force applies', () => {
    const law = pack('law', { rules: ofPeople('residenceOtherThan: [OTHER-REGIMES]') });
    expect(conditionIn(listOf(BASE, law, pack('eu', { more: eu })))).toEqual({
      dataSet: { residenceOtherThan: ['ES', 'IT'] },
    });
    expect(conditionIn(listOf(BASE, law))).toEqual({ dataSet: { residenceOtherThan: [] } });
  });

  test('that nobody defines are a problem', () => {
    expect(problemsOf(BASE, pack('law', { rules: ofPeople('residence: [SOUTH]') }))).toEqual([
      'law: obligations[people].appliesWhen.residence: there is no region "SOUTH": add it under "regions"',
    ]);
  });
});

describe('packs that cannot be in force together', () => {
  test.each<[string, string[], RegExp]>([
    [
      'the same id in two packs',
      [BASE, pack('law', { rules: rule('base-rule') })],
      /^obligations\[base-rule]\.id: appears twice, in base and law: give each its own id$/,
    ],
    ['the same pack twice', [BASE, BASE], /^id: the pack "base" is named twice/],
    [
      'two organisations',
      [BASE, pack('law', { more: 'organisation: { name: Other, contactPoint: x, mainEstablishment: none }' })],
      /^organisation: base and law state one each: leave it to one pack, or to TOCSIN_ORGANISATION/,
    ],
    ['no organisation', [pack('law')], /^organisation\.name: is missing/],
    [
      'a region that means something else in another pack',
      [BASE, pack('law', { more: 'regions: { HERE: [DE] }' }), pack('late', { more: 'regions: { HERE: [FR] }' })],
      /^late: regions\.HERE: another pack in force defines it otherwise/,
    ],
    [
      'a question that nobody asks',
      [BASE, pack('law', { rules: rule('q').replace('always: true', 'answers: { severe: "yes" }') })],
      /^law: obligations\[q]\.appliesWhen: answers: nobody asks "severe": add it under "questions"/,
    ],
    [
      'a ground that waives nothing',
      [BASE, pack('law', { more: 'grounds: [{ id: g, title: G, citation: x, waives: [nothing] }]' })],
      /^grounds\[g]\.waives: "nothing" names no obligation/,
    ],
    [
      'a rule that ends before it begins',
      [BASE, pack('law', { more: 'validity: { from: 2026-01-02, to: 2026-01-01 }' })],
      /^law: validity\.to: .*must not be before "from"/,
    ],
  ])('%s', (_what, texts, problem) => {
    expect(problemsOf(...texts)).toEqual(expect.arrayContaining([expect.stringMatching(problem)]));
  });

  test('a fault in one pack is told with its name, together with those of the others', () => {
    const problems = problemsOf(BASE, pack('law').replace('PT72H', '72h'), pack('late').replace('citation', 'cite'));
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^law: obligations\[law-rule]\.clocks\.0\.within: "72h"/),
        expect.stringMatching(/^late: obligations\[late-rule]\.citation: is missing/),
      ]),
    );
  });

  test('an empty list', () => {
    expect(() => loadPolicy(' , ')).toThrow(/no pack is named: give names or files, like gdpr/);
  });
});
