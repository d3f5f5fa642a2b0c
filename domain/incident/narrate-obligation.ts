/** What happened to one obligation, as one sentence. */
import { lowerFirst, upperFirst } from '../kernel/first-letter';
import { whenText } from '../kernel/inexact-instant';
import { human, spanText, toMs } from '../kernel/time';
import { OTHER_GROUND } from '../policy/pack';
import { actTimedText } from './act-timed';
import { startWords } from './board-words';
import { startOf } from './clocks';
import type { DataOf, IncidentEvent } from './events';
import { alsoBy } from './holds';
import { isLate, latenessText, verdictText } from './lateness';
import { madePublicText } from './made-public';
import { authorityName, deed, filesText } from './narrate-deed';
import { cameBackText, deliveryText, inPartWaived, namedText } from './narrate-whom';
import {
  bad,
  type Context,
  count,
  good,
  info,
  type NarratedPack,
  periodText,
  type Said,
  span,
  stated,
  suffix,
  warn,
} from './narrated';
import { organisationsText } from './organisations-told';
import { DECIDED_ONCE } from './second-person';
import { soFarText } from './sending-progress';
import type { IncidentState } from './state';

type ObligationEvent = Extract<IncidentEvent, { data: { obligation: string } }>;

/** Who decided, the first of two before the second. */
export function both({ by, data }: { by: string; data: { firstBy?: string } }): string {
  return data.firstBy ? `${data.firstBy} and ${by}` : by;
}

export function onObligation(event: ObligationEvent, context: Context): Said {
  const { rule } = context;
  switch (event.kind) {
    case 'obligation-armed': {
      const { dueAt, clock } = event.data;
      const part = clock.partAt ? ` (this part was known ${human(clock.partAt)})` : '';
      return info(
        `${rule?.title ?? event.data.rule}: due ${human(dueAt)}, ${periodText(startOf(clock), dueAt)} from ${startWords(clock.from)}${part}`,
      );
    }
    case 'obligation-due-changed': {
      const { dueAt, previousDueAt, clock } = event.data;
      if (!previousDueAt) return info(`Deadline ${human(dueAt)}, counted from ${startWords(clock.from)}`);
      const earlier = toMs(dueAt) < toMs(previousDueAt);
      const text = `Deadline now ${human(dueAt)}, ${periodText(previousDueAt, dueAt)} ${earlier ? 'earlier' : 'later'}, counted from ${startWords(clock.from)}`;
      return earlier ? warn(text) : info(text);
    }
    case 'obligation-not-required': {
      const { reason, proposed, decidedBy, firstBy } = event.data;
      return info(
        proposed
          ? `Not owed, confirmed by ${firstBy ? `${firstBy} and ` : ''}${decidedBy}: ${reason}`
          : `Not required: ${reason}`,
      );
    }
    case 'not-owed-proposed': {
      const { reason, rule: id } = event.data;
      return warn(`Proposed by Tocsin under ${id} as not owed, until a person confirms it: ${reason}`);
    }
    case 'not-owed-withdrawn':
      return warn(`The proposal that it is not owed is withdrawn: ${event.data.reason}`);
    case 'obligation-reopened':
      return info(
        `${event.data.stopped ? 'The rest: a round' : ROUNDS[event.data.purpose]} opened, due ${human(event.data.dueAt)}: ${event.data.reason}`,
      );
    case 'notice-drafted': {
      return drafted(event.data, context.before);
    }
    case 'notice-edited':
      return info(`Draft edited in ${event.data.language} by ${event.by}`);
    case 'notice-approved': {
      const { incomplete } = event.data;
      const who = both(event);
      if (!incomplete) return info(`Approved by ${who}`);
      return warn(`Approved by ${who} without ${incomplete.missing.join(', ')}: ${incomplete.reason}`);
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
      return info(`Being sent: ${soFarText(event.data)} known to have an outcome so far`);
    case 'mails-came-back':
      return warn('The mail provider reports that mails of it came back: who was told is counted again');
    case 'delivery-recounted': {
      const back = cameBackText(event.data);
      return back ? warn(`Not told, as the mail came back: ${back}`) : info('Counted again: no mail came back');
    }
    case 'batch-settled': {
      const { accepted, at, batch, reason } = event.data;
      const which = batch ? `Batch ${batch.slice(0, 12)}…` : 'What was undecided';
      const how = accepted
        ? `was accepted by the mail provider${at ? `, ${human(at)}` : ''}`
        : 'was not accepted by the mail provider: it is sent, unless the sending was stopped';
      return warn(`${which} ${how}, says ${event.by}: ${reason}`);
    }
    case 'update-refused':
      return bad(`Statuspage did not take it: ${event.data.detail}. Other pages may show it already`);
    case 'sending-stopped':
      return warn(`Sending stopped by ${event.by}: ${event.data.reason}. Batches on their way still end`);
    case 'first-of-two': {
      const { act, reason } = event.data;
      return warn(
        `1 of 2: ${DECIDED_ONCE[act]} by ${event.by}${suffix(reason?.replace(/\.$/, ''))}. It takes effect when a second person decides the same`,
      );
    }
    case 'left-untold':
      return warn(`Left untold by decision of ${both(event)}: ${namedText(event.data)}: ${event.data.reason}`);
    case 'obligation-held': {
      const until = event.data.until ? ` until ${human(event.data.until)}` : '';
      const ground = event.data.ground ? ` on the ground ${event.data.ground}` : '';
      return warn(`Held by ${event.by}${ground}${until}: ${event.data.reason}`);
    }
    case 'obligation-released':
      return info(`Released by ${both(event)}${suffix(event.data.reason)}`);
    case 'obligation-waived': {
      const ground = groundText(event.data.ground, context.pack);
      const part = event.data.inPart ? `. ${upperFirst(inPartWaived(event.data.inPart))}` : '';
      return warn(`Waived by ${both(event)}${ground}: ${event.data.reason}${part}`);
    }
    case 'change-not-material':
      return warn(`Not material, decided by ${event.by}: ${event.data.reason}`);
    case 'filing-opened':
      return info(`Dossier ready for a person to file with ${authorityName(event.data.authority, context.pack)}`);
    case 'dispatch-started':
      return info(`${TRIGGERS[event.data.trigger]}: being sent`);
    case 'told-in-app': {
      const languages = event.data.renderings.map(({ language }) => language).join(', ');
      return info(`Taken by the product, to be shown there (${languages}). Nobody counts as told by that alone`);
    }
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
      const { dueAt, heldBy, holdReason, beside } = event.data;
      const held = heldBy ? `; held by ${heldBy}: ${holdReason}${alsoBy(beside)}` : '';
      return bad(`Deadline ${human(dueAt)} missed${held}`);
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
