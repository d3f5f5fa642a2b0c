// Whom a law protects: establishments before residence, people of unknown place, and places whose law no pack has.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { audienceOf } from '../../../domain/incident/audience-of';
import { explain } from '../../../domain/incident/explain';
import { wantedWork } from '../../../domain/incident/work';
import { compose } from '../../../domain/policy/compose';
import type { Organisation } from '../../../domain/policy/organisation';
import { type Policy, PolicySchema } from '../../../domain/policy/policy';
import { UNCOVERED_PACK } from '../../../domain/policy/uncovered';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { readPack } from '../../../policy/read-pack';
import {
  type AssessmentInput,
  accounts,
  assessment,
  at,
  COUNSEL,
  type DeclarationInput,
  stored,
} from './helpers/facts';
import { AUTHORITIES, TRUST_CENTER } from './helpers/pack';
import { NOT_OWED_REASON, Story } from './helpers/story';

/** The real packs for an organisation of its own. */
function policyOf(organisation: Partial<Organisation>): Policy {
  const packs = [...DEFAULT_PACKS.split(','), UNCOVERED_PACK].map(readPack);
  const { policy, problems } = compose(packs, { organisation: { ...TRUST_CENTER.organisation, ...organisation } });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return PolicySchema.parse({ ...policy, authorities: AUTHORITIES });
}

function aware(policy: Policy, facts: Partial<AssessmentInput>): Story {
  const story = new Story({}, policy).to(1);
  story.send('assess', { assessment: assessment(facts), awareAt: at(1), by: COUNSEL });
  return story;
}

type Set = Parameters<typeof accounts>[0];
const people = (residence: Record<string, number | null>, over: Set = {}) => ({
  dataSets: [accounts({ residence, ...over })],
});
const statusOf = (story: Story, id: string) => story.state.obligations[id]?.status;
const idsOf = (story: Story, rule: string) => Object.keys(story.state.obligations).filter((id) => id.startsWith(rule));
const because = (story: Story, rule: string) =>
  explain(story.state, story.pack)
    .find((each) => each.rule === rule)!
    .because.join('; ');

/** Whom a notice goes to, by country and number. */
function peopleTold(story: Story, id: string) {
  const rule = story.pack.obligations.find((each) => each.id === id)!;
  const audience = audienceOf(rule, story.state, story.pack)!;
  return audience.of === 'people' ? audience.groups.map(({ country, count }) => [country, count]) : [];
}

/** The obligations as they are before anything is drafted. */
function drafting({ state }: Story) {
  const { obligations } = state;
  return Object.fromEntries(
    Object.entries(obligations).map(([id, o]) => [id, { ...o, status: 'pending' as const, draft: undefined }]),
  );
}

const IN_IRELAND = policyOf({ mainEstablishment: 'IE', establishments: ['IE', 'US'] });
const IN_CANADA = policyOf({ establishments: ['CA'] });
const IN_US = TRUST_CENTER;

describe('an establishment in the territory protects everybody, wherever they live (GDPR Art. 3(1))', () => {
  test('people in the United States: report and notice are owed', () => {
    const story = aware(IN_IRELAND, people({ US: 100_000 }));
    expect(story.obligation('gdpr-art33-authority:ie-dpc')).toMatchObject({ status: 'filing', dueAt: at(73) });
    expect(statusOf(story, 'gdpr-art34-individuals')).toBe('drafted');
    expect(because(story, 'gdpr-art33-authority')).toContain('handled for the establishment in IE');
  });

  test('people in Canada without a risk of significant harm are told under the GDPR', () => {
    const story = aware(IN_IRELAND, people({ CA: 50 }, { significantHarm: 'no' }));
    expect(statusOf(story, 'gdpr-art34-individuals')).toBe('drafted');
  });

  test('without an establishment, people elsewhere are not written to under the GDPR', () => {
    const story = aware(IN_US, people({ US: 100_000 }));
    expect(statusOf(story, 'gdpr-art33-authority')).toBe('proposed-not-owed');
    expect(statusOf(story, 'gdpr-art34-individuals')).toBe('proposed-not-owed');
    const recipientOf = (policy: Policy) =>
      policy.obligations.find(({ id }) => id === 'gdpr-art34-individuals')!.recipient as { residence?: string[] };
    expect(recipientOf(IN_US).residence).toEqual(expect.arrayContaining(['DE', 'IS', 'unknown']));
    expect(recipientOf(IN_US).residence).not.toContain('US');
    expect(recipientOf(IN_IRELAND).residence).toBeUndefined();
  });

  test('a data set that is handled for another establishment is not covered by it', () => {
    const story = aware(IN_IRELAND, people({ US: 10 }, { handledFor: ['US'] }));
    expect(statusOf(story, 'gdpr-art33-authority')).toBe('proposed-not-owed');
    const mixed = aware(IN_IRELAND, people({ US: 10, FR: 2 }, { handledFor: ['US'] }));
    expect(peopleTold(mixed, 'gdpr-art34-individuals')).toEqual([['FR', 2]]);
    const draft = wantedWork({ ...mixed.state, obligations: drafting(mixed) }, mixed.pack);
    const audience = draft.flatMap((work) => (work.kind === 'draft' && work.audience ? work.audience.dataSets : []));
    expect(audience).toContainEqual({
      id: 'accounts',
      own: true,
      living: { residence: expect.arrayContaining(['FR']) },
    });
    expect(statusOf(aware(IN_IRELAND, people({ US: 10 }, { handledFor: ['IE'] })), 'gdpr-art33-authority:ie-dpc')).toBe(
      'filing',
    );
  });

  test('an organisation that does not say where it is established is asked; the clock runs', () => {
    const silent = policyOf({ establishments: undefined });
    const story = aware(silent, people({ US: 10 }));
    expect(statusOf(story, 'gdpr-art33-authority:to-be-determined')).toBe('filing');
    expect(because(story, 'gdpr-art33-authority')).toContain('state "establishments"');
  });

  test('people where the organisation says that it offers no service are undecided; the clock runs', () => {
    const offering = policyOf({ establishments: ['US'], offersServiceIn: ['US'] });
    const story = aware(offering, people({ FR: 1 }));
    expect(statusOf(story, 'gdpr-art33-authority:fr-cnil')).toBe('filing');
    expect(because(story, 'gdpr-art33-authority')).toContain('for counsel to decide');
    expect(
      because(aware(policyOf({ offersServiceIn: ['FR'] }), people({ FR: 1 })), 'gdpr-art33-authority'),
    ).not.toContain('counsel');
  });
});

describe('which authority', () => {
  test('one establishment in the Union is the main one; of several, each state where people live', () => {
    expect(idsOf(aware(policyOf({ establishments: ['FR', 'US'] }), people({ DE: 5 })), 'gdpr-art33-authority')).toEqual(
      ['gdpr-art33-authority:fr-cnil'],
    );
    const several = policyOf({ establishments: ['FR', 'IE'] });
    expect(idsOf(aware(several, people({ DE: 5 })), 'gdpr-art33-authority')).toEqual(['gdpr-art33-authority:de-bfdi']);
    expect(idsOf(aware(several, people({ US: 5 })), 'gdpr-art33-authority').sort()).toEqual([
      'gdpr-art33-authority:fr-cnil',
      'gdpr-art33-authority:ie-dpc',
    ]);
  });

  test('a territory goes to the authority of the state whose law covers it', () => {
    expect(idsOf(aware(IN_US, people({ GF: 5, 'DE-BY': 5 })), 'gdpr-art33-authority').sort()).toEqual([
      'gdpr-art33-authority:de-bfdi',
      'gdpr-art33-authority:fr-cnil',
    ]);
  });

  test('a joint controller reports as a controller does', () => {
    expect(
      statusOf(aware(IN_US, people({ DE: 5 }, { role: 'joint-controller' })), 'gdpr-art33-authority:de-bfdi'),
    ).toBe('filing');
  });
});

describe('PIPEDA has no test of residence', () => {
  test('an organisation in Canada reports and tells, wherever the people live', () => {
    const story = aware(IN_CANADA, people({ US: 10 }));
    expect(statusOf(story, 'pipeda-opc-report:opc')).toBe('filing');
    expect(statusOf(story, 'pipeda-individuals')).toBe('drafted');
  });

  test('one that is not there does so for people in Canada, its provinces among them', () => {
    expect(statusOf(aware(IN_US, people({ 'CA-QC': 10 })), 'pipeda-opc-report:opc')).toBe('filing');
    expect(statusOf(aware(IN_US, people({ US: 10 })), 'pipeda-opc-report')).toBe('proposed-not-owed');
  });
});

describe('people of unknown place stop no clock', () => {
  test.each<[string, Set, Record<string, number | null>]>([
    ['said to be unknown', { individuals: undefined }, { DE: 1, unknown: 100_000 }],
    ['accounted for by no place', { individuals: 100_001 }, { DE: 1 }],
  ])('%s: the authority that is known, and one to be determined', (_what, over, residence) => {
    const story = aware(IN_US, people(residence, over));
    expect(idsOf(story, 'gdpr-art33-authority').sort()).toEqual([
      'gdpr-art33-authority:de-bfdi',
      'gdpr-art33-authority:to-be-determined',
    ]);
    expect(story.obligation('gdpr-art33-authority:to-be-determined').dueAt).toBe(at(73));
  });

  test('all of known place: none is to be determined', () => {
    expect(idsOf(aware(IN_US, people({ DE: 1 })), 'gdpr-art33-authority')).toEqual(['gdpr-art33-authority:de-bfdi']);
  });

  test('nobody of known place, high risk: the notice to people is drafted too', () => {
    const story = aware(IN_US, people({ unknown: 10 }));
    expect(statusOf(story, 'gdpr-art34-individuals')).toBe('drafted');
  });

  test('with a lead authority nothing is to be determined', () => {
    expect(idsOf(aware(IN_IRELAND, people({ unknown: 10 })), 'gdpr-art33-authority')).toEqual([
      'gdpr-art33-authority:ie-dpc',
    ]);
  });
});

describe('an affected place whose law no pack has is open until a person decides', () => {
  test.each<[string, Record<string, number | null>, string[]]>([
    [
      'the United Kingdom, Switzerland, a state, a province',
      { GB: 1, CH: 1, 'US-CA': 1, 'CA-QC': 1 },
      ['CA-QC', 'CH', 'GB', 'US-CA'],
    ],
    ['only places with a pack', { DE: 1, 'CA-ON': 1, GF: 1 }, []],
    ['nobody there', { GB: 0, DE: 1 }, []],
    ['a number not yet known', { GB: null }, ['GB']],
  ])('%s', (_what, residence, places) => {
    const story = aware(IN_US, people(residence, { individuals: undefined }));
    const open = idsOf(story, 'uncovered-law:');
    expect(open.sort()).toEqual(places.map((place) => `uncovered-law:${place}`));
    for (const id of open) expect(story.obligation(id)).toMatchObject({ status: 'pending', dueAt: at(25) });
  });

  test('it says which law and who decides, and rings until then', () => {
    const story = aware(IN_US, people({ GB: 5 }));
    expect(story.obligation('uncovered-law:GB').because).toContain(
      'United Kingdom: no pack covers its law; counsel decides what is owed there',
    );
    story.to(60);
    expect(story.alarms('uncovered-law:GB')).toEqual(['50 %', '75 %', 'due', 'overdue 1', 'overdue 2']);
  });

  test('it blocks closing until a person has decided with a reason', () => {
    const story = aware(IN_US, people({ GB: 5 }, { risk: 'unlikely', significantHarm: 'no' }));
    story.send('status', { status: 'resolved' });
    story.send('close');
    expect(story.problems().join('\n')).toContain('uncovered-law:GB: still open');
    story.send('waive', {
      obligation: 'uncovered-law:GB',
      ground: 'counsel-decided',
      reason: 'reported to the ICO by counsel, case 123',
      by: COUNSEL,
    });
    expect(story.obligation('uncovered-law:GB')).toMatchObject({ status: 'waived', decision: { by: COUNSEL } });
    story.send('close');
    expect(story.problems().join('\n')).not.toContain('uncovered-law');
  });

  test('data held as processor is for its controller to decide; no personal data is nothing to decide', () => {
    expect(idsOf(aware(IN_US, { dataSets: [stored({ residence: { GB: 5 } })] }), 'uncovered-law:')).toEqual([]);
    expect(idsOf(aware(IN_US, { personalData: 'no' }), 'uncovered-law:')).toEqual([]);
  });

  test('a place in which nobody lives after all falls away once a person says so; one found later is owed', () => {
    const story = aware(IN_US, people({ GB: 5, CH: 5 }));
    story.send('assess', { assessment: assessment(people({ CH: 5, AU: 1 })) });
    expect(statusOf(story, 'uncovered-law:GB')).toBe('proposed-not-owed');
    story.send('close');
    expect(story.problems().join()).toContain('uncovered-law:GB: proposed as not owed');
    story.send('not-owed', { obligation: 'uncovered-law:GB', reason: NOT_OWED_REASON, by: COUNSEL });
    expect(statusOf(story, 'uncovered-law:GB')).toBe('not-required');
    expect(statusOf(story, 'uncovered-law:CH')).toBe('pending');
    expect(statusOf(story, 'uncovered-law:AU')).toBe('pending');
  });

  test('where only the state is said, explaining it says which parts have laws of their own', () => {
    expect(because(aware(IN_US, people({ CA: 5 })), 'uncovered-law')).toContain(
      'where in CA they live is not said, and CA-AB and CA-QC have laws of their own',
    );
    expect(because(aware(IN_US, people({ 'CA-ON': 5, DE: 1 })), 'uncovered-law')).not.toContain('not said');
  });

  test('as soon as its pack is in force it is covered, whatever else is named', () => {
    const uk = loadPolicy(`${DEFAULT_PACKS},uk-gdpr`).pack;
    expect(idsOf(aware(uk, people({ GB: 5 })), 'uncovered-law:')).toEqual([]);
    expect(idsOf(aware(loadPolicy('trust-center,gdpr').pack, people({ CA: 5 })), 'uncovered-law:')).toEqual([
      'uncovered-law:CA',
    ]);
  });
});

test('the parts of a country are told as one audience, under the law that means them', () => {
  const story = aware(IN_US, people({ CA: 1, 'CA-QC': 2, GF: 4, FR: 8, US: 16 }));
  expect(peopleTold(story, 'pipeda-individuals')).toEqual([['CA', 3]]);
  expect(peopleTold(story, 'gdpr-art34-individuals').sort()).toEqual([
    ['FR', 8],
    ['GF', 4],
  ]);
});

describe('cases: a place that is written in another way', () => {
  const declared = (name: string) => {
    const file = path.join(__dirname, 'cases', `residence-${name}.json`);
    return new Story({ ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<DeclarationInput>) }, IN_US);
  };

  test('EL is Greece: the clock of its authority runs', () => {
    const story = declared('EL');
    expect(story.state.assessment!.facts.dataSets[0]!.residence).toEqual({ GR: 500 });
    expect(statusOf(story, 'gdpr-art33-authority:gr')).toBe('filing');
  });

  test('EU is refused, not the declaration: where the people live is open, and the clock runs', () => {
    const story = declared('EU');
    expect(story.state.assessment!.facts.dataSets[0]).toMatchObject({
      residence: { unknown: 500 },
      placesNotRead: [expect.stringContaining('"EU" is a group of countries: name the countries')],
    });
    expect(statusOf(story, 'gdpr-art33-authority:to-be-determined')).toBe('filing');
    expect(because(story, 'gdpr-art33-authority')).toContain('name the countries');
  });

  test('to an assessment, EU is refused with the remedy; what was known stays', () => {
    const story = declared('EL');
    story.send('assess', { assessment: assessment(people({ EU: 500 })) });
    expect(story.problems().join()).toContain('name the countries');
    expect(story.state.assessment!.facts.dataSets[0]!.residence).toEqual({ GR: 500 });
  });
});
