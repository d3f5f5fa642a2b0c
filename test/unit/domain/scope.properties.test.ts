// What holds wherever people live and wherever the organisation is established: nobody falls between the laws.
import fc from 'fast-check';
import { AssessmentSchema } from '../../../domain/incident/assessment';
import { contradictionsIn } from '../../../domain/incident/facts/contradictions';
import { isSettled } from '../../../domain/incident/state';
import { isUnderLawOf, lawsOf } from '../../../domain/places/law';
import { placeOf } from '../../../domain/places/place';
import { compose } from '../../../domain/policy/compose';
import type { Organisation } from '../../../domain/policy/organisation';
import { hasUnknownPlaces } from '../../../domain/policy/places';
import { type Policy, PolicySchema } from '../../../domain/policy/policy';
import { UNCOVERED_PACK } from '../../../domain/policy/uncovered';
import { DEFAULT_PACKS } from '../../../policy/load-policy';
import { readPack } from '../../../policy/read-pack';
import { accounts, assessment, at } from './helpers/facts';
import { AUTHORITIES, TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const PACKS = [...DEFAULT_PACKS.split(','), UNCOVERED_PACK].map(readPack);
const PLACES = [
  'DE',
  'DE-BY',
  'FR',
  'GF',
  'IE',
  'AX',
  'NO',
  'CA',
  'CA-QC',
  'CA-AB',
  'GB',
  'JE',
  'CH',
  'US',
  'US-CA',
  'BR',
];
const place = fc.constantFrom(...PLACES);

function policyFor(organisation: Partial<Organisation>): Policy {
  const { policy } = compose(PACKS, { organisation: { ...TRUST_CENTER.organisation, ...organisation } });
  return PolicySchema.parse({ ...policy, authorities: AUTHORITIES });
}

const organisations = fc.record({
  mainEstablishment: fc.constantFrom('none', 'IE', 'FR'),
  establishments: fc.option(fc.uniqueArray(fc.constantFrom('US', 'CA', 'FR', 'GB'), { maxLength: 2 }), {
    nil: undefined,
  }),
  offersServiceIn: fc.option(fc.uniqueArray(place, { maxLength: 3 }), { nil: undefined }),
});
const residences = fc.dictionary(fc.oneof(place, fc.constant('unknown')), fc.option(fc.nat(50), { nil: null }), {
  maxKeys: 4,
});

test('every place where somebody lives has an open duty: to an authority of its law, or to find out what its law asks', () => {
  fc.assert(
    fc.property(organisations, residences, (organisation, residence) => {
      const story = new Story({}, policyFor(organisation), { silent: ['draft', 'dispatch'] }).to(1);
      const dataSets = [accounts({ residence, individuals: undefined })];
      story.send('assess', { assessment: assessment({ dataSets }), awareAt: at(1) });
      const open = Object.values(story.state.obligations).filter((o) => !isSettled(o));
      const regimeOf = (rule: string) => story.pack.obligations.find(({ id }) => id === rule)!.recipient;
      const told = open.flatMap((o) => {
        const to = regimeOf(o.rule);
        return to.to === 'authorities' ? story.pack.regimes[to.regime]!.territory : [];
      });
      for (const [where, count] of Object.entries(residence)) {
        if (where === 'unknown' || count === 0) continue;
        const covered = isUnderLawOf(where, told) || open.some(({ id }) => id === `uncovered-law:${where}`);
        expect({ where, covered }).toEqual({ where, covered: true });
      }
      if (hasUnknownPlaces({ residence })) expect(open.some(({ rule }) => rule === 'gdpr-art33-authority')).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test('an organisation established in the Union owes a report for people anywhere', () => {
  fc.assert(
    fc.property(place, fc.constantFrom('IE', 'FR', 'DE'), (where, mainEstablishment) => {
      const story = new Story({}, policyFor({ mainEstablishment }), { silent: ['draft'] }).to(1);
      story.send('assess', { assessment: assessment({ dataSets: [accounts({ residence: { [where]: 5 } })] }) });
      const owed = Object.values(story.state.obligations).filter((o) => o.rule === 'gdpr-art33-authority');
      expect(owed.map(isSettled)).toEqual([false]);
    }),
    { numRuns: 40 },
  );
});

test('a place is read to itself, and its laws are places', () => {
  fc.assert(
    fc.property(place, (each) => {
      expect(placeOf(each.toLowerCase())).toBe(each);
      expect(lawsOf(each).map(placeOf)).toEqual(lawsOf(each));
    }),
  );
});

test('an assessment is refused exactly when it contradicts itself', () => {
  const facts = fc.record({
    personalData: fc.constantFrom('yes', 'possible', 'no', 'unknown'),
    individuals: fc.option(fc.nat(20), { nil: undefined }),
    residence: fc.dictionary(place, fc.nat(20), { maxKeys: 2 }),
    risk: fc.constantFrom('unlikely', 'risk', 'high', 'unknown'),
    keysTaken: fc.constantFrom('yes', 'no', 'unknown'),
  });
  fc.assert(
    fc.property(facts, ({ personalData, risk, keysTaken, ...counts }) => {
      const protection = { encrypted: 'yes', keysTaken } as const;
      const dataSets = [
        accounts({ ...counts, risk: risk as 'high', significantHarm: 'no', protection: protection as never }),
      ];
      const given = { ...assessment(), personalData, dataSets };
      const found = contradictionsIn(given as never);
      expect(AssessmentSchema.safeParse(given).success).toBe(found.length === 0);
    }),
  );
});
