/** Every event as one clear sentence for people: the live timeline, `tocsin show`, the answer to a message. Pure. */

import { alarmText } from '../case/alarm-text';
import { FOUND_WORDS } from '../case/found';
import { figureOf, sumOf } from '../kernel/count';
import { type InexactInstant, whenText } from '../kernel/inexact-instant';
import { type Instant, spanText, toMs } from '../kernel/time';
import { UNDETERMINED } from '../policy/authorities';
import { standInOf } from '../policy/disclosure';
import { type Authority, type Ground, OTHER_GROUND } from '../policy/pack';
import { packNames, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { actTimedText } from './act-timed';
import { groupName } from './audience';
import { BASIS_WORDS } from './awareness';
import { outcomeWords, startWords, stepWords } from './board-words';
import { startOf } from './clocks';
import { human } from './contents';
import { DOUBTED_WORDS } from './doubted-kinds';
import { type DataOf, type EventOf, type Evidence, type IncidentEvent, obligationOfEvent } from './events';
import { attachmentsIn } from './filings';
import type { Assessment } from './incident';
import { isLate, latenessText, verdictText } from './lateness';
import { madePublicText } from './made-public';
import { isBefore } from './on-status';
import { ORGANISATIONS, organisationsText } from './organisations-told';
import { PUBLIC_NOTICE } from './readers';
import type { IncidentState } from './state';
import type { Named } from './tally';

/** How an event is to be taken: nothing to do, a promise kept, something that needs a person, something that went wrong. */
export type Tone = 'info' | 'good' | 'warn' | 'bad';

export interface Narration {
  /** The obligation it is about, like `gdpr-art33-authority:ie-dpc`. */
  obligation?: string;
  /** Commitments of that obligation, like `T3`, `N1`. */
  commitments: string[];
  text: string;
  tone: Tone;
}

/** What narrating needs of a policy pack. */
export interface NarratedPack {
  authorities?: Array<Pick<Authority, 'key' | 'name'>>;
  grounds?: Array<Pick<Ground, 'id' | 'title' | 'citation'>>;
  obligations: Array<Pick<ObligationRule, 'id' | 'title' | 'commitments' | 'recipient' | 'channel'>>;
}

type Rule = NarratedPack['obligations'][number];
type Said = { text: string; tone: Tone };
type Context = { rule?: Rule; before?: IncidentState; pack: NarratedPack };

/**
 * Tells an event. `before` is the state that the event met: with it deadlines can be told from what it changed.
 * Holds no address: people are named by the part before the "@".
 */
export function narrate(event: IncidentEvent, pack: NarratedPack, before?: IncidentState): Narration {
  const obligation = obligationOfEvent(event);
  const rule = ruleOf(pack, obligation?.split(':')[0]);
  const { text, tone } = say(event, { rule, before, pack });
  return {
    ...(obligation === undefined ? {} : { obligation }),
    commitments: rule?.commitments ?? [],
    text: withoutAddresses(text),
    tone,
  };
}

const info = (text: string): Said => ({ text, tone: 'info' });
const good = (text: string): Said => ({ text, tone: 'good' });
const warn = (text: string): Said => ({ text, tone: 'warn' });
const bad = (text: string): Said => ({ text, tone: 'bad' });

function say(event: IncidentEvent, context: Context): Said {
  switch (event.kind) {
    case 'declared': {
      const { severity, title, owner, detectedAs, recordedAt } = event.data.declaration;
      const policy = packNames(event.data.policy.packs);
      const recorded = recordedAt ? `. Recorded afterwards, on ${human(recordedAt)}: nothing is sent` : '';
      const detected = detectedAs ? `. Detected ${whenText(detectedAs)}; the earliest reading counts` : '';
      return info(
        `Declared as ${severity} by ${event.by}, owner ${owner}, under ${policy}: ${title}${detected}${recorded}`,
      );
    }
    case 'assessed':
      return info(`Assessment ${event.data.revision} by ${event.by}: ${assessmentText(event.data.assessment)}`);
    case 'awareness-recorded': {
      const { basis, previousAt, reason, agreedBy, doubt } = event.data;
      const awareAt = stated(event.data.awareAt, event.data.inexact);
      const doubtful = doubt ? `. To be confirmed by ${human(doubt.answerBy)}: ${doubt.why.join('; ')}` : '';
      if (!previousAt) {
        const text = `Aware since ${awareAt}, ${BASIS_WORDS[basis]}${suffix(reason)}${doubtful}`;
        return doubt ? warn(text) : info(text);
      }
      const who = agreedBy ? `${event.by}, agreed by ${agreedBy}` : event.by;
      return warn(
        `Awareness restated: ${awareAt}, ${BASIS_WORDS[basis]}, by ${who} (previously counted: ${human(previousAt)})${suffix(reason)}${doubtful}`,
      );
    }
    case 'awareness-upheld':
      return info(
        `${event.by} stands by ${DOUBTED_WORDS[event.data.of ?? 'awareness']} of ${human(event.data.awareAt)}${suffix(event.data.reason)}`,
      );
    case 'second-person-asked': {
      const { awareAt, inexact, previousAt, reason } = event.data;
      return warn(
        `${event.by} wants the ${event.data.change} moved from ${human(previousAt)} to ${stated(awareAt, inexact)}: ${reason}. It waits for a second person`,
      );
    }
    case 'second-person-declined':
      return info(`${event.by} declined to move the ${event.data.change}${suffix(event.data.reason)}`);
    case 'status-changed': {
      const { status, previous, note } = event.data;
      const text = `Status ${status} (was ${previous}), by ${event.by}${suffix(note)}`;
      return isBefore(status, 'contained') && context.before?.anchors.contained
        ? bad(`${text}. Containment is retracted`)
        : info(text);
    }
    case 'contained': {
      const { at, inexact, atUnknown, despite, steps } = event.data;
      const when = atUnknown ? `at an unknown time, at the latest ${human(at)}` : stated(at, inexact);
      const spite = despite ? `, although not done: ${steps?.join(', ')}: ${despite}` : '';
      return despite
        ? warn(`Contained ${when}, says ${event.by}${spite}`)
        : good(`Contained ${when}, says ${event.by}`);
    }
    case 'partly-contained':
      return warn(`Partly contained ${human(event.data.at)}, says ${event.by}: ${event.data.note}`);
    case 'containment-corrected': {
      const { at, inexact, previousAt, reason } = event.data;
      return warn(
        `Containment corrected from ${human(previousAt)} to ${stated(at, inexact)} by ${event.by}: ${reason}`,
      );
    }
    case 'corrected':
      return warn(correctedText(event, context));
    case 'containment-requested':
      return info(
        `Containment requested by ${event.by}: ${stepWords(event.data).replace(/^./, (first) => first.toLowerCase())}`,
      );
    case 'containment-undo-requested':
      return info(`Undo requested by ${event.by}: ${event.data.id}`);
    case 'containment-step':
      return stepText(event.data, context.before);
    case 'measure-recorded':
      return info(
        `Measure ${event.data.planned ? 'planned' : 'recorded'} (${event.data.category}): ${event.data.text}`,
      );
    case 'texts-translated': {
      const { language, texts } = event.data;
      return info(`${count(texts.length, 'text')} given in ${language} by ${event.by}`);
    }
    case 'reviewed': {
      const { controls, rootCause } = event.data;
      return info(`Reviewed by ${event.by}, ${count(controls.length, 'control')} improved. Root cause: ${rootCause}`);
    }
    case 'register-verified':
      return good(`Register verified: ${event.data.entries} entries intact`);
    case 'rejected':
      return warn(`Message "${event.data.message}" from ${event.by} rejected: ${event.data.problems.join('; ')}`);
    case 'noted':
      return info(`Message "${event.data.message}" from ${event.by} changed nothing: ${event.data.note}`);
    case 'closed':
      return good(`Closed by ${event.by}${suffix(event.data.note)}`);
    case 'reopened': {
      const { reason, policy } = event.data;
      const under = policy ? `, under ${packNames(policy.packs)}` : '';
      return warn(`Reopened by ${event.by}${under}: ${reason}`);
    }
    case 'resumed': {
      const { found, endedAt, policy } = event.data;
      const since = endedAt ? ` ${human(endedAt)}` : '';
      const under = policy ? `, under ${packNames(policy.packs)}` : '';
      return warn(`Resumed from the register by ${event.by}${under}: ${FOUND_WORDS[found]}${since}`);
    }
    case 'followed-up':
      return info(`Followed up by ${event.by} (${human(event.data.at)}): ${event.data.text}`);
    case 'linked': {
      const { to, relation, note } = event.data;
      return info(`Linked to ${to}, ${relation.replaceAll('-', ' ')}${suffix(note)}`);
    }
    case 'alarm-acknowledged': {
      const { alarms } = event.data;
      return good(`${count(alarms.length, 'alarm')} acknowledged by ${event.by}: no longer repeated`);
    }
    case 'alarm-raised':
      return alarm(event);
    default:
      return onObligation(event, context);
  }
}

type ObligationEvent = Extract<IncidentEvent, { data: { obligation: string } }>;

function onObligation(event: ObligationEvent, context: Context): Said {
  const { rule } = context;
  switch (event.kind) {
    case 'obligation-armed': {
      const { dueAt, clock } = event.data;
      const part = clock.partAt ? ` (this part was known ${human(clock.partAt)})` : '';
      return info(
        `${rule?.title ?? event.data.rule}: due ${human(dueAt)}, ${span(startOf(clock), dueAt)} from ${startWords(clock.from)}${part}`,
      );
    }
    case 'obligation-due-changed': {
      const { dueAt, previousDueAt, clock } = event.data;
      if (!previousDueAt) return info(`Deadline ${human(dueAt)}, counted from ${startWords(clock.from)}`);
      const earlier = toMs(dueAt) < toMs(previousDueAt);
      const text = `Deadline now ${human(dueAt)}, ${span(previousDueAt, dueAt)} ${earlier ? 'earlier' : 'later'}, counted from ${startWords(clock.from)}`;
      return earlier ? warn(text) : info(text);
    }
    case 'obligation-not-required': {
      const { reason, proposed, decidedBy } = event.data;
      return info(proposed ? `Not owed, confirmed by ${decidedBy}: ${reason}` : `Not required: ${reason}`);
    }
    case 'not-owed-proposed': {
      const { reason, rule: id } = event.data;
      return warn(`Proposed by Tocsin under ${id} as not owed, until a person confirms it: ${reason}`);
    }
    case 'not-owed-withdrawn':
      return warn(`The proposal that it is not owed is withdrawn: ${event.data.reason}`);
    case 'obligation-reopened':
      return info(`${ROUNDS[event.data.purpose]} opened, due ${human(event.data.dueAt)}: ${event.data.reason}`);
    case 'notice-drafted': {
      return drafted(event.data, context.before);
    }
    case 'notice-edited':
      return info(`Draft edited in ${event.data.language} by ${event.by}`);
    case 'notice-approved': {
      const { incomplete } = event.data;
      if (!incomplete) return info(`Approved by ${event.by}`);
      return warn(`Approved by ${event.by} without ${incomplete.missing.join(', ')}: ${incomplete.reason}`);
    }
    case 'delivery-counted':
      return deliveryText(event.data, context);
    case 'told-outside': {
      const { channel, at, inexact, note } = event.data;
      const shown = event.data.evidence ? `, evidence ${event.data.evidence.sha256.slice(0, 12)}…` : '';
      return good(
        `Told by ${CHANNEL_WORDS[channel] ?? channel}, ${stated(at, inexact)}: ${namedText(event.data)}${shown}, by ${event.by}${suffix(note)}`,
      );
    }
    case 'page-published':
      return info(
        'The page of the public communication stands. It is not fulfilled until a person records how it was made public',
      );
    case 'made-public': {
      const { at, inexact, note } = event.data;
      const shown = event.data.evidence ? `, evidence ${event.data.evidence.sha256.slice(0, 12)}…` : '';
      return good(
        `Made public by ${madePublicText([event.data])}, ${stated(at, inexact)}${shown}, by ${event.by}${suffix(note)}`,
      );
    }
    case 'organisations-told': {
      const { at, inexact, note, all, evidence } = event.data;
      const shown = evidence ? `, evidence ${evidence.sha256.slice(0, 12)}…` : '';
      const who = organisationsText([event.data]);
      const whole = all ? ' These are all that may reduce the harm, as far as is believed' : '';
      const text = who
        ? `Told other organisations, ${stated(at, inexact)}: ${who}`
        : 'No other organisation is to be told';
      return good(`${text}${shown}, by ${event.by}${suffix(note)}${whole && `.${whole}`}`);
    }
    case 'delivery-moved':
      return info(`Being sent: ${event.data.settled} known to have an outcome so far`);
    case 'mails-came-back':
      return warn('The mail provider says that mails of it came back: it is counted again who was told');
    case 'delivery-recounted': {
      const back = cameBackText(event.data);
      return back ? warn(`Not told, as the mail came back: ${back}`) : info('Counted again: no mail came back');
    }
    case 'batch-settled': {
      const { accepted, at, batch, reason } = event.data;
      const which = batch ? `Batch ${batch.slice(0, 12)}…` : 'What was undecided';
      const how = accepted
        ? `was accepted by the mail provider${at ? `, ${human(at)}` : ''}`
        : 'was not accepted by the mail provider: it is sent';
      return warn(`${which} ${how}, says ${event.by}: ${reason}`);
    }
    case 'left-untold':
      return warn(`Left untold by decision of ${event.by}: ${namedText(event.data)}: ${event.data.reason}`);
    case 'obligation-held': {
      const until = event.data.until ? ` until ${human(event.data.until)}` : '';
      const ground = event.data.ground ? ` on the ground ${event.data.ground}` : '';
      return warn(`Held by ${event.by}${ground}${until}: ${event.data.reason}`);
    }
    case 'obligation-released':
      return info(`Released by ${event.by}${suffix(event.data.reason)}`);
    case 'obligation-waived': {
      const ground = groundText(event.data.ground, context.pack);
      return warn(`Waived by ${event.by}${ground}: ${event.data.reason}`);
    }
    case 'change-not-material':
      return warn(`Not material, decided by ${event.by}: ${event.data.reason}`);
    case 'filing-opened':
      return info(`Dossier ready for a person to file with ${authorityName(event.data.authority, context.pack)}`);
    case 'dispatch-started':
      return info(`${TRIGGERS[event.data.trigger]}: being sent`);
    case 'obligation-fulfilled':
      return fulfilled(event.data, context);
    case 'obligation-supplemented':
      return supplemented(event.data, context);
    case 'receipt-recorded': {
      const { caseNumber } = event.data;
      const parts = [...(caseNumber ? [`case number ${caseNumber}`] : []), ...filesText(event.data)];
      return info(`Recorded by ${event.by}: ${parts.join(', ')}`);
    }
    case 'authority-decided': {
      const { authority, reason } = event.data;
      return warn(`Goes to ${authorityName(authority, context.pack)}, decided by ${event.by}: ${reason}`);
    }
    case 'field-cannot-be-established':
      return warn(`Cannot be established, by decision of ${event.by}: ${event.data.field}: ${event.data.reason}`);
    case 'act-timed': {
      const { lateByMs, inTimeUntil } = event.data;
      const text = actTimedText(event, human);
      return isLate({ lateByMs, inTimeUntil }) ? bad(text) : info(text);
    }
    case 'deadline-missed': {
      const held = event.data.heldBy ? `; held by ${event.data.heldBy}: ${event.data.holdReason}` : '';
      return bad(`Deadline ${human(event.data.dueAt)} missed${held}`);
    }
    case 'lateness-corrected': {
      const { lateByMs, inTimeUntil, previousLateByMs, previousInTimeUntil, dueAt } = event.data;
      const now = verdictText(lateByMs, inTimeUntil, spanText);
      const before = verdictText(previousLateByMs, previousInTimeUntil, spanText);
      const text = `By the corrected times it was due ${human(dueAt)}: ${now} (before: ${before})`;
      return isLate({ lateByMs, inTimeUntil }) && (previousInTimeUntil || lateByMs > previousLateByMs)
        ? bad(text)
        : warn(text);
    }
    case 'delay-reasons-requested':
      return warn('Reasons for the delay are required: record them with approve or filed (--delay-reasons)');
    case 'delay-reasons-recorded':
      return info(`Reasons for the delay recorded by ${event.by}: ${event.data.reasons}`);
  }
}

const ROUNDS = {
  first: 'New facts: a notice',
  'new-recipients': 'New recipients: a round',
  supplement: 'A supplement',
  'follow-up': 'A follow-up',
  retracted: 'Containment',
} as const;

const TRIGGERS = {
  approved: 'Approved',
  silence: 'No objection by the send time',
  automatic: 'Automatic',
} as const;

/** ` (GDPR Art. 34(3)(c), disproportionate effort)`; nothing for the ground that is always open. */
function groundText(id: string, { grounds }: NarratedPack): string {
  if (id === OTHER_GROUND) return '';
  const ground = grounds?.find((each) => each.id === id);
  return ` (${ground ? `${ground.citation}, ${lowerFirst(ground.title)}` : id})`;
}

/** A time as it was stated, with its readings where it is not known exactly. */
function stated(at: Instant, inexact: InexactInstant | undefined): string {
  return inexact ? whenText(inexact) : human(at);
}

/** A later round, with its own verdict where it was not in time. */
function supplemented(data: DataOf<'obligation-supplemented'>, context: Context): Said {
  const { round, evidence, lateByMs = 0, inTimeUntil } = data;
  const text = `Round ${round}: ${lowerFirst(deed(evidence, context))}`;
  if (lateByMs === 0) return good(text);
  const said = `${text}, ${verdictText(lateByMs, inTimeUntil, spanText)}`;
  return isLate({ lateByMs, inTimeUntil }) ? bad(said) : warn(said);
}

function fulfilled(data: DataOf<'obligation-fulfilled'>, context: Context): Said {
  const what = deed(data.evidence, context);
  const stated = data.inexact ? `, ${whenText(data.inexact)}` : '';
  if (data.inTimeUntil) return warn(`${what}${stated}, ${latenessText(data, spanText)}`);
  if (data.lateByMs > 0 && data.inexact)
    return bad(`${what}${stated}, late whatever the hour, by up to ${spanText(data.lateByMs)}`);
  if (data.lateByMs > 0) return bad(`${what}, late by ${spanText(data.lateByMs)}`);
  const dueAt = context.before?.obligations[data.obligation]?.dueAt;
  const inTime = dueAt ? `, ${span(data.at, dueAt)} before the deadline` : ', in time';
  return data.evidence.failed ? warn(`${what}${inTime}`) : good(`${what}${inTime}`);
}

const CHANNEL_WORDS: Record<string, string> = {
  'in-app': 'a message in the product',
  'in-person': 'word of mouth',
  'by-customer': 'the customer’s own team',
  'public-notice': 'a public notice',
};

/** Whom an act outside of the product was about: workspaces by id, people by data set and country. */
export function namedText({ workspaces = [], people = [], unestablished = [], whole }: Named): string {
  const groups = people.map((each) => `${groupName(each)} ${count(each.count, 'person', 'people')}`);
  const open = unestablished.map((each) => `${groupName(each)}: nobody beyond those already told`);
  const words =
    whole &&
    { 'not-named': 'nobody is affected', 'not-sent': 'all workspaces', 'not-listed': 'those not named one by one' }[
      whole
    ];
  return [...workspaces, ...groups, ...open, ...(words ? [words] : [])].join(', ');
}

/** Whom mails came back from; nothing where they came back from nobody. */
function cameBackText({ workspaces = [], groups = [] }: DataOf<'delivery-recounted'>): string {
  const hidden = standInOf(groups);
  if (hidden) return hidden;
  const people = groups.flatMap(({ cameBack, told: _, ...group }) =>
    cameBack > 0 ? [{ ...group, count: cameBack }] : [],
  );
  return workspaces.length + people.length > 0 ? namedText({ workspaces, people }) : '';
}

/** What a delivery reached, and how many that leaves untold. */
function deliveryText({ evidence, counted }: DataOf<'delivery-counted'>, { rule }: Context): Said {
  const { sent = 0, recipients = sent } = evidence;
  const what = RECIPIENTS[rule?.recipient.to ?? ''] ?? 'recipient';
  const text = `Mailed to ${count(sent, what)} of ${recipients} in the directory`;
  if (standInOf(counted)) return info(text);
  const missed = counted.of === 'workspaces' ? counted.numbers.untold : recipients - sent;
  return missed > 0 || sent === 0 ? warn(text) : info(text);
}

/** What was done, as the evidence has it. */
function deed(evidence: Evidence, { rule, pack }: Context): string {
  switch (evidence.channel) {
    case 'email': {
      const { sent, recipients, failed = 0, outside = 0, left = 0, toldWith } = evidence;
      const what = RECIPIENTS[rule?.recipient.to ?? ''] ?? 'recipient';
      const parts = [
        `Sent to ${count(sent ?? recipients ?? 0, what)}`,
        ...(failed ? [`${failed} failed`] : []),
        ...(outside ? [`${outside} told by other means`] : []),
        ...(left ? [`${left} left untold by decision`] : []),
        ...(toldWith ? [`with ${toldWith}`] : []),
      ];
      return parts.join(', ');
    }
    case 'outside':
      return `Told outside of the product: ${evidence.told ?? 0} of ${evidence.of ?? 0}`;
    case 'status-page':
      return 'Published on the status page';
    case ORGANISATIONS:
      return `Told ${count(evidence.told ?? 0, 'other organisation')}`;
    case PUBLIC_NOTICE:
      return `Made public${evidence.note ? `: ${evidence.note}` : ' as a public communication'}`;
    case 'filing':
      return filedText(evidence, pack);
    case 'containment':
      return `Contained: ${evidence.note ?? 'done'}`;
    case 'assessment':
      return `Answered: ${evidence.note ?? 'yes or no'}`;
    case 'review':
      return 'Reviewed';
    default:
      return `Recorded in the register${evidence.note && evidence.note !== 'recorded' ? `: ${evidence.note}` : ''}`;
  }
}

function filedText(evidence: Evidence, pack: NarratedPack): string {
  const { authority, reference, caseNumber, missing = [] } = evidence;
  return [
    `Filed with ${authorityName(authority, pack)}${missing.length > 0 ? ' in part' : ''}`,
    `reference ${reference ?? 'unknown'}`,
    ...(caseNumber ? [`case number ${caseNumber}`] : []),
    ...filesText(evidence),
    ...(missing.length > 0 ? [`not yet: ${missing.join('; ')}`] : []),
  ].join(', ');
}

/** Files by name, each with the beginning of its hash. */
function filesText(evidence: Pick<Evidence, 'attachments' | 'attachmentNames'>): string[] {
  return attachmentsIn(evidence).map(({ name, sha256 }) => `${name ?? 'a file'} (${sha256.slice(0, 12)}…)`);
}

/** Its name where the pack has it. */
function authorityName(key: string | undefined, pack: NarratedPack): string {
  if (!key) return 'the authority';
  if (key === UNDETERMINED) return 'the authority, which is still to be determined';
  return pack.authorities?.find((authority) => authority.key === key)?.name ?? key;
}

const RECIPIENTS: Record<string, string> = {
  'workspace-owners': 'workspace owner',
  individuals: 'individual',
  'status-subscribers': 'subscriber',
};

function drafted(data: DataOf<'notice-drafted'>, before: IncidentState | undefined): Said {
  const { obligation, renderings, missing, untranslated = {} } = data;
  const languages = renderings.map(({ language, edited }) => (edited ? `${language} as edited` : language)).join(', ');
  const open = missing.length > 0 ? `; not yet established: ${missing.join(', ')}` : '';
  const lacking = Object.entries(untranslated).map(
    ([language, n]) => `; not available in ${language}: ${count(n, 'text')} untranslated`,
  );
  // An edit of other facts is not used: whoever wrote it must look again.
  const edited = Object.values(before?.obligations[obligation]?.edits ?? {});
  const dropped = edited.filter(
    ({ language }) => !renderings.some((each) => each.language === language && each.edited),
  );
  const lost = dropped.map(
    ({ language, by }) => `; the facts changed: the text in ${language} by ${by} is no longer used`,
  );
  const text = `Draft ready${languages ? ` (${languages})` : ''}${open}${lacking.join('')}${lost.join('')}`;
  return lost.length > 0 ? warn(text) : info(text);
}

function stepText({ id, outcome, detail }: DataOf<'containment-step'>, before: IncidentState | undefined): Said {
  const step = before?.containment[id];
  const text = `Containment: ${step ? `${stepWords(step)} (${id})` : id}: ${outcome === 'recorded-only' ? 'recorded on this machine only' : outcomeWords(outcome)}${suffix(detail)}`;
  return {
    text,
    tone: (
      {
        verified: 'good',
        applied: 'good',
        undone: 'info',
        failed: 'bad',
        refused: 'warn',
        'recorded-only': 'warn',
      } as const
    )[outcome],
  };
}

function alarm({ data, at }: EventOf<'alarm-raised'>): Said {
  // Who is not shown what it is about is told that there was one.
  const withheld = standInOf(data.about.kind) ?? standInOf(data.threshold.kind);
  if (withheld) return warn(`Alarm: ${withheld}`);
  const { threshold, said } = alarmText(data, at);
  const text = `${upperFirst(threshold)}: ${said}`;
  return ['start', 'elapsed', 'margin'].includes(data.threshold.kind) ? warn(text) : bad(text);
}

function assessmentText(facts: Assessment): string {
  const answer = {
    yes: 'personal data is affected',
    possible: 'personal data may be affected',
    no: 'no personal data is affected',
    unknown: 'not yet known whether personal data is affected',
  }[facts.personalData];
  const people = figureOf(sumOf(facts.dataSets.map(({ individuals }) => individuals).filter((n) => n !== undefined)));
  return [
    answer,
    ...(facts.dataSets.length > 0 ? [count(facts.dataSets.length, 'data set')] : []),
    ...(people !== undefined ? [`about ${count(people, 'individual')}`] : []),
    ...workspacesText(facts.workspaces),
    ...facts.dataSets.flatMap(({ placesNotRead = [] }) => placesNotRead),
  ].join(', ');
}

function workspacesText(workspaces: Assessment['workspaces']): string[] {
  if (workspaces === 'all') return ['all workspaces'];
  // Where the list is withheld, so is their number.
  return workspaces.length === 0 || standInOf(workspaces) ? [] : [count(workspaces.length, 'workspace')];
}

function correctedText({ data, by }: EventOf<'corrected'>, { before }: Context): string {
  const { reason, agreedBy, serviceAffectedFrom, detectedAs, ...facts } = data;
  if (facts.owner) return `Handed over to ${facts.owner} by ${by}${before ? ` (was ${before.owner})` : ''}: ${reason}`;
  const stated = Object.entries(facts).map(([fact, value]) => {
    const was = before?.declaration[fact as keyof typeof facts];
    return `${WORDS_OF_FACT[fact as keyof typeof facts]} ${plain(value)}${was === undefined ? '' : ` (was ${plain(was)})`}`;
  });
  if (detectedAs) stated.push(`stated as ${whenText(detectedAs)}`);
  if (serviceAffectedFrom) stated.push(`service affected from ${human(serviceAffectedFrom)}`);
  return `Corrected by ${by}${agreedBy ? `, agreed by ${agreedBy}` : ''}: ${stated.join(', ')}: ${reason}`;
}

const WORDS_OF_FACT = {
  severity: 'severity',
  title: 'title',
  owner: 'owner',
  detectedAt: 'detected',
  systems: 'systems',
  serviceAffecting: 'service affected',
} as const;

function plain(value: string | boolean | readonly string[]): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : value.join(', ') || 'none';
}

function suffix(text: string | undefined): string {
  return text ? `: ${text}` : '';
}

function span(from: string, to: string): string {
  return spanText(toMs(to) - toMs(from));
}

/** `1 workspace owner`, `2,910 individuals`. */
function count(n: number, one: string, several = `${one}s`): string {
  return `${String(n).replace(/\B(?=(\d{3})+$)/g, ',')} ${n === 1 ? one : several}`;
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** `on-call@example.com` → `on-call`. */
function withoutAddresses(text: string): string {
  return text.replace(/([\w.+-]+)@[\w-]+(\.[\w-]+)+/g, '$1');
}
