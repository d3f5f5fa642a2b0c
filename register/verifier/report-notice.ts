/** What a proof of a notice shows, in sentences, each with the entry that says so; and what it cannot show. */
import type { NoticeEntry, NoticeShown } from './notice';

/** The sentences. Texts in them are as they were found. `isSigned`: the log holds the record of this very file. */
export function noticeSentences({ obligation, texts, entries, ledger }: NoticeShown, isSigned: boolean): string[] {
  const { count, sha256, ids } = ledger.messageIds;
  const states = Object.entries(ledger.states).map(([state, n]) => `${n} ${state}`);
  return [
    `the notice ${obligation}:`,
    ...texts.map((each) =>
      each.text === undefined
        ? `the text in "${each.language}" (SHA-256 ${each.sha256}) went out and is NOT in this file`
        : `this file holds the text in "${each.language}" that went out (SHA-256 ${each.sha256}): "${subjectOf(each.text)}"`,
    ),
    ...texts.flatMap(({ language, own }) =>
      own
        ? [
            `of the text in "${language}" ${own.count} versions had numbers of single workspaces: the hash of their list is ${own.sha256}, and they are NOT in this file`,
          ]
        : [],
    ),
    ...(texts.length === 0 ? ['no entry says that a text went out'] : []),
    ...entries.map(
      (entry) => `position ${entry.position}, ${entry.at}: ${sentence(entry)}${superseded(entry, entries)}`,
    ),
    ...entries.flatMap(({ position, audience }) =>
      Object.entries(audience).map(([field, commitment]) => `position ${position} commits to ${field}: ${commitment}`),
    ),
    `the delivery ledger, ${isSigned ? 'as recorded in the register when this file was made' : 'on the word of whoever made this file alone'}: ` +
      `${states.length > 0 ? states.join(', ') : 'no mails'}; ${count} message ids of the mail provider, SHA-256 ${sha256}` +
      `${ids ? '' : ', not listed here'}`,
    'NOT shown: who the recipients are (a commitment to an audience is not a list of it), that a mail was read, nor that the ' +
      'audience was the right one. Whoever holds an opening of a commitment, or an account at the mail provider, can check more',
  ];
}

function subjectOf(text: string): string {
  try {
    const { subject } = JSON.parse(text) as { subject?: unknown };
    return typeof subject === 'string' ? subject : '(without a subject)';
  } catch {
    return '(without a subject)';
  }
}

type Fields = NoticeEntry['fields'];

function sentence({ kind, fields }: NoticeEntry): string {
  const value = (name: string) => (fields[name] === undefined ? 'unknown' : String(fields[name]));
  switch (kind) {
    case 'notice-approved':
      return `the draft ${value('draft')} was approved`;
    case 'dispatch-started':
      return `it began to go out (${value('trigger')})`;
    case 'delivery-counted':
      return delivered(fields);
    case 'mails-came-back':
      return 'mails were reported to have come back';
    case 'delivery-recounted':
      return `mails to ${value('cameBack')} ${fields.cameBack === 1 ? 'recipient' : 'recipients'} had come back by then`;
    case 'told-outside':
      return `some were told by ${value('channel')} at ${when(fields)}`;
    case 'left-untold':
      return 'some were left untold by the decision of a person';
    case 'batch-settled':
      return fields.accepted === true
        ? `a person read at the mail provider that a batch was accepted at ${value('at')}`
        : 'a person read at the mail provider that a batch was not accepted';
    case 'page-published':
      return 'a page with the notice was published; that alone does not fulfil it';
    case 'made-public':
      return `a person recorded that it was made public by ${value('channel')} at ${when(fields)}`;
    case 'obligation-fulfilled':
      return `it counts as fulfilled at ${when(fields)}, ${verdict(fields.lateByMs, fields.inTimeUntil)}${shareOf(fields)}`;
    case 'obligation-reopened':
      return `a further round was opened (${value('purpose')}), due at ${value('dueAt')}`;
    case 'obligation-supplemented': {
      const due = fields.dueAt === undefined ? 'without a deadline' : verdict(fields.lateByMs, fields.inTimeUntil);
      return `it was done again in round ${value('round')} at ${when(fields)}, ${due}${shareOf(fields)}`;
    }
    case 'act-timed': {
      const round = fields.round === undefined ? '' : ` in round ${value('round')}`;
      const before = `${when(fields, 'previous/')}, ${verdict(fields['previous/lateByMs'], fields['previous/inTimeUntil'])}`;
      return `the time at which it was done${round} was stated more exactly: ${when(fields)}, ${verdict(fields.lateByMs, fields.inTimeUntil)} (before: ${before})`;
    }
    case 'lateness-corrected': {
      const before = verdict(fields.previousLateByMs, fields.previousInTimeUntil);
      return `by times that were corrected it was due at ${value('dueAt')}: ${verdict(fields.lateByMs, fields.inTimeUntil)} (before: ${before})`;
    }
    default:
      return `there is an entry of the kind ${kind}`;
  }
}

/** What another entry says since of a verdict: `on time` never stands alone where the register says otherwise elsewhere. */
function superseded({ kind, position, fields }: NoticeEntry, entries: readonly NoticeEntry[]): string {
  const isVerdict = ['obligation-fulfilled', 'obligation-supplemented', 'act-timed', 'lateness-corrected'].includes(
    kind,
  );
  if (!isVerdict) return '';
  const last = (of: (entry: NoticeEntry) => boolean) => entries.filter(of).at(-1)?.position ?? position;
  // Corrected times are of the first fulfilment; a statement of the time is of the round that it names.
  const round = kind === 'obligation-fulfilled' ? undefined : fields.round;
  const corrected = round === undefined ? last((each) => each.kind === 'lateness-corrected') : position;
  const timed =
    kind === 'lateness-corrected'
      ? position
      : last((each) => each.kind === 'act-timed' && each.fields.round === round && each.position > position);
  return [
    ...(timed === position ? [] : [`; position ${timed} states that time more exactly`]),
    ...(corrected === position
      ? []
      : [`; this is as recorded then, and position ${corrected} is the verdict by the corrected times`]),
  ].join('');
}

/** When it was, by the field `at`; of one that is not known exactly its two readings. */
function when(fields: Fields, prefix = ''): string {
  const [at, earliest] = [fields[`${prefix}at`], fields[`${prefix}inexact/earliest`]];
  if (at === undefined) return 'an unknown time';
  return earliest === undefined ? String(at) : `some time between ${String(earliest)} and ${String(at)}`;
}

function verdict(lateByMs: unknown, inTimeUntil: unknown): string {
  if (inTimeUntil !== undefined)
    return `on time if it was no later than ${String(inTimeUntil)}, else up to ${String(lateByMs)} ms late`;
  if (lateByMs === undefined) return 'with nothing said of its deadline';
  return lateByMs === 0 ? 'on time' : `${String(lateByMs)} ms late`;
}

function delivered(fields: Record<string, unknown>): string {
  const number = (name: string) => Number(fields[`evidence/${name}`] ?? 0);
  const [first, last] = [fields['evidence/firstSentAt'], fields['evidence/lastSentAt']];
  const when = first === undefined ? '' : `, the first at ${String(first)}, the last at ${String(last)}`;
  const of = fields['audience/of'] === 'people' ? 'people' : 'workspaces';
  return `the mail provider had accepted ${number('sent')} of ${number('recipients')} mails${when}; ${number('failed')} failed; counted by ${of}${numbersOf(fields)}`;
}

function numbersOf(fields: Record<string, unknown>): string {
  const [told, untold] = [fields['counted/numbers/told'], fields['counted/numbers/untold']];
  return told === undefined ? '' : `: ${String(told)} told, ${String(untold)} not`;
}

function shareOf(fields: Record<string, unknown>): string {
  const [told, of] = [fields['evidence/told'], fields['evidence/of']];
  return told === undefined ? '' : `; ${String(told)} of ${String(of)} told`;
}
