/**
 * What an alarm says, written from its data for one reader in one language. All texts of alarms stand here: mails, pages,
 * timelines and the Web UI differ only in how much of it they show.
 */
import { type Instant, leftText, minuteText, toMs } from '../kernel/time';
import type { About, Alarm, Threshold, Todo, WorkKind } from './alarm';

/** Languages in which alarms are written: one, for one team. Another is one more entry of `WORDS`. */
export type AlarmLanguage = 'en';

export interface AlarmText {
  /** The point of the clock or the event, in a few words: `90 % of the clock`. */
  threshold: string;
  /** What it is about, and how it stands: one sentence without a full stop. */
  what: string;
  /** What to do: `file the report, then record its reference`. */
  todo: string;
  /** What happens by itself if nobody does it, as a sentence; empty where nothing does. */
  onSilence: string;
  /** What and todo as one line, for a reader who sees beside it what it is about. */
  said: string;
  /** The same with what it is about before it, for everybody else. */
  text: string;
}

interface Words {
  threshold(threshold: Threshold, about?: About): string;
  what(alarm: Alarm, at: Instant): string;
  todo: Record<Todo, string>;
  /** What happens by itself. */
  onSilence(alarm: Alarm, at: Instant): string;
  whole(what: string, todo: string, onSilence: string): string;
}

/** Writes an alarm. `at`: when it was raised, from which the time left is counted. */
export function alarmText(alarm: Alarm, at: Instant, language: AlarmLanguage = 'en'): AlarmText {
  const words = WORDS[language];
  const [what, todo] = [words.what(alarm, at), words.todo[alarm.todo]];
  const onSilence = words.onSilence(alarm, at);
  const said = words.whole(what, todo, onSilence);
  const text = alarm.about.kind === 'obligation' ? `${alarm.about.title}: ${said}` : said;
  return { threshold: words.threshold(alarm.threshold, alarm.about), what, todo, onSilence, said, text };
}

/** The point of the clock, or the event, in a few words. */
export function thresholdText(threshold: Threshold, about?: About, language: AlarmLanguage = 'en'): string {
  return WORDS[language].threshold(threshold, about);
}

const EN: Words = {
  threshold(threshold, about) {
    if (threshold.kind === 'acknowledgement-expired') return 'acknowledged, not done';
    if (about?.kind === 'follow-up') return 'no progress';
    if (about?.kind === 'disclosure') return threshold.kind === 'margin' ? 'disclosure soon' : 'disclosure due';
    switch (threshold.kind) {
      case 'start':
        return 'new';
      case 'elapsed':
        return `${threshold.percent} % of the clock`;
      case 'margin':
        return 'margin reached';
      case 'due':
        return 'deadline reached';
      case 'overdue':
        return `overdue, reminder ${threshold.times}`;
      case 'undeliverable':
        return 'not delivered';
      case 'came-back':
        return 'mails came back';
      case 'text-changed':
        return 'text changed';
      case 'undecided':
        return 'outcome unknown';
      case 'not-mailed':
        return 'not mailed';
      case 'cancel-requested':
        return 'cancellation requested';
      case 'forked':
        return 'stopped: not the run on record';
      case 'register-damaged':
        return 'register damaged';
      case 'declared':
        return 'declared by Tocsin';
      case 'merge-failed':
        return 'merge failed';
      case 'unmerged':
        return 'to be decided again';
      case 'unmerge-failed':
        return 'merge not undone';
      case 'after-decision':
        return 'detected again';
      case 'severity-changed':
        return `severity ${threshold.from} → ${threshold.to}`;
      case 'refuted':
        return 'still vulnerable';
      case 'waiver-ended':
        return 'waiver ended';
      case 'recorded-only':
        return 'not done: recorded only';
      case 'first-of-two':
        return '1 of 2';
      case 'failing':
      case 'failed':
      case 'refused':
        return threshold.kind;
    }
  },
  what(alarm, at) {
    const { threshold, about } = alarm;
    const said = sentence(alarm, about, at);
    if (threshold.kind !== 'acknowledgement-expired') return said;
    const seen = `acknowledged by ${threshold.by} at ${utc(threshold.at)}, and still not done`;
    return about.kind === 'obligation' ? `${seen}; ${said}` : `${capitalised(seen)}. ${said}`;
  },
  todo: {
    contain: 'contain the incident, then set its status to contained',
    'contain-by-hand': 'contain it by hand, then record the measure',
    'agree-to-block':
      'somebody else looks at it and asks for the same, which blocks it at once, or withdraws it; meanwhile block narrower ranges, which take one person',
    'answer-data-question': 'say whether personal data is affected: yes, no, or possible while it is not clear',
    approve: 'approve, hold or waive the notice',
    'approve-update': 'approve, hold or waive the update',
    'make-public':
      'its page alone informs nobody: make it public and record by which channel, when and in which languages',
    release: 'it is held: release, approve or waive it',
    'correct-update':
      'correct its text and approve it again; or publish it there by hand, then record when it stood there and where',
    'decide-not-owed': 'confirm with a reason that it is not owed, or correct the assessment',
    file: 'file the report, then record its reference',
    'decide-authority': 'decide which authority it goes to, or assess where the affected people live',
    review: 'hold the review and record it',
    'complete-record': 'complete the record: assess the facts, or record the measures',
    'decide-law': 'have counsel decide what the local law requires, then record the decision with its reason',
    'tell-organisations':
      'tell the organisations and institutions that may reduce the harm and record it, or decide with a reason that none could',
    'look-into': 'find out why, and fix it',
    'tell-by-hand': 'tell them by another channel and record it, or decide with a reason to leave them untold',
    'count-again':
      'see who they were for, and reopen the incident: who was told is then counted again, and the rest can be told otherwise',
    'settle-batch':
      'look in the log of the mail provider whether it was accepted there, then record that it was, and when, or that it was not: it is then sent, unless the sending was stopped',
    'waive-and-close': 'waive what does not apply, then close the incident',
    'verify-register': 'verify the register',
    resume: 'resume it from the register, then send again whatever it was told since',
    'check-awareness':
      'confirm the instant if it is right, or correct it: an awareness with assess --aware-at and --reason, a detection with correct --detected-at',
    'decide-detections': 'declare it, dismiss it or merge it',
    'decide-where': 'merge it into another incident that is open, or leave it where it is',
    'take-out-again': 'look at that incident and reopen it if it is closed; then take the case out of it again',
    'look-again': 'look whether what was decided still holds; if not, declare an incident by hand',
    'follow-incident': 'take the incident over',
    'acknowledge-report': 'read the report and acknowledge it',
    'publish-disclosure': 'publish it, and record where',
    'decide-report': 'accept the report, decline it or mark it as a duplicate',
    'fix-report': 'fix it, and record in which version',
    'close-report': 'close the report when nothing is left to do',
    'write-to-reporter': 'write to the reporter yourself',
    patch: 'patch it, or waive it with a reason',
  },
  onSilence({ about, dueAt, todo }, at) {
    if (!dueAt || toMs(dueAt) <= toMs(at)) return '';
    if (about.kind === 'detections') {
      return about.onSilence === 'declare'
        ? `If nobody decides by ${utc(dueAt)}, it is declared as an incident.`
        : `The limit is ${utc(dueAt)}.`;
    }
    if (about.kind !== 'obligation') return '';
    const sends = about.onSilence === 'send';
    const { silentAt } = about;
    const when = silentAt && toMs(silentAt) > toMs(at) ? ` at ${utc(silentAt)}` : '';
    if (todo !== 'release') return sends ? `If nobody objects, it is sent automatically${when}.` : '';
    if (about.heldUntil === undefined)
      return 'The hold has no end: it is sent only when somebody releases or approves it.';
    return `The hold ends at ${utc(about.heldUntil)}${sends ? '; if nobody waives it, it is then sent automatically' : ''}.`;
  },
  whole: (what, todo, onSilence) => `${what}. To do: ${todo}.${onSilence && ` ${onSilence}`}`,
};

const WORDS: Record<AlarmLanguage, Words> = { en: EN };

const ABOUT_INSTANT = {
  awareness: 'Awareness since',
  detection: 'Detection at',
  parts: 'Awareness of what was found later since',
} as const;

function sentence(alarm: Alarm, about: About, at: Instant): string {
  switch (about.kind) {
    case 'obligation':
      return onObligation(alarm, at);
    case 'measure':
      return onMeasure(alarm, about.measure);
    case 'incident':
      return onIncident(alarm);
    case 'awareness':
      return `${ABOUT_INSTANT[about.of ?? 'awareness']} ${utc(about.awareAt)} is on record: ${about.why.join('; ')}. Nothing that depends on it is sent automatically until somebody confirms it; all its clocks keep running`;
    case 'case':
      return onCase(alarm);
    case 'detections':
      return onDetections(alarm, about, at);
    case 'declared': {
      const silence = alarm.threshold.kind === 'declared' && alarm.threshold.trigger === 'silence';
      const why = silence ? 'because nobody decided in time' : 'as its rule says';
      return `${about.title}: declared as ${about.incident} by Tocsin, ${why}. Its clocks run from the detection at ${utc(about.detectedAt)}${withheld(about.withheld)}`;
    }
    case 'acknowledgement': {
      const late = alarm.dueAt !== undefined && toMs(alarm.dueAt) <= toMs(at);
      const promised = `${about.businessDays} business days, ${about.timeZone}`;
      return `A vulnerability report is waiting for a person (by ${about.via}, ${about.bytes} bytes). ${
        late ? `The promised time has passed: ${promised}` : `Promised within ${promised}`
      }`;
    }
    case 'disclosure':
      return `The disclosure of the report is agreed for ${about.on}`;
    case 'follow-up':
      return `Nothing has happened on the report since ${about.since.slice(0, 10)}; it is ${about.status}`;
    case 'reporter-mail': {
      const refused = alarm.threshold.kind === 'not-mailed' && alarm.threshold.outcome === 'refused';
      const mail = about.mail === 'confirmation' ? 'request to confirm the address' : 'acknowledgement';
      return refused
        ? `The ${mail} to the reporter was refused${because(alarm)}`
        : `The ${mail} to the reporter may not have gone out, and is not sent twice${because(alarm)}`;
    }
    case 'package':
      return onPackage(alarm, about, at);
  }
}

function onObligation({ threshold, dueAt, detail, todo }: Alarm, at: Instant): string {
  if (threshold.kind === 'failing') {
    return `${WORK_WORDS[threshold.work]} fails${because({ detail })}. It is retried until it works`;
  }
  if (threshold.kind === 'text-changed') {
    return threshold.did === 'approved'
      ? `It has changed since ${threshold.by} approved it (its text, its sender or whom it goes to), so that approval no longer counts; ${timeLeft(dueAt, at)}`
      : `What it must say has changed since ${threshold.by} edited it, so that text is no longer used; ${timeLeft(dueAt, at)}`;
  }
  if (threshold.kind === 'refused')
    return `Statuspage did not take it${because({ detail })}. Other pages may show it already`;
  if (threshold.kind === 'came-back')
    return 'Mails of it came back after the incident was closed: whoever they were for was not told by them';
  if (threshold.kind === 'undecided') return detail ?? 'The outcome of a part of it is unknown';
  if (threshold.kind === 'undeliverable') {
    return `${threshold.total - threshold.failed} of ${threshold.total} told; still untold: ${detail ?? 'see below'}`;
  }
  if (['look-into', 'approve', 'correct-update'].includes(todo) && detail) return `${timeLeft(dueAt, at)}; ${detail}`;
  return todo === 'tell-by-hand' && detail ? `${timeLeft(dueAt, at)}; still untold: ${detail}` : timeLeft(dueAt, at);
}

const WORK_WORDS: Record<WorkKind, string> = {
  draft: 'drafting it',
  dispatch: 'sending it',
  publish: 'publishing it',
  send: 'sending it',
  'open-filing': 'opening the filing task',
  contain: 'containment',
  undo: 'undoing containment',
  'verify-register': 'verifying the register',
  alarm: 'sending alarms',
  'tell-acknowledged': 'passing an acknowledgement on',
  register: 'writing to the breach register',
  mail: 'mailing the reporter',
  declare: 'declaring the incident',
  merge: 'handing over to the incident',
  unmerge: 'taking it out of the incident',
  recheck: 'checking the package again',
  settle: 'recording that the task is done',
  'settle-batch': 'recording what became of a batch',
  'stop-delivery': 'stopping its mails',
  recount: 'counting again who was told',
  'recount-detections': 'telling the incident of further detections',
  'tell-in-app': 'handing it to the product, to be shown there',
};

/** About the incident as a whole. */
function onIncident(alarm: Alarm): string {
  switch (alarm.threshold.kind) {
    case 'cancel-requested':
      return 'Somebody asked to cancel the workflow. It goes on, because legal clocks do not stop';
    case 'register-damaged':
      return `The breach register does not verify${because(alarm)}`;
    default:
      return happened(alarm);
  }
}

/** About the case as a whole. */
function onCase(alarm: Alarm): string {
  const { threshold } = alarm;
  switch (threshold.kind) {
    case 'forked':
      return `The register has another entry ${threshold.entry} of it than this workflow made, as after a reset: the workflow has stopped itself. Nothing that it was told or did since then is on record, and nobody watches its deadlines`;
    case 'cancel-requested':
      return 'Somebody asked to cancel the workflow. It goes on, because its clocks do not stop';
    case 'failing':
      return `${capitalised(WORK_WORDS[threshold.work])} fails${because(alarm)}. It is retried until it works`;
    default:
      return happened(alarm);
  }
}

/** What has no sentence of its own: nothing beyond what is known. */
function happened(alarm: Alarm): string {
  return `${capitalised(EN.threshold(alarm.threshold, alarm.about))}${because(alarm)}`;
}

function capitalised(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}

function onMeasure(alarm: Alarm, measure: string): string {
  switch (alarm.threshold.kind) {
    case 'failing':
      return `${alarm.threshold.work === 'undo' ? 'Undoing' : 'Containment'} ${measure} fails${because(alarm)}. It is retried`;
    case 'refused':
      return `Containment ${measure} was refused${because(alarm)}`;
    case 'first-of-two':
      return `Containment ${measure} waits for a second person: ${alarm.threshold.by} asked for it`;
    case 'recorded-only':
      return `Containment ${measure} was not done${because(alarm)}`;
    case 'failed':
      return `Containment ${measure} failed${because(alarm)}`;
    default:
      return `Containment ${measure}: ${EN.threshold(alarm.threshold)}${because(alarm)}`;
  }
}

function onDetections(alarm: Alarm, about: Extract<About, { kind: 'detections' }>, at: Instant): string {
  const { dueAt } = alarm;
  const many = about.count === 1 ? 'one detection' : `${about.count} detections`;
  const late = dueAt !== undefined && toMs(dueAt) <= toMs(at);
  const limit = late ? `; the limit was ${utc(dueAt)}, and this repeats until somebody decides` : '';
  return `${beforeIt(alarm)}${about.title}, ${many}${limit}`;
}

/** What happened with an incident, and why, before what the alarm is about. */
function beforeIt({ threshold, detail }: Alarm): string {
  switch (threshold.kind) {
    case 'merge-failed':
      return `It could not be merged into ${threshold.into}${because({ detail })}. `;
    case 'unmerged':
      return `It was taken out of ${threshold.from} and waits for a decision again. `;
    case 'unmerge-failed':
      return `It could not be taken out of ${threshold.from}${because({ detail })}. `;
    case 'after-decision':
      return `It was detected again after the case was ${threshold.decision}${because({ detail })}. `;
    default:
      return '';
  }
}

function onPackage(alarm: Alarm, about: Extract<About, { kind: 'package' }>, at: Instant): string {
  const { threshold, dueAt } = alarm;
  const what = `${about.package} ${about.versions.join(', ')} in ${about.inventory}`;
  const how = about.fixedIn.length > 0 ? `fixed in ${about.fixedIn.join(', ')}` : 'no fixed version is known';
  const late = dueAt !== undefined && toMs(dueAt) <= toMs(at);
  const due = dueAt === undefined ? '' : `; ${late ? 'it was due by' : 'patch it by'} ${utc(dueAt)}`;
  const rest = `${how}${due}`;
  switch (threshold.kind) {
    case 'severity-changed':
      return `${what} is now ${threshold.to} (${about.advisory}): ${rest}`;
    case 'refuted':
      return `${threshold.by} said that it is patched, but the check still finds ${what} (${about.advisory}): ${rest}`;
    case 'waiver-ended':
      return `The waiver of ${threshold.by} for ${what} has ended, and it is not patched (${about.advisory}): ${rest}`;
    default: {
      const said = about.claimedBy ? `; ${about.claimedBy} said that it is patched, which no check has confirmed` : '';
      return `${what} is vulnerable (${about.advisory}, ${about.severity}): ${rest}${said}`;
    }
  }
}

function timeLeft(dueAt: Instant | undefined, at: Instant): string {
  return dueAt === undefined ? 'owed' : leftText(dueAt, at);
}

function because({ detail }: Pick<Alarm, 'detail'>): string {
  return detail ? `: ${detail}` : '';
}

function utc(at: Instant): string {
  return `${minuteText(at)} UTC`;
}

/** Sources that nobody has looked at: they may be forged, or hold bystanders. */
function withheld(sources: number | undefined): string {
  if (sources === undefined) return '';
  const some = sources === 1 ? 'One source of the attack was' : `${sources} sources of the attack were`;
  return `. ${some} not blocked by itself: an address that may be forged, a range, or too many. A person decides which are blocked`;
}
