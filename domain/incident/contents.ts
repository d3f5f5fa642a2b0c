/** The contents of notices, dossiers and the register entry, computed from the facts. No value means "not yet established". */

import { dataSetsOf } from '../policy/affected';
import { type Policy, ruleOf } from '../policy/policy';
import type { Content, ContentField, ObligationRule } from '../policy/rule';
import type { ContentValue, Delay, NoticeAbout } from './content-value';
import { establishedBy } from './established';
import { formLines } from './form-lines';
import { GROUND, indirectGround } from './indirect-ground';
import { isByTheHour, isLate } from './lateness';
import { publicityLines } from './made-public';
import { plannedMeasures, takenMeasures } from './measures-said';
import { countLine, isOfManyCustomers, ownNumbers, residenceLines } from './numbers-said';
import { isPublicCommunication, mayBeReadOutside, readerOf } from './readers';
import { type Line, some, type Texts, textsIn } from './said';
import { PLAIN, say } from './say/say';
import { contactPoint, isSigned, SENDER, sender } from './sender';
import { type IncidentState, isSettled, type Obligation } from './state';
import { awareReadings, firstTold, instantLine, isReading, openPeriod, periodLine } from './times-said';
import { isCorrecting, isWithdrawn } from './told-wrongly';
import { inLanguages } from './translations';

/** The fields of a rule with their present values. */
export function noticeContents(rule: ObligationRule, state: IncidentState, pack: Policy, id = rule.id): ContentValue[] {
  const about: NoticeAbout = {
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
function correcting(rule: ObligationRule, { reader }: NoticeAbout): Content[] {
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
function beside(rule: ObligationRule, { reader, pack, state }: NoticeAbout): Content[] {
  return [
    ...(isSigned(rule, reader) && sender(pack) ? [SENDER] : []),
    ...(isPublicCommunication(rule) && indirectGround(rule, state) ? [GROUND] : []),
  ];
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
function fieldLines(field: ContentField, about: NoticeAbout): Line[] | undefined {
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

/** What was reported of the service while it was affected. */
function reportedThen(state: IncidentState): { reported?: Texts } {
  const { publicSummary } = state.declaration;
  if (publicSummary === undefined || !mayBeReadOutside(publicSummary, state)) return {};
  return { reported: inLanguages(publicSummary, state.translations) };
}

/** For readers outside, without the texts that name what is internal: nothing is better than that. */
export function readable(
  lines: Line[] | undefined,
  { reader, state }: Pick<NoticeAbout, 'reader' | 'state'>,
): Line[] | undefined {
  if (!lines || reader === 'authority') return lines;
  const all = lines.flatMap(textsIn).flatMap((text) => Object.values(text));
  return all.every((text) => mayBeReadOutside(text, state)) ? lines : undefined;
}

/**
 * The consequences of the data sets that the notice is about. The text about all of them serves a reader outside only where
 * the notice is about all of them: nobody reads what happened to the data of others.
 */
function consequences({ state, dataSets, reader }: NoticeAbout): Array<string | undefined> {
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

/** Who of the people was or will be notified of this breach, directly and in public, under the same law (SOR/2018-64 s. 2(1)(f)). */
function peopleTold({ rule, state, pack }: NoticeAbout): Line[] {
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
