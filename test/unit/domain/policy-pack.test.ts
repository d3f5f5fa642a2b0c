import { FILING, smallPack, TRUST_CENTER } from './helpers/pack';

const COMMITMENTS = 'T1 T2 T3 T4 T5 T6 N1 N2 N3 N4 N5 R1 R2 R3 R4 R5 R6 R7'.split(' ');

test('the Trust Center pack has a rule for every commitment, each with its citation', () => {
  const kept = new Set(TRUST_CENTER.obligations.flatMap((rule) => rule.commitments));
  expect(COMMITMENTS.filter((c) => !kept.has(c))).toEqual([]);
  // What no pack has is cited as what it is: the law of the place.
  for (const { citation } of TRUST_CENTER.obligations) {
    expect(citation).toMatch(/GDPR Art\.|PIPEDA s\.|Trust Center|^The law of the place$/);
  }
});

test('a period that the law does not give is labelled as the product’s own target', () => {
  for (const id of ['pipeda-opc-report', 'gdpr-art34-individuals', 'pipeda-individuals']) {
    const rule = TRUST_CENTER.obligations.find((r) => r.id === id)!;
    expect(rule.clocks.every((clock) => clock.ownTarget)).toBe(true);
  }
  expect(TRUST_CENTER.obligations.find((r) => r.id === 'gdpr-art33-authority')!.clocks).toEqual([
    { from: 'aware', within: 'PT72H', ownTarget: false },
  ]);
});

test('a mailing to individuals never goes out on silence', () => {
  const toIndividuals = TRUST_CENTER.obligations.filter((rule) => rule.recipient.to === 'individuals');
  expect(toIndividuals.map((r) => [r.dispatch, r.onSilence])).toEqual([
    ['approval', 'alarm'],
    ['approval', 'alarm'],
  ]);
});

describe('a pack that would stop a running incident is refused when it is loaded', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a time zone that does not exist', { clocks: [{ from: 'aware', within: 'P1M', timeZone: 'Mars/Olympus' }] }],
    ['an anchor that names no rule', { clocks: [{ from: 'fulfilled:nothing', within: 'P1M' }] }],
    ['a calendar that is not in the pack', { clocks: [{ from: 'aware', within: { businessDays: 2, calendar: 'x' } }] }],
    ['a margin in months', { margin: 'P1M' }],
    ['a repetition in months', { repeatEvery: 'P1M' }],
    ['a repetition without a length', { repeatEvery: 'PT0S' }],
    ['a repetition every second', { repeatEvery: 'PT1S' }],
    ['a period longer than any date', { clocks: [{ from: 'aware', within: 'P999999999999Y' }] }],
    ['a period that is none', { clocks: [{ from: 'aware', within: '72 hours' }] }],
    ['an email that nobody may send', { dispatch: 'person' }],
    ['a record that nobody keeps', { channel: 'register', record: 'R2', dispatch: 'approval' }],
    ['a report that is not filed', { channel: 'filing' }],
    ['a notice without a template', { template: undefined }],
    ['an alarm after the deadline', { alarmAt: [150] }],
  ])('%s', (_what, rule) => {
    expect(() => smallPack({ id: 'rule', ...rule })).toThrow();
  });

  test('the same rule twice', () => {
    expect(() => smallPack({ id: 'rule' }, { id: 'rule' })).toThrow('obligations[rule].id: appears twice');
  });

  test('a good one is accepted', () => {
    expect(smallPack({ id: 'rule' }, { id: 'report', ...FILING }).obligations).toHaveLength(2);
  });
});
