import { explain } from '../../../domain/incident/explain';
import type { Condition } from '../../../domain/policy/conditions';
import { evaluate } from '../../../domain/policy/conditions';
import { inRegion } from '../../../domain/policy/places';
import { type AssessmentInput, accounts, assessment, stored } from './helpers/facts';
import { packOf, TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

/** The incident after one assessment; without one, nothing is known. */
function known(facts?: Partial<AssessmentInput>): Story {
  return new Story(facts ? { assessment: assessment(facts) } : {});
}

const YES: Condition = { always: true };
const NO: Condition = { not: { always: true } };
const OPEN: Condition = { personalData: ['yes'] };
const value = (condition: Condition) => evaluate(condition, known().state).value;

describe('undecided facts are neither yes nor no', () => {
  test('"all" is no as soon as one part is no, yes only when each is yes', () => {
    expect(value({ all: [YES, YES] })).toBe(true);
    expect(value({ all: [YES, OPEN] })).toBeUndefined();
    expect(value({ all: [OPEN, NO] })).toBe(false);
  });

  test('"any" is yes as soon as one part is yes, no only when each is no', () => {
    expect(value({ any: [NO, NO] })).toBe(false);
    expect(value({ any: [NO, OPEN] })).toBeUndefined();
    expect(value({ any: [OPEN, YES] })).toBe(true);
  });

  test('the opposite of undecided is undecided', () => {
    expect(value({ not: OPEN })).toBeUndefined();
    expect(value({ not: { not: OPEN } })).toBeUndefined();
  });

  test('every verdict says why, in words', () => {
    for (const condition of [YES, NO, OPEN, { all: [OPEN, NO] }, { any: [OPEN, NO] }]) {
      expect(evaluate(condition, known().state).because.join()).not.toBe('');
    }
    expect(evaluate(OPEN, known().state).because).toEqual(['it is not yet assessed whether personal data is affected']);
  });
});

describe('one data set must meet the whole of a condition by itself', () => {
  const risky: Condition = { dataSet: { role: 'controller', risk: ['high'], residence: ['DE', 'FR'] } };
  const judged = (facts: Partial<AssessmentInput>) => evaluate(risky, known(facts).state).value;

  test.each<[string, Partial<AssessmentInput>, boolean | undefined]>([
    ['high risk, controller, Germany', { dataSets: [accounts()] }, true],
    [
      'the high risk in one set and the EEA in another',
      { dataSets: [accounts({ residence: { CA: 5 } }), accounts({ id: 'b', risk: 'risk' })] },
      false,
    ],
    ['held as processor', { dataSets: [stored({ risk: 'high' })] }, false],
    ['the risk not yet assessed', { dataSets: [accounts({ risk: 'unknown' })] }, undefined],
    ['the residence not yet established', { dataSets: [accounts({ residence: {} })] }, undefined],
    ['the residence of the rest unknown', { dataSets: [accounts({ residence: { CA: 5, unknown: null } })] }, undefined],
    ['nobody left whose residence is unknown', { dataSets: [accounts({ residence: { CA: 5, unknown: 0 } })] }, false],
    ['a number not known in Germany', { dataSets: [accounts({ residence: { DE: null } })] }, true],
    ['nobody in Germany after all', { dataSets: [accounts({ residence: { DE: 0, US: 4 } })] }, false],
    ['personal data possible, no data set named', { personalData: 'possible', dataSets: [] }, undefined],
    ['no personal data', { personalData: 'no', dataSets: [] }, false],
  ])('%s', (_what, facts, verdict) => {
    expect(judged(facts)).toBe(verdict);
  });
});

test('the EEA is the 27 member states with Iceland, Liechtenstein and Norway, without the United Kingdom and Switzerland', () => {
  const EEA = TRUST_CENTER.regimes.gdpr!.territory;
  expect(new Set(EEA).size).toBe(30);
  expect(inRegion('NO', { residence: EEA })).toBe(true);
  expect(inRegion('GB', { residence: EEA })).toBe(false);
  expect(inRegion('CH', { residence: EEA })).toBe(false);
  expect(inRegion('CA', { residenceOtherThan: ['CA'] })).toBe(false);
  expect(inRegion('US', { residenceOtherThan: ['CA'] })).toBe(true);
});

describe('who is owed what depends on the role', () => {
  const statusOf = (story: Story) =>
    Object.fromEntries(Object.values(story.state.obligations).map((o) => [o.id, o.status]));

  test('as processor the controllers are told, and no authority and no individual is owed anything', () => {
    expect(
      statusOf(known({ dataSets: [stored({ risk: 'high', significantHarm: 'yes', residence: { DE: 1, CA: 1 } })] })),
    ).toMatchObject({
      'enterprise-notice': 'drafted',
      'gdpr-art33-authority': 'proposed-not-owed',
      'pipeda-opc-report': 'proposed-not-owed',
      'gdpr-art34-individuals': 'proposed-not-owed',
      'pipeda-individuals': 'proposed-not-owed',
    });
  });

  test('as controller the authorities and the individuals are told, and no enterprise customer', () => {
    expect(statusOf(known({ dataSets: [accounts()] }))).toMatchObject({
      'enterprise-notice': 'not-required',
      'gdpr-art33-authority:de-bfdi': 'filing',
      'gdpr-art33-authority:fr-cnil': 'filing',
      'pipeda-opc-report:opc': 'filing',
      'gdpr-art34-individuals': 'drafted',
      'pipeda-individuals': 'drafted',
    });
  });

  test('a risk that is not high is reported to the authority and not to the individuals (Art. 33(1), 34(1))', () => {
    const statuses = statusOf(known({ dataSets: [accounts({ risk: 'risk', significantHarm: 'no' })] }));
    expect(statuses).toMatchObject({
      'gdpr-art33-authority:de-bfdi': 'filing',
      'gdpr-art34-individuals': 'proposed-not-owed',
      'pipeda-opc-report': 'proposed-not-owed',
    });
  });

  test('significant harm in Canada alone is a matter for the OPC, not for an EU authority', () => {
    const statuses = statusOf(known({ dataSets: [accounts({ residence: { CA: 9 } })] }));
    expect(statuses).toMatchObject({
      'gdpr-art33-authority': 'proposed-not-owed',
      'gdpr-art34-individuals': 'proposed-not-owed',
      'pipeda-opc-report:opc': 'filing',
      'pipeda-individuals': 'drafted',
    });
  });
});

describe('which EU authority is notified', () => {
  const authorities = (story: Story) =>
    Object.values(story.state.obligations)
      .filter((o) => o.rule === 'gdpr-art33-authority' && o.status !== 'not-required')
      .map((o) => o.recipient);

  test('without an establishment in the EU, the authority of every state where affected people live', () => {
    expect(authorities(known({ dataSets: [accounts({ residence: { FR: 1, DE: null, CA: 3, IE: 0 } })] }))).toEqual([
      'de-bfdi',
      'fr-cnil',
    ]);
  });

  test('with a main establishment, the lead authority alone (Art. 56)', () => {
    const story = new Story({ assessment: assessment() }, packOf({ mainEstablishment: 'IE' }));
    expect(authorities(story)).toEqual(['ie-dpc']);
  });

  test('where a country has several authorities, the one that the organisation chose', () => {
    const story = new Story({ assessment: assessment() }, packOf({ authorityFor: { DE: 'ie-dpc' } }));
    expect(authorities(story)).toEqual(['ie-dpc', 'fr-cnil']);
  });

  test('a state whose authority is not in the list is still owed a report', () => {
    expect(authorities(known({ dataSets: [accounts({ residence: { SE: 3 } })] }))).toEqual(['se']);
  });

  test('people in data sets whose risk is unlikely, or held as processor, bring in no authority', () => {
    const low = accounts({ id: 'low', risk: 'unlikely', significantHarm: 'no', residence: { FR: 8 } });
    const dataSets = [accounts({ residence: { DE: 8 } }), low, stored({ residence: { IE: 8 } })];
    expect(authorities(known({ dataSets }))).toEqual(['de-bfdi']);
  });

  test('while their residence is not established the clock runs; once it is, the open task gives way to the authorities found', () => {
    const story = known({ dataSets: [accounts({ residence: {} })] });
    expect(authorities(story)).toEqual(['to-be-determined']);
    const { dueAt } = story.obligation('gdpr-art33-authority:to-be-determined');

    story.to(30);
    story.send('assess', { assessment: assessment({ dataSets: [accounts({ residence: { DE: 4 } })] }) });
    expect(authorities(story)).toEqual(['de-bfdi']);
    expect(story.obligation('gdpr-art33-authority:de-bfdi').dueAt).toBe(dueAt);
    expect(story.obligation('gdpr-art33-authority:to-be-determined').decision?.reason).toBe(
      'the recipient is now determined: gdpr-art33-authority:de-bfdi',
    );
  });

  test('a regime without any authority in the pack is still owed a report', () => {
    const pack = packOf({});
    const story = new Story(
      { assessment: assessment() },
      { ...pack, authorities: pack.authorities.filter((a) => a.regime !== 'pipeda') },
    );
    expect(story.obligation('pipeda-opc-report:to-be-determined').dueAt).toBeDefined();
  });
});

test('explain tells for every rule whether it applies, why, from which instant and by which citation', () => {
  const story = known({ dataSets: [accounts({ risk: 'unknown' })] });
  const rows = explain(story.state, story.pack);
  expect(rows).toHaveLength(story.pack.obligations.length);
  for (const row of rows) {
    expect(row.because.length).toBeGreaterThan(0);
    expect(row.citation).not.toBe('');
    expect(row.clocks.filter((c) => c.counts).length).toBeLessThanOrEqual(1);
  }
  expect(rows.find((r) => r.rule === 'gdpr-art33-authority')).toMatchObject({
    applies: 'undecided',
    whenUndecided: 'apply',
    because: ['the risk for data set "Account data" is not yet assessed'],
    clocks: [{ from: 'aware', anchorAt: story.now, within: 'PT72H', counts: true, ownTarget: false }],
  });
});
