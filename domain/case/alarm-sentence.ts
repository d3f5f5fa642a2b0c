/** The sentence of an alarm in English: what it is about, and how it stands. */
import { upperFirst } from '../kernel/first-letter';
import { type Instant, leftText, minuteText, toMs } from '../kernel/time';
import type { About, Alarm } from './alarm';
import { thresholdWords, WORK_WORDS } from './alarm-words';

/** One sentence without a full stop. `at`: when it was raised, from which the time left is counted. */
export function alarmSentence(alarm: Alarm, at: Instant): string {
  const { threshold, about } = alarm;
  const said = sentence(alarm, about, at);
  if (threshold.kind !== 'acknowledgement-expired') return said;
  const seen = `acknowledged by ${threshold.by} at ${utc(threshold.at)}, and still not done`;
  return about.kind === 'obligation' ? `${seen}; ${said}` : `${upperFirst(seen)}. ${said}`;
}

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
      return `${upperFirst(WORK_WORDS[threshold.work])} fails${because(alarm)}. It is retried until it works`;
    default:
      return happened(alarm);
  }
}

/** What has no sentence of its own: nothing beyond what is known. */
function happened(alarm: Alarm): string {
  return `${upperFirst(thresholdWords(alarm.threshold, alarm.about))}${because(alarm)}`;
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
      return `Containment ${measure}: ${thresholdWords(alarm.threshold)}${because(alarm)}`;
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

/** Sources that nobody has looked at: they may be forged, or hold bystanders. */
function withheld(sources: number | undefined): string {
  if (sources === undefined) return '';
  const some = sources === 1 ? 'One source of the attack was' : `${sources} sources of the attack were`;
  return `. ${some} not blocked by itself: an address that may be forged, a range, or too many. A person decides which are blocked`;
}

/** `2026-04-01 02:30 UTC` */
export function utc(at: Instant): string {
  return `${minuteText(at)} UTC`;
}
