/** The contents of notices, dossiers and the register entry, computed from the facts. No value means "not yet established". */

import { countText, sumOf } from '../kernel/count';
import { hash64 } from '../kernel/hash64';
import { clockOffset, type Instant, minuteText } from '../kernel/time';
import { dataSetsOf } from '../policy/affected';
import { type Policy, ruleOf } from '../policy/policy';
import type { ContentField, ObligationRule } from '../policy/rule';
import type { Audience } from './audience';
import { audienceOf } from './audience-of';
import type { Assessment, DataSet } from './incident';
import { judgementLines } from './risk-worksheet';
import type { IncidentState, Obligation } from './state';

export const NOT_YET_ESTABLISHED = 'not yet established';

/** One field of a notice: what the law asks for, by which citation, and what is known. */
export interface ContentValue {
  field: ContentField;
  title: string;
  citation: string;
  value?: string;
  optional: boolean;
}

/** The fields of a rule with their present values. */
export function noticeContents(rule: ObligationRule, state: IncidentState, pack: Policy, id = rule.id): ContentValue[] {
  const dataSets = dataSetsOf(rule, pack, state);
  return rule.contents.map((content) => ({
    ...content,
    value: fieldValue(content.field, state, pack, dataSets, state.obligations[id]),
  }));
}

/** The titles of required fields that have no value yet. */
export function missingFields(contents: ContentValue[]): string[] {
  return contents.filter((content) => content.value === undefined && !content.optional).map((content) => content.title);
}

/** The present value of one field, over the data sets that the rule is about, as plain text; lists are one item a line. */
function fieldValue(
  field: ContentField,
  state: IncidentState,
  pack: Policy,
  dataSets: DataSet[],
  obligation?: Obligation,
): string | undefined {
  const { declaration } = state;
  const facts = state.assessment?.facts;
  switch (field) {
    case 'organisation':
      return pack.organisation.name;
    case 'contact-point':
      return pack.organisation.contactPoint;
    case 'nature':
      return `${declaration.title} (${declaration.kind.replaceAll('-', ' ')}; affects ${declaration.affects.join(', ')})`;
    case 'how-it-occurred':
      return howItOccurred(state);
    case 'period':
      return facts?.periodFrom
        ? `${human(facts.periodFrom)} to ${facts.periodTo ? human(facts.periodTo) : 'an end not yet established'}`
        : undefined;
    case 'detected-at':
      return human(declaration.detectedAt);
    case 'aware-at':
      return state.anchors.aware ? human(state.anchors.aware) : undefined;
    case 'data-involved':
      return lines(
        dataSets.filter((d) => d.categories.length > 0).map((d) => `${d.title}: ${d.categories.join(', ')}`),
      );
    case 'individuals-count':
      return count(dataSets, 'individuals');
    case 'records-count':
      return count(dataSets, 'records');
    case 'residence':
      return residenceText(dataSets);
    case 'likely-consequences':
      return facts?.likelyConsequences;
    case 'risk-judgement':
      return riskText(dataSets, facts);
    case 'measures-taken':
      return lines(measuresTaken(state));
    case 'measures-proposed':
      return lines(
        state.measures.filter((m) => m.category === 'prevention' || m.category === 'remediation').map((m) => m.text),
      );
    case 'individual-steps':
      return lines(facts?.individualSteps ?? []);
    case 'notification-steps':
      return lines(notificationSteps(state, pack));
    case 'service-status':
      return (
        declaration.publicSummary ??
        `We are handling an incident that affects ${declaration.systems.join(', ') || 'the service'}.`
      );
    case 'root-cause':
      return state.review?.rootCause;
    case 'controls-improved':
      return lines(state.review?.controls ?? []);
    case 'delay-reasons':
      return obligation?.delayReasons;
    case 'earlier-reference':
      return obligation?.evidence?.reference;
  }
}

/** The level for each data set, with what was weighed and why: the outcome, the method and the reasoning. */
function riskText(dataSets: DataSet[], facts: Assessment | undefined): string | undefined {
  const judged = dataSets.filter((set) => set.risk !== 'unknown' || set.significantHarm !== 'unknown');
  const own = judged.flatMap((set) => [
    `${set.title}: risk ${set.risk}, real risk of significant harm ${set.significantHarm}`,
    ...judgementLines(set.riskJudgement).map(([name, said]) => `${name}: ${said}`),
  ]);
  return lines([...own, ...judgementLines(facts?.riskJudgement).map(([name, said]) => `${name}: ${said}`)]);
}

/** As found out since, else as declared. */
export function howItOccurred({ assessment, declaration }: IncidentState): string | undefined {
  return assessment?.facts.howItOccurred ?? declaration.howItOccurred;
}

/** `2026-04-01 02:00 UTC`. */
export function human(at: Instant): string {
  return `${minuteText(at)} UTC`;
}

function lines(items: string[]): string | undefined {
  return items.length > 0 ? items.join('\n') : undefined;
}

/** The people, or the records, of all data sets (GDPR Art. 33(3)(a)): what is known so far where one has no count yet. */
function count(dataSets: DataSet[], what: 'individuals' | 'records'): string | undefined {
  const known = dataSets.map((d) => d[what]).filter((n) => n !== undefined);
  const total = sumOf(known);
  if (total === undefined) return undefined;
  const open = dataSets.length - known.length;
  return `${countText(total)}${open > 0 ? ` in ${known.length} of ${dataSets.length} data sets; the rest ${NOT_YET_ESTABLISHED}` : ''}`;
}

function residenceText(dataSets: DataSet[]): string | undefined {
  const totals = new Map<string, number | null>();
  for (const dataSet of dataSets) {
    for (const [country, n] of Object.entries(dataSet.residence)) {
      const before = totals.get(country);
      totals.set(country, n === null || before === null ? null : (before ?? 0) + n);
    }
  }
  return lines(
    [...totals]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([c, n]) => `${c}: ${n === null ? 'number not yet established' : `approximately ${n}`}`),
  );
}

/** Containment that was applied or verified, then the measures that people recorded. */
export function measuresTaken(state: IncidentState): string[] {
  const steps = Object.values(state.containment)
    .filter((step) => step.state === 'applied' || step.state === 'verified')
    .map((step) => `${step.id} (${step.state} ${human(step.at)})`);
  return [...steps, ...state.measures.filter((m) => m.category !== 'prevention').map((m) => m.text)];
}

/** Who was or will be notified, for the reports that ask for it (SOR/2018-64 s. 2(1)(f)). */
function notificationSteps(state: IncidentState, pack: Policy): string[] {
  const toIndividuals = (o: Obligation) => ruleOf(pack, o.rule)?.recipient.to === 'individuals';
  return Object.values(state.obligations)
    .filter((o) => o.evidence?.channel === 'email' || (o.clock && !o.fulfilledAt && toIndividuals(o)))
    .map((o) =>
      o.fulfilledAt
        ? `${o.rule}: ${o.evidence?.sent ?? 0} notified directly by email (${clockOffset(state.declaration.detectedAt, o.fulfilledAt)})`
        : `${o.rule}: planned before ${human(o.dueAt!)}`,
    );
}

/** What a notice would say now, and its fingerprint. A state never changes, so it is worked out once for each. */
export function noticeNow(
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
): { contents: ContentValue[]; fingerprint: string } {
  const known = notices.get(state) ?? new Map();
  notices.set(state, known);
  const before = known.get(o.id);
  if (before?.pack === pack) return before;
  const contents = noticeContents(rule, state, pack, o.id);
  const now = { pack, contents, fingerprint: fingerprint(contents, state, o.round, audienceOf(rule, state, pack)) };
  known.set(o.id, now);
  return now;
}

type Notice = { pack: Policy; contents: ContentValue[]; fingerprint: string };
const notices = new WeakMap<IncidentState, Map<string, Notice>>();

/**
 * A fingerprint of what a notice says, to see whether a draft is out of date. Not cryptographic.
 * `measures-taken` counts by whether it is established and by the incident's status: a draft is not rendered again at
 * every containment step, but none goes out with "not yet established" once the first measure is known.
 */
function fingerprint(contents: ContentValue[], state: IncidentState, round: number, audience?: Audience): string {
  const said = contents.map((c) =>
    c.field === 'measures-taken' || c.field === 'notification-steps'
      ? c.value === undefined
        ? NOT_YET_ESTABLISHED
        : state.status
      : `${c.field}=${c.value ?? ''}`,
  );
  // Whoever approves sees how many it goes to: with another audience it is another draft.
  const to = audience ? `|${JSON.stringify(audience)}` : '';
  return hash64(`${round}|${state.status}|${said.join('|')}${to}`);
}
