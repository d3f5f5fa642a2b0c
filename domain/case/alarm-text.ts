/**
 * What an alarm says, written from its data for one reader in one language: of its words (`alarm-words.ts`), the
 * sentence of what it is about (`alarm-sentence.ts`), and what happens by itself. Mails, pages, timelines and the Web UI
 * differ only in how much of it they show.
 */
import { type Instant, toMs } from '../kernel/time';
import type { About, Alarm, Threshold, Todo } from './alarm';
import { alarmSentence, utc } from './alarm-sentence';
import { TODO_WORDS, thresholdWords } from './alarm-words';

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
  threshold: thresholdWords,
  what: alarmSentence,
  todo: TODO_WORDS,
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
