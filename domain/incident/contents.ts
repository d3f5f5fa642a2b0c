/** The contents of notices, dossiers and the register entry, computed from the facts. No value means "not yet established". */

import { type Count, sumOf } from '../kernel/count';
import { hash64 } from '../kernel/hash64';
import { earliestOf, type InexactInstant, inexactOf, type When } from '../kernel/inexact-instant';
import { type Instant, minuteText } from '../kernel/time';
import { dataSetsOf } from '../policy/affected';
import { type Policy, ruleOf } from '../policy/policy';
import type { Content, ContentField, ObligationRule } from '../policy/rule';
import type { Audience } from './audience';
import { audienceOf } from './audience-of';
import { counting } from './awareness';
import { draftFingerprint, type NoticeEdit, standingEdits } from './edits';
import { type Established, establishedBy } from './established';
import { formLines } from './form-lines';
import type { DataSet } from './incident';
import { GROUND, indirectGround } from './indirect-ground';
import { isByTheHour, isLate } from './lateness';
import { publicityLines } from './made-public';
import { plannedMeasures, takenMeasures } from './measures-said';
import { isPublicCommunication, mayBeReadOutside, type Reader, readerOf } from './readers';
import { type Line, type Texts, textsIn } from './said';
import { PLAIN, say } from './say/say';
import { contactPoint, isSigned, SENDER, sender } from './sender';
import { type IncidentState, isSettled, type Obligation } from './state';
import { isCorrecting, isWithdrawn } from './told-wrongly';
import { inLanguages } from './translations';

export const NOT_YET_ESTABLISHED = 'not yet established';

/** Late, or late by the hour of an act whose time is not known exactly. */
export type Delay = true | 'by-the-hour';

/** One field of a notice: what the law asks for, by which citation, and what is known. */
export interface ContentValue {
  field: ContentField;
  title: string;
  citation: string;
  /** What it says, as data: each reader reads it in a language. */
  said?: Line[];
  /** The same in plain English; lists are one item a line. */
  value?: string;
  optional: boolean;
  /** Demanded by the authority's form, not by the law: the report is not ready without it. */
  form?: boolean;
  /** Who established it, and when: for dossiers. */
  established?: Established;
  /** Optional as long as nobody is late; who is owes it (GDPR Art. 33(1)). */
  owed?: Delay;
  /** Of a notice to customers: what single workspaces are told instead, by their ids; `all`: every affected one. */
  own?: { of: Record<string, Line[]>; all: boolean };
}

/** The fields of a rule with their present values. */
export function noticeContents(rule: ObligationRule, state: IncidentState, pack: Policy, id = rule.id): ContentValue[] {
  const about: About = {
    rule,
    state,
    pack,
    reader: readerOf(rule),
    dataSets: dataSetsOf(rule, pack, state),
    obligation: state.obligations[id],
  };
  const corrects = about.obligation && isCorrecting(about.obligation) && isWithdrawn(rule, state);
  const contents = corrects ? correcting(rule, about) : rule.contents;
  return [...contents, ...beside(rule, about)].map((content) => {
    const said = readable(fieldLines(content.field, about) ?? openPeriod(content, about), about);
    const own = ownNumbers(content.field, about);
    const owed =
      content.field === 'delay-reasons' && said === undefined && rule.delayReasons && delayOf(about.obligation);
    return {
      ...content,
      optional: content.optional || content.form,
      ...(said && about.reader === 'authority' && { established: establishedBy(content.field, state, pack) }),
      ...(owed && { owed }),
      ...(said && { said, value: say(said, PLAIN).join('\n') }),
      ...(own && { own }),
    };
  });
}

/**
 * What a notice holds that takes back what was told: that it does not hold, and whom to ask; to an authority also what is known
 * now. It lacks nothing that its law requires of a first one.
 */
function correcting(rule: ObligationRule, { reader }: About): Content[] {
  const { citation } = rule;
  const correction: Content = {
    field: 'correction',
    title: 'What has changed',
    citation,
    optional: false,
    form: false,
  };
  const kept = rule.contents.filter(({ field }) => reader === 'authority' || field === 'contact-point');
  return [correction, ...kept.map((content) => ({ ...content, optional: true }))];
}

/** The titles of required fields that have no value yet. */
export function missingFields(contents: ContentValue[]): string[] {
  return contents
    .filter((content) => content.value === undefined && !content.optional && !content.own?.all)
    .map((content) => content.title);
}

/** Below a notice stands who gives it; a public communication says on which ground it does. */
function beside(rule: ObligationRule, { reader, pack, state }: About): Content[] {
  return [
    ...(isSigned(rule, reader) && sender(pack) ? [SENDER] : []),
    ...(isPublicCommunication(rule) && indirectGround(rule, state) ? [GROUND] : []),
  ];
}

interface About {
  rule: ObligationRule;
  state: IncidentState;
  pack: Policy;
  reader: Reader;
  /** Those that the rule is about. */
  dataSets: DataSet[];
  obligation: Obligation | undefined;
}

/** Of what was filed its lateness counts, whatever was missed until that was recorded; of what is open, its deadline. */
function delayOf(o: Obligation | undefined): Delay | undefined {
  if (!o) return undefined;
  if (isLate(o)) return true;
  if (isByTheHour(o)) return 'by-the-hour';
  const isMissed = !isSettled(o) && o.missedDueAt !== undefined && o.missedDueAt === o.dueAt;
  return o.delayReasonsOwed || isMissed ? true : undefined;
}

/** The present value of one field. */
function fieldLines(field: ContentField, about: About): Line[] | undefined {
  const { state, pack, reader, dataSets, obligation } = about;
  const { declaration } = state;
  const facts = state.assessment?.facts;
  const texts = (items: Array<string | undefined>) =>
    some(
      items.flatMap((item): Line[] =>
        item === undefined ? [] : [{ is: 'text', text: inLanguages(item, state.translations) }],
      ),
    );
  switch (field) {
    case 'organisation':
      return [{ is: 'plain', text: pack.organisation.name }];
    case 'contact-point':
      return contactPoint(pack);
    case 'sender':
      return sender(pack);
    case 'ground': {
      const ground = indirectGround(about.rule, state);
      return ground === undefined ? undefined : [{ is: 'plain', text: ground }];
    }
    case 'nature':
      if (reader !== 'authority') return texts([facts?.plainSummary]);
      return [...texts([declaration.title, facts?.plainSummary])!, { is: 'affects', affects: declaration.affects }];
    case 'how-it-occurred':
      return texts([howItOccurred(state)]);
    case 'period':
      return facts?.periodFrom ? [periodLine(facts.periodFrom, facts.periodTo)] : undefined;
    case 'detected-at':
      return [instantLine(declaration.detectedAt, declaration.detectedAs)];
    case 'aware-at':
      return state.anchors.aware ? [{ is: 'instant', ...awareReadings(state, state.anchors.aware) }] : undefined;
    case 'data-involved':
      return some(
        dataSets
          .filter(({ categories }) => categories.length > 0)
          .map(({ title, categories }): Line => {
            const inAll = (text: string) => inLanguages(text, state.translations);
            return { is: 'data', title: inAll(title), categories: categories.map(inAll) };
          }),
      );
    case 'individuals-count':
      return isOfManyCustomers(about) ? undefined : countLine(dataSets, ({ individuals }) => individuals);
    case 'records-count':
      return isOfManyCustomers(about) ? undefined : countLine(dataSets, ({ records }) => records);
    case 'residence':
      return residenceLines(dataSets);
    case 'likely-consequences':
      return texts(consequences(about));
    case 'measures-taken':
      return some(takenMeasures(state, reader === 'authority'));
    case 'measures-proposed':
      return some(plannedMeasures(state));
    case 'individual-steps':
      return texts(facts?.individualSteps ?? []);
    case 'notification-steps':
      return some(peopleTold(about));
    case 'service-status':
      // What was declared spoke of an incident that was going on: it is said as what was reported then.
      if (state.status === 'resolved') return [{ is: 'service-affected', resolved: true, ...reportedThen(state) }];
      return texts([declaration.publicSummary]) ?? [{ is: 'service-affected' }];
    case 'review-summary':
      return texts([state.review?.summary]);
    case 'controls-improved':
      return texts(state.review?.controls ?? []);
    case 'delay-reasons':
      return texts([obligation?.delayReasons]);
    case 'correction':
      return [
        {
          is: 'withdrawn',
          to: isPublicCommunication(about.rule) ? 'public' : reader,
          why: facts?.personalData === 'no' ? 'no-data' : 'otherwise',
          ...firstTold(obligation),
        },
      ];
    case 'earlier-reference': {
      const { evidence, caseNumber } = obligation ?? {};
      if (evidence?.reference === undefined && caseNumber === undefined) return undefined;
      return [
        {
          is: 'reference',
          ...(evidence?.reference !== undefined && { text: evidence.reference }),
          ...(caseNumber !== undefined && { caseId: caseNumber }),
        },
      ];
    }
    default:
      return some(formLines(field, { state, pack, dataSets, citation: about.rule.citation }));
  }
}

/** An instant, with both readings where it is not known exactly. */
function instantLine(at: Instant, inexact: InexactInstant | undefined): Line {
  return { is: 'instant', at, ...(inexact && { latest: inexact.latest }) };
}

/** What was reported of the service while it was affected. */
function reportedThen(state: IncidentState): { reported?: Texts } {
  const { publicSummary } = state.declaration;
  if (publicSummary === undefined || !mayBeReadOutside(publicSummary, state)) return {};
  return { reported: inLanguages(publicSummary, state.translations) };
}

/** A person who is told of a breach wonders when it was: where the law does not ask for it, the notice says that nobody knows. */
function openPeriod({ field, optional }: Content, { reader, state }: About): Line[] | undefined {
  if (field !== 'period' || !optional || reader !== 'person') return undefined;
  return [{ is: 'period-open', detectedAt: state.declaration.detectedAt }];
}

/** The awareness that counts, and its latest reading where it is not known exactly. */
function awareReadings({ awareness }: IncidentState, at: Instant): { at: Instant; latest?: Instant } {
  const inexact = counting(awareness)?.statement.inexact;
  return inexact?.earliest === at ? { at, latest: inexact.latest } : { at };
}

/** From when to when it was, with both readings of a time that is not known exactly. */
function periodLine(from: When, to: When | undefined): Line {
  const [fromLatest, toLatest] = [inexactOf(from)?.latest, inexactOf(to)?.latest];
  return {
    is: 'period',
    from: earliestOf(from),
    ...(fromLatest && { fromLatest }),
    ...(to && { to: earliestOf(to) }),
    ...(toLatest && { toLatest }),
  };
}

/** When it was first told, where that is known exactly. */
function firstTold(o: Obligation | undefined): { firstAt?: Instant } {
  const at = o?.fulfilledAs ? undefined : (o?.evidence?.firstToldAt ?? o?.fulfilledAt);
  return at && !isReading(o, at) ? { firstAt: at } : {};
}

/** Whether an instant is only one reading of a telling whose time is not known exactly. */
function isReading(o: Obligation | undefined, at: Instant): boolean {
  const tellings = [...(o?.outside ?? []), ...(o?.publications ?? [])];
  return tellings.some(({ inexact }) => inexact && [inexact.earliest, inexact.latest].includes(at));
}

/** For readers outside, without the texts that name what is internal: nothing is better than that. */
function readable(lines: Line[] | undefined, { reader, state }: About): Line[] | undefined {
  if (!lines || reader === 'authority') return lines;
  const all = lines.flatMap(textsIn).flatMap((text) => Object.values(text));
  return all.every((text) => mayBeReadOutside(text, state)) ? lines : undefined;
}

/**
 * The consequences of the data sets that the notice is about. The text about all of them serves a reader outside only where
 * the notice is about all of them: nobody reads what happened to the data of others.
 */
function consequences({ state, dataSets, reader }: About): Array<string | undefined> {
  const facts = state.assessment?.facts;
  const own = [...new Set(dataSets.flatMap(({ likelyConsequences }) => likelyConsequences ?? []))];
  const general = facts?.likelyConsequences;
  if (reader === 'authority') return [general, ...own.filter((text) => text !== general)];
  return own.length > 0 || dataSets.length < (facts?.dataSets.length ?? 0) ? own : [general];
}

/** All consequences that are known, for the register: of all data sets, then of single ones. */
export function likelyConsequences({ assessment }: IncidentState): string | undefined {
  const facts = assessment?.facts;
  const known = [facts?.likelyConsequences, ...(facts?.dataSets ?? []).map((each) => each.likelyConsequences)];
  const texts = [...new Set(known.filter((text) => text !== undefined))];
  return texts.length > 0 ? texts.join('\n') : undefined;
}

/** As found out since, else as declared. */
export function howItOccurred({ assessment, declaration }: IncidentState): string | undefined {
  return assessment?.facts.howItOccurred ?? declaration.howItOccurred;
}

/** `2026-04-01 02:00 UTC`: for staff. */
export function human(at: Instant): string {
  return `${minuteText(at)} UTC`;
}

function some(lines: Line[]): Line[] | undefined {
  return lines.length > 0 ? lines : undefined;
}

/** The people, or the records, of all data sets (GDPR Art. 33(3)(a)): what is known so far where one has no count yet. */
function countLine(dataSets: DataSet[], of: (dataSet: DataSet) => Count | undefined): Line[] | undefined {
  const known = dataSets.map(of).filter((count) => count !== undefined);
  const count = sumOf(known);
  if (count === undefined) return undefined;
  return [{ is: 'count', count, open: dataSets.length - known.length, of: dataSets.length }];
}

/** A total over several customers is nobody's number. */
function isOfManyCustomers({ reader, state }: About): boolean {
  const workspaces = state.assessment?.facts.workspaces ?? [];
  return reader === 'customer' && (workspaces === 'all' || workspaces.length !== 1);
}

/** What each workspace is told of itself, where it is known. */
function ownNumbers(field: ContentField, { reader, dataSets, state }: About): ContentValue['own'] {
  if (reader !== 'customer' || (field !== 'individuals-count' && field !== 'records-count')) return undefined;
  const what = field === 'individuals-count' ? 'individuals' : 'records';
  const affected = state.assessment?.facts.workspaces ?? [];
  const bySet = state.assessment?.facts.perWorkspace ?? {};
  const countsOf = (workspace: string) => dataSets.flatMap(({ id }) => bySet[id]?.[workspace]?.[what] ?? []);
  const named = [...new Set(dataSets.flatMap(({ id }) => Object.keys(bySet[id] ?? {})))].sort();
  const workspaces = named.filter((workspace) => countsOf(workspace).length > 0);
  if (workspaces.length === 0) return undefined;
  const of = Object.fromEntries(
    workspaces.map((workspace) => {
      const count = sumOf(countsOf(workspace))!;
      return [workspace, [{ is: 'count', count, open: 0, of: dataSets.length } satisfies Line]];
    }),
  );
  return { of, all: affected !== 'all' && affected.every((workspace) => workspace in of) };
}

function residenceLines(dataSets: DataSet[]): Line[] | undefined {
  const totals = new Map<string, number | null>();
  for (const dataSet of dataSets) {
    for (const [place, n] of Object.entries(dataSet.residence)) {
      const before = totals.get(place);
      totals.set(place, n === null || before === null ? null : (before ?? 0) + n);
    }
  }
  const sorted = [...totals].sort(([a], [b]) => (a < b ? -1 : 1));
  return some(sorted.map(([place, count]) => ({ is: 'residence', place, count })));
}

/** Who of the people was or will be notified of this breach, directly and in public, under the same law (SOR/2018-64 s. 2(1)(f)). */
function peopleTold({ rule, state, pack }: About): Line[] {
  return Object.values(state.obligations).flatMap((o): Line[] => {
    const notice = ruleOf(pack, o.rule);
    if (!notice || notice.pack !== rule.pack) return [];
    const { citation } = notice;
    if (isPublicCommunication(notice)) return publicityLines(o, citation);
    if (notice.recipient.to !== 'individuals') return [];
    const done = o.evidence ?? o.delivery;
    const at = done?.firstToldAt ?? done?.firstSentAt;
    if (done && at) {
      const earliest = isReading(o, at) && { earliest: true as const };
      return [{ is: 'people-told', citation, at, ...earliest, told: done.told ?? done.sent, of: done.of }];
    }
    return o.dueAt && !isSettled(o) ? [{ is: 'people-told', citation, before: o.dueAt }] : [];
  });
}

/** What a notice would say now, and its fingerprint. A state never changes, so it is worked out once for each. */
export function noticeNow(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): Notice {
  const known = notices.get(state) ?? new Map();
  notices.set(state, known);
  const before = known.get(o.id);
  if (before?.pack === pack) return before;
  const contents = noticeContents(rule, state, pack, o.id);
  const facts = factsFingerprint(contents, state, o.round, audienceOf(rule, state, pack));
  const edits = standingEdits(o.edits, facts);
  const sender = rule.channel === 'email' ? state.sender : undefined;
  const now = { pack, contents, facts, edits, fingerprint: draftFingerprint(facts, edits, sender) };
  known.set(o.id, now);
  return now;
}

/** `facts`: fingerprint of what it says by itself; `fingerprint`: of that with the edits that stand and the sender. */
interface Notice {
  pack: Policy;
  contents: ContentValue[];
  facts: string;
  edits: NoticeEdit[];
  fingerprint: string;
}
const notices = new WeakMap<IncidentState, Map<string, Notice>>();

/**
 * A fingerprint of what a notice says, to see whether a draft is out of date. Not cryptographic.
 * `measures-taken` counts by whether it is established and by the incident's status: a draft is not rendered again at
 * every containment step, but none goes out with "not yet established" once the first measure is known.
 */
function factsFingerprint(contents: ContentValue[], state: IncidentState, round: number, audience?: Audience): string {
  const said = contents.map((c) =>
    c.field === 'measures-taken' || c.field === 'notification-steps'
      ? c.said === undefined
        ? NOT_YET_ESTABLISHED
        : state.status
      : `${c.field}=${JSON.stringify([c.said ?? null, c.own ?? null, c.owed ?? null])}`,
  );
  // Whoever approves sees how many it goes to: with another audience it is another draft.
  const to = audience ? `|${JSON.stringify(audience)}` : '';
  return hash64(`${round}|${state.status}|${said.join('|')}${to}`);
}
