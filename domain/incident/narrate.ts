/** Every event as one clear sentence for people: the live timeline, `tocsin show`, the answer to a message. Pure. */

import { viaText } from '../case/acknowledge';
import { alarmText } from '../case/alarm-text';
import { FOUND_WORDS } from '../case/found';
import { ringAgainText } from '../case/rings-again';
import { type Count, figureOf, isExact, sumOf } from '../kernel/count';
import { upperFirst } from '../kernel/first-letter';
import { grouped } from '../kernel/grouped';
import { whenText } from '../kernel/inexact-instant';
import { human } from '../kernel/time';
import { standInOf } from '../policy/disclosure';
import { packNames, ruleOf } from '../policy/policy';
import { BASIS_WORDS } from './awareness';
import { outcomeWords, stepWords } from './board-words';
import { stepDetail } from './containment';
import { DOUBTED_WORDS } from './doubted-kinds';
import { type DataOf, type EventOf, type IncidentEvent, obligationOfEvent } from './events';
import type { Assessment } from './incident';
import { both, onObligation } from './narrate-obligation';
import {
  bad,
  type Context,
  count,
  good,
  info,
  type NarratedPack,
  type Said,
  stated,
  suffix,
  type Tone,
  warn,
} from './narrated';
import { isBefore } from './on-status';
import type { IncidentState } from './state';

export interface Narration {
  /** The obligation it is about, like `gdpr-art33-authority:ie-dpc`. */
  obligation?: string;
  /** Commitments of that obligation, like `T3`, `N1`. */
  commitments: string[];
  text: string;
  tone: Tone;
}

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
        `Containment requested by ${both(event)}: ${stepWords(event.data).replace(/^./, (first) => first.toLowerCase())}`,
      );
    case 'containment-first-of-two':
      return warn(
        `1 of 2: containment asked for by ${event.by}: ${stepWords(event.data).replace(/^./, (first) => first.toLowerCase())}. It is done when a second person asks for the same`,
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
    case 'sender-switched': {
      const { from, reason, underWay } = event.data;
      // The address itself stands in each notice; the timeline goes to logs.
      const domain = from?.includes('@') ? ` at ${from.slice(from.lastIndexOf('@') + 1).replace('>', '')}` : '';
      const sender = from ? `another sender${domain}` : 'the configured sender again';
      const kept = underWay ? `. Being sent from the one before: ${underWay.join(', ')}` : '';
      return warn(`Notices come from ${sender}, decided by ${event.by}: ${reason}${kept}`);
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
    case 'detections-joined': {
      const { caseId, how, title, source, count: many, firstAt } = event.data;
      const detections = `${title}, ${many} from ${source}, first ${human(firstAt)}`;
      return how === 'declared'
        ? info(`Declared from triage case ${caseId}: ${detections}`)
        : info(`Triage case ${caseId} merged into it by ${event.by}: ${detections}`);
    }
    case 'detections-recounted': {
      const { caseId, count: many, lastAt } = event.data;
      return info(`Triage case ${caseId} has ${many} detections now, the last at ${human(lastAt)}`);
    }
    case 'detections-left':
      return warn(`Triage case ${event.data.caseId} taken out of it by ${event.by}: ${event.data.reason}`);
    case 'alarm-acknowledged': {
      const { alarms, via, ringAgain } = event.data;
      return good(
        `${count(alarms.length, 'alarm')} acknowledged by ${event.by}${viaText(via)}${ringAgainText(alarms, ringAgain) || ': no longer repeated'}`,
      );
    }
    case 'alarm-raised':
      return alarm(event);
    default:
      return onObligation(event, context);
  }
}

function stepText(data: DataOf<'containment-step'>, before: IncidentState | undefined): Said {
  const { id, outcome } = data;
  const step = before?.containment[id];
  const text = `Containment: ${step ? `${stepWords(step)} (${id})` : id}: ${outcome === 'recorded-only' ? 'recorded on this machine only' : outcomeWords(outcome)}${suffix(stepDetail(data))}`;
  return {
    text,
    tone: (
      {
        verified: 'good',
        applied: 'good',
        undone: 'info',
        withdrawn: 'info',
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
  const people = sumOf(facts.dataSets.map(({ individuals }) => individuals).filter((n) => n !== undefined));
  return [
    answer,
    ...(facts.dataSets.length > 0 ? [count(facts.dataSets.length, 'data set')] : []),
    ...(people === undefined ? [] : peopleText(people)),
    ...workspacesText(facts.workspaces),
    ...facts.dataSets.flatMap(({ placesNotRead = [] }) => placesNotRead),
  ].join(', ');
}

/** How many people, as sure as it was stated; nothing where it cannot be determined. */
export function peopleText(people: Count): string[] {
  const figure = figureOf(people);
  if (figure === undefined) return [];
  const text = count(figure, 'individual');
  if (isExact(people)) return [text];
  if (typeof people !== 'object' || 'about' in people) return [`about ${text}`];
  return ['from' in people ? `${grouped(people.from)} to ${text}` : `at least ${text}`];
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

/** `on-call@example.com` → `on-call`. */
function withoutAddresses(text: string): string {
  return text.replace(/([\w.+-]+)@[\w-]+(\.[\w-]+)+/g, '$1');
}
