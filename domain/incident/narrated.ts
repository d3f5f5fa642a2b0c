/** What the sentences of the timeline are made of: tones, the pack from which things are named, and small words. */
import { type InexactInstant, whenText } from '../kernel/inexact-instant';
import { DAY_MS, HOUR_MS, human, type Instant, spanText, toMs } from '../kernel/time';
import type { Authority, Ground } from '../policy/pack';
import type { ObligationRule } from '../policy/rule';
import type { IncidentState } from './state';

/** How an event is to be taken: nothing to do, a promise kept, something that needs a person, something that went wrong. */
export type Tone = 'info' | 'good' | 'warn' | 'bad';

/** What narrating needs of a policy pack. */
export interface NarratedPack {
  authorities?: Array<Pick<Authority, 'key' | 'name'>>;
  grounds?: Array<Pick<Ground, 'id' | 'title' | 'citation'>>;
  obligations: Array<
    Pick<ObligationRule, 'id' | 'title' | 'commitments' | 'recipient' | 'channel'> &
      Partial<Pick<ObligationRule, 'citation'>>
  >;
}

export type Rule = NarratedPack['obligations'][number];

export type Said = { text: string; tone: Tone };

export type Context = { rule?: Rule; before?: IncidentState; pack: NarratedPack };

export const info = (text: string): Said => ({ text, tone: 'info' });

export const good = (text: string): Said => ({ text, tone: 'good' });

export const warn = (text: string): Said => ({ text, tone: 'warn' });

export const bad = (text: string): Said => ({ text, tone: 'bad' });

/** A time as it was stated, with its readings where it is not known exactly. */
export function stated(at: Instant, inexact: InexactInstant | undefined): string {
  return inexact ? whenText(inexact) : human(at);
}

export function suffix(text: string | undefined): string {
  return text ? `: ${text}` : '';
}

export function span(from: string, to: string): string {
  return spanText(toMs(to) - toMs(from));
}

/** The period of a clock as laws and contracts say it: `4 h`, `72 h`, `14 days`. One that is not whole is a span. */
export function periodText(from: string, to: string): string {
  const ms = Math.abs(toMs(to) - toMs(from));
  if (ms > 0 && ms <= 3 * DAY_MS && ms % HOUR_MS === 0) return `${ms / HOUR_MS} h`;
  return ms > 0 && ms % DAY_MS === 0 ? `${ms / DAY_MS} days` : span(from, to);
}

/** `1 workspace owner`, `2,910 individuals`. */
export function count(n: number, one: string, several = `${one}s`): string {
  return `${String(n).replace(/\B(?=(\d{3})+$)/g, ',')} ${n === 1 ? one : several}`;
}
