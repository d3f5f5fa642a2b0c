/** Says the lines of a field to one reader: in a language, with the numbers, dates and times of a locale and its zone. */
import { upperFirst } from '../../kernel/first-letter';
import { type Instant, toMs } from '../../kernel/time';
import { type Line, SOURCE_LANGUAGE, type Told, textsIn } from '../said';
import { EN_CA, FR_CA } from './canada';
import { citeIn } from './citations';
import { DE } from './de';
import { EN } from './en';
import type { Ask, FormWords } from './form/words';
import { FR } from './fr';
import { frenchSpaces } from './french-spaces';
import type { Words } from './words';

const WORDS: Record<string, Words> = { en: EN, fr: FR, de: DE };

/** How a reader reads. `timeZone`: UTC stands beside any other. */
export interface Reading {
  language: string;
  /** BCP 47, like `fr-CA`. */
  locale: string;
  timeZone: string;
}

/** How facts are read where no reader is known: in the register, in staff mails, by the command line. */
export const PLAIN: Reading = { language: SOURCE_LANGUAGE, locale: 'en-GB', timeZone: 'UTC' };

/** Locales whose law has terms of its own. */
const LOCAL_WORDS: Record<string, Words> = { 'en-CA': EN_CA, 'fr-CA': FR_CA };

/** The words of a locale, else of its language; English where it has none. */
export function wordsOf({ language, locale }: Pick<Reading, 'language' | 'locale'>): Words {
  return LOCAL_WORDS[locale] ?? WORDS[language] ?? EN;
}

/** Whether the language has words for what the product itself says. */
export function hasWords(language: string): boolean {
  return language in WORDS;
}

/** Whether all of it can be said in the language: each text that a person wrote was given in it. */
export function canSay(lines: Line[], language: string): boolean {
  return hasWords(language) && lines.flatMap(textsIn).every((text) => text[language] !== undefined);
}

/** The lines in words. A text that is not given in the language stands in the one it was written in. */
export function say(lines: Line[], reading: Reading): string[] {
  return lines.map((line) => sayLine(line, reading, wordsOf(reading)));
}

function sayLine(line: Line, reading: Reading, words: Words): string {
  const at = (instant: Instant) => sayInstant(instant, reading);
  const number = (n: number) => sayNumber(n, reading);
  const text = (of: Record<string, string>) => {
    const own = of[reading.language];
    if (own === undefined) return of[SOURCE_LANGUAGE]!;
    return reading.language === 'fr' ? frenchSpaces(own) : own;
  };
  switch (line.is) {
    case 'text':
      return text(line.text);
    case 'plain':
      return line.text + toldText(line.told, words.form, at);
    case 'reference': {
      const number = line.caseId === undefined ? [] : [words.form.caseNumber(line.caseId)];
      return [...(line.text === undefined ? [] : [line.text]), ...number].join(', ');
    }
    case 'told-us':
      return words.form.weWereTold(at(line.at));
    case 'reach':
      return `${words.reach[line.by]}${words.form.colon} ${line.text}`;
    case 'affects':
      return words.allAffected(line.affects.map((each) => words.affects[each]));
    case 'instant':
      return line.latest ? words.between(at(line.at), at(line.latest)) : at(line.at);
    case 'period':
      return periodText(line, words, at);
    case 'period-open':
      return words.periodOpen(at(line.detectedAt));
    case 'count': {
      const counted = words.count(line.count, number);
      return line.open > 0 ? words.countInSome(counted, line.of - line.open, line.of) : counted;
    }
    case 'data':
      return words.data(text(line.title), line.categories.map(text));
    case 'residence':
      return words.residence(
        line.place === 'unknown' ? words.unknownPlace : sayPlace(line.place, reading),
        line.count === null ? undefined : words.count(line.count, number),
      );
    case 'measure': {
      const sentence = (line.unverified ? words.measuresUnverified : words.measures)[line.kind];
      return line.count !== undefined && line.lastAt
        ? words.detail(sentence, number(line.count), at(line.lastAt))
        : sentence;
    }
    case 'people-told':
      return words.peopleTold({
        citation: citeIn(reading.language, line.citation),
        at: line.at && at(line.at),
        earliest: line.earliest === true,
        told: line.told === undefined ? undefined : number(line.told),
        of: line.of === undefined ? undefined : number(line.of),
        before: line.before && at(line.before),
      });
    case 'made-public': {
      const { citation, by, before } = line;
      if (!by) return words.toBeMadePublic(citeIn(reading.language, citation), at(before));
      const languages = by.languages.map((language) => languageName(language, reading)).join(', ');
      const said = { channel: words.channels[by.channel], languages, at: at(by.at), latest: by.latest === true };
      return words.madePublic({ citation: citeIn(reading.language, citation), ...said });
    }
    case 'answer': {
      const asked = line.of ? text(line.of) : sayAsked(line.ask, words.form);
      return `${asked}${words.form.colon} ${line.codes.map((code) => sayCode(line.ask, code, words.form)).join(', ')}`;
    }
    case 'named': {
      const caseNumber = line.caseId === undefined ? '' : `, ${words.form.caseNumber(line.caseId)}`;
      const told = toldText(line.told, words.form, at);
      return `${upperFirst(sayCode(line.ask, line.code, words.form))}${words.form.colon} ${line.text}${caseNumber}${told}`;
    }
    case 'weighed':
      return `${words.form.factors[line.about]}${words.form.colon} ${text(line.text)}`;
    case 'no-officer':
      return words.form.noOfficer;
    case 'service-affected':
      return line.resolved ? restored(line.reported?.[reading.language], words) : words.serviceAffected;
    case 'withdrawn':
      return line.firstAt
        ? `${words.toldThen[line.to](at(line.firstAt))} ${words.withdrawn[line.to][line.why]}`
        : words.withdrawn[line.to][line.why];
  }
}

/** `, told on 2 April 2026 at 00:30 UTC`, behind a name. */
function toldText(told: Told | undefined, form: FormWords, at: (instant: Instant) => string): string {
  if (!told) return '';
  return `, ${told.latest ? form.toldBy(at(told.at)) : form.told[told.who](at(told.at))}`;
}

function sayAsked(ask: Ask, form: FormWords): string {
  return form.asks[ask] ?? ask;
}

/** A code that has no words, of another edition, is said as it is, with spaces. */
function sayCode(ask: Ask, code: string, form: FormWords): string {
  const words: Record<string, string> | undefined = form.answers[ask];
  return words && Object.hasOwn(words, code) ? words[code]! : code.replaceAll('-', ' ');
}

function restored(reported: string | undefined, words: Words): string {
  return reported === undefined ? words.serviceRestored : `${words.serviceRestored} ${words.reportedThen(reported)}`;
}

/**
 * `1. April 2026 um 04:00 Uhr MESZ (02:00 UTC)`: the zone of the reader by its name, as it is then, and UTC beside it with its
 * date where that is another.
 */
export function sayInstant(instant: Instant, { locale, timeZone }: Reading): string {
  const there = dateAndTime(instant, locale, timeZone);
  if (timeZone === 'UTC') return `${there.whole} UTC`;
  const utc = dateAndTime(instant, locale, 'UTC');
  const beside = `${utc.date === there.date ? utc.time : utc.whole} UTC`;
  const clock = locale.startsWith('de') ? ' Uhr' : '';
  const { short, long } = zoneNames(instant, locale, timeZone);
  return short ? `${there.whole}${clock} ${short} (${beside})` : `${there.whole}${clock} (${long}, ${beside})`;
}

const STYLES = {
  date: { dateStyle: 'long' },
  time: { hour: '2-digit', minute: '2-digit' },
  whole: { dateStyle: 'long', timeStyle: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

function dateAndTime(instant: Instant, locale: string, timeZone: string) {
  const said = (style: keyof typeof STYLES) => {
    const text = kept(`${style} ${locale} ${timeZone}`, () => {
      return new Intl.DateTimeFormat(locale, { timeZone, hourCycle: 'h23', ...STYLES[style] });
    }).format(toMs(instant));
    return locale.startsWith('fr') ? frenchly(text) : text;
  };
  return {
    get date() {
      return said('date');
    },
    get time() {
      return said('time');
    },
    get whole() {
      return said('whole');
    },
  };
}

/** `MESZ`; `heure d’été d’Europe centrale` where the language has no short name but an offset from UTC. */
function zoneNames(instant: Instant, locale: string, timeZone: string): { short?: string; long: string } {
  const named = (style: 'short' | 'long') =>
    kept(`zone ${style} ${locale} ${timeZone}`, () => {
      return new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: style });
    })
      .formatToParts(toMs(instant))
      .find(({ type }) => type === 'timeZoneName')!.value;
  const short = named('short');
  return { ...(/^\p{L}+$/u.test(short) && { short }), long: named('long') };
}

/** Formats are costly to make, and few: one for each locale, zone and style. */
const formats = new Map<string, unknown>();

function kept<F>(name: string, make: () => F): F {
  const known = formats.get(name) as F | undefined;
  if (known) return known;
  const made = make();
  formats.set(name, made);
  return made;
}

/** The first of a month is an ordinal, and a time is written `4 h 00`: the data of Intl has neither for France. */
function frenchly(text: string): string {
  return text.replace(/^1 /, '1er ').replace(/\b0?(\d{1,2})(?::|\s?h\s?)(\d\d)/u, '$1\u00a0h\u00a0$2');
}

export function sayNumber(n: number, { locale }: Pick<Reading, 'locale'>): string {
  return kept(`number ${locale}`, () => new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })).format(n);
}

/** A language's name, as its reader calls it. */
export function languageName(language: string, { locale }: Pick<Reading, 'locale'>): string {
  const names = kept(`languages ${locale}`, () => new Intl.DisplayNames([locale], { type: 'language' }));
  return names.of(language) ?? language;
}

/** A country's name; of a part of a country, like `DE-BY`, the country's name with the code. */
export function sayPlace(place: string, { locale }: Pick<Reading, 'locale'>): string {
  const [country] = place.split('-');
  const names = kept(`places ${locale}`, () => new Intl.DisplayNames([locale], { type: 'region', fallback: 'code' }));
  const name = names.of(country!) ?? country!;
  return country === place ? name : `${name} (${place})`;
}

/** From when to when it was; where one of them is not known exactly, between which readings. */
function periodText(line: Extract<Line, { is: 'period' }>, words: Words, at: (instant: Instant) => string): string {
  const { from, fromLatest, to, toLatest } = line;
  if (!fromLatest && !toLatest) return words.period(at(from), to && at(to));
  const one = (earliest: Instant, latest?: Instant): [string, string?] =>
    latest ? [at(earliest), at(latest)] : [at(earliest)];
  return words.periodAbout(one(from, fromLatest), to ? one(to, toLatest) : undefined);
}
