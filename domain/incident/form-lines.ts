/**
 * What the forms of authorities ask beside the contents that the law lists, in the order of the EDPB's common template
 * (v1.0, draft; numbers are its fields). Answers are codes of the assessment; what nobody has stated is left out.
 */
import type { Policy } from '../policy/policy';
import type { ContentField } from '../policy/rule';
import { SPECIAL_DATA } from './facts/codes';
import { RISK_FACTORS, weighedIn } from './facts/risk-judgement';
import type { DataSet } from './incident';
import type { Line, Texts, Told } from './said';
import type { Answers, Ask } from './say/form/words';
import type { IncidentState } from './state';
import { inLanguages } from './translations';

interface Asked {
  state: IncidentState;
  pack: Policy;
  dataSets: DataSet[];
  /** The law under which the report is owed, as its citation: what belongs to another is not said under it. */
  citation: string;
}

/** The lines of one field; empty while nothing is known. */
export function formLines(field: ContentField, { state, pack, dataSets, citation }: Asked): Line[] {
  const { organisation } = pack;
  const facts = state.assessment?.facts;
  const text = (value: string | undefined): Line[] =>
    value === undefined ? [] : [{ is: 'text', text: inLanguages(value, state.translations) }];
  const plain = (...parts: Array<string | undefined>): Line[] => {
    const said = parts.filter((part) => part !== undefined);
    return said.length > 0 ? [{ is: 'plain', text: said.join(', ') }] : [];
  };
  switch (field) {
    case 'identifiers': // 10, 11, 14 to 17
      return [
        ...Object.entries(organisation.identifiers ?? {}).flatMap(([kind, value]) => plain(`${kind} ${value}`)),
        ...answer('sector', [organisation.sector]),
        ...answer('size', [organisation.size]),
        ...plain(organisation.activity),
      ];
    case 'representative': // 18, 19
      return organisation.representative
        ? plain(organisation.representative.name, organisation.representative.contact)
        : [];
    case 'reporter': {
      // 21 to 24
      const reporter = facts?.reporter;
      if (!reporter) return [];
      const spoken = reporter.functionDescription ? { en: reporter.functionDescription } : FUNCTIONS[reporter.function];
      const inAll = Object.entries(spoken).map(([language, words]) => [
        language,
        [reporter.name, words, reporter.contact].join(', '),
      ]);
      return [{ is: 'text', text: Object.fromEntries(inAll) as Texts }];
    }
    case 'data-protection-officer': {
      // 29 to 31
      const officer = organisation.dataProtectionOfficer;
      if (officer === undefined) return [];
      return officer === 'none' ? [{ is: 'no-officer' }] : plain(officer.name, officer.contact);
    }
    case 'parties': // 38 to 41
      return Object.values(facts?.parties ?? {}).map(({ role, name, contact, toldUsAt }) =>
        named('party', role, [name, contact], { ...(toldUsAt && { told: { who: 'us', at: toldUsAt } }) }),
      );
    case 'discovery': // 50 to 52
      return [
        ...answer('discovered-by', [facts?.discovered?.by]),
        ...text(facts?.discovered?.how),
        ...(facts?.discovered?.toldAt ? [{ is: 'told-us' as const, at: facts.discovered.toldAt }] : []),
      ];
    case 'kind-of-incident': // 60
      return answer('kind', facts?.nature?.kinds ?? []);
    case 'cause': // 61
      return answer('cause', [facts?.nature?.cause]);
    case 'systems': // 63
      return text(facts?.nature?.systems);
    case 'breach-details': // 56 to 59
      return [
        ...answer(
          'exfiltrated',
          distinct(dataSets, ({ exfiltrated }) => exfiltrated),
        ),
        ...answer(
          'unintelligible',
          distinct(dataSets, ({ protection }) => protection.intact),
        ),
        ...answer(
          'altered',
          distinct(dataSets, ({ alteration }) => alteration),
        ),
        ...answer(
          'lost',
          distinct(dataSets, ({ loss }) => loss),
        ),
      ];
    case 'data-subjects': // 65, 66
      return dataSets.flatMap((each) => [
        ...answer('subjects', each.subjects ?? [], inLanguages(each.title, state.translations)),
        ...text(each.subjectsDescription),
      ]);
    case 'special-categories': {
      // 70
      const types = distinct(
        dataSets.flatMap(({ dataTypes = [] }) => dataTypes),
        (type) => type,
      );
      const special = types.filter((type): type is (typeof SPECIAL_DATA)[number] =>
        (SPECIAL_DATA as readonly string[]).includes(type),
      );
      if (types.length === 0) return [];
      return [...answer('data-types', types), ...answer<'special'>('special', special.length > 0 ? special : ['none'])];
    }
    case 'measures-before': // 75, 76
      return [...answer('measures', facts?.measuresBefore?.kinds ?? []), ...text(facts?.measuresBefore?.description)];
    case 'impact': // 85 to 87
      return [
        ...answer('impact', facts?.consequences?.impacts ?? []),
        ...text(facts?.consequences?.impactDescription),
        ...answer('severity', [facts?.consequences?.severity]),
      ];
    case 'risk-judgement': // 89, 90; PIPEDA s. 10.1(8)
      return riskLines({ state, pack, dataSets, citation });
    case 'prevention': // 94, 95
      return [...answer('measures', facts?.prevention?.kinds ?? []), ...text(facts?.prevention?.description)];
    case 'bodies-told': {
      // 109 to 111; PIPEDA s. 10.2
      const bodies = Object.values(facts?.bodiesTold ?? {}).map(({ kind, name, caseId, toldAt }) =>
        named('body', kind, [name], { caseId, ...(toldAt && { told: { who: 'them', at: toldAt } }) }),
      );
      const others = Object.values(state.obligations).flatMap(({ organisations = [] }) =>
        organisations.map(({ organisations: names, at, inexact }): Line => {
          const told: Told = { who: 'them', at, ...(inexact && { latest: true }) };
          return { is: 'plain', text: names.join(', '), told };
        }),
      );
      return [...answer('police', [facts?.policeTold]), ...bodies, ...others];
    }
    case 'attachments': // 125
      return Object.values(facts?.attachments ?? {}).map(({ kind, title, sha256 }) =>
        named('attachment', kind, [title, `SHA-256 ${sha256}`]),
      );
    default:
      return [];
  }
}

/**
 * The outcome for each data set, with what was weighed and why: the absence of a reasoning was fined. Each law has a test of its
 * own, a risk to rights and freedoms or a real risk of significant harm, and a method or a factor of the other is none of it.
 */
function riskLines({ state, dataSets, citation }: Asked): Line[] {
  const canadian = citation.startsWith('PIPEDA');
  const judged = dataSets.filter((set) => (canadian ? set.significantHarm : set.risk) !== 'unknown');
  const elsewhere = canadian ? /\b(EDPB|GDPR|RGPD|DSGVO|ENISA)\b/i : /\b(PIPEDA|LPRPDE|RROSH)\b/i;
  const weighed = (judgement: DataSet['riskJudgement']) =>
    weighedIn(judgement)
      .filter(
        ([about, said]) =>
          !elsewhere.test(about in RISK_FACTORS ? RISK_FACTORS[about as keyof typeof RISK_FACTORS] : said),
      )
      .map(([about, said]): Line => ({ is: 'weighed', about, text: inLanguages(said, state.translations) }));
  return [
    ...judged.flatMap((set) => [
      ...(canadian
        ? answer('significant-harm', [set.significantHarm], inLanguages(set.title, state.translations))
        : answer('risk', [set.risk], inLanguages(set.title, state.translations))),
      ...weighed(set.riskJudgement),
    ]),
    ...weighed(state.assessment?.facts.riskJudgement),
  ];
}

/** The function of the person who reports, in words. */
const FUNCTIONS: Record<'dpo' | 'legal-representative' | 'other', Texts> = {
  dpo: {
    en: 'data protection officer',
    fr: 'délégué(e) à la protection des données',
    de: 'datenschutzbeauftragte Person',
  },
  'legal-representative': { en: 'legal representative', fr: 'représentation légale', de: 'gesetzliche Vertretung' },
  other: { en: 'another function', fr: 'autre fonction', de: 'andere Funktion' },
};

/** `of`: what is asked about, such as a data set. */
function answer<A extends Ask>(ask: A, codes: Array<Answers[A] | undefined>, of?: Texts): Line[] {
  const given = codes.filter((code) => code !== undefined);
  return given.length > 0 ? [{ is: 'answer', ask, codes: given, ...(of && { of }) }] : [];
}

/** Somebody or something by its name, with what it is. */
function named<A extends Ask>(
  ask: A,
  code: Answers[A],
  parts: Array<string | undefined>,
  { caseId, told }: { caseId?: string | undefined; told?: Told } = {},
): Line {
  const text = parts.filter((part) => part !== undefined).join(', ');
  return { is: 'named', ask, code, text, ...(caseId !== undefined && { caseId }), ...(told && { told }) };
}

function distinct<T, C extends string>(items: T[], of: (item: T) => C | undefined): C[] {
  return [...new Set(items.map(of).filter((code) => code !== undefined))];
}
