/**
 * What a field of a notice says, as data. Its words come last, for one reader in one language (`say/`): what people wrote
 * stands here with its translations, what the product knows stands here as instants, counts and codes.
 */
import type { Count } from '../kernel/count';
import type { Instant } from '../kernel/time';
import type { Weighed } from './facts/risk-judgement';
import type { PublicChannel } from './public-channels';
import type { Ask } from './say/form/words';

/** The language in which facts are written. */
export const SOURCE_LANGUAGE = 'en';

/** A text that a person wrote, by language. */
export type Texts = { [SOURCE_LANGUAGE]: string } & Record<string, string>;

/** A measure that needs no person's text: its sentence follows from what kind it is. */
export const MEASURE_KINDS = ['sources-blocked', 'credentials-replaced', 'systems-isolated', 'device-cut-off'] as const;
export type MeasureKind = (typeof MEASURE_KINDS)[number];

/** One line of a field. */
export type Line =
  | { is: 'text'; text: Texts }
  /** A name, an address, a reference: the same in every language. */
  | { is: 'plain'; text: string; told?: Told }
  /** The reference of an earlier report, and the case number that the authority gave it. */
  | { is: 'reference'; text?: string; caseId?: string }
  /** A number to call, or an address to write to. */
  | { is: 'reach'; by: 'telephone' | 'post'; text: string }
  | { is: 'affects'; affects: Array<'confidentiality' | 'integrity' | 'availability'> }
  /** `latest`: it is not known exactly; `at` is the earliest that it can have been, which counts. */
  | { is: 'instant'; at: Instant; latest?: Instant }
  /** `fromLatest`, `toLatest`: not known exactly; the other is then the earliest that it can have been. */
  | { is: 'period'; from: Instant; fromLatest?: Instant; to?: Instant; toLatest?: Instant }
  /** That nobody knows yet when it was. */
  | { is: 'period-open'; detectedAt: Instant }
  /** `open`: of `of` data sets, how many have no count yet. */
  | { is: 'count'; count: Count; open: number; of: number }
  | { is: 'data'; title: Texts; categories: Texts[] }
  | { is: 'residence'; place: string; count: number | null }
  /** `unverified`: a step was taken, and nobody has checked yet that it took effect. */
  | { is: 'measure'; kind: MeasureKind; unverified?: true; count?: number; lastAt?: Instant }
  /** The people who were told of this breach, or will be. `earliest`: `at` is known only as the earliest that it can have been. */
  | { is: 'people-told'; citation: string; at?: Instant; earliest?: true; told?: number; of?: number; before?: Instant }
  /** One channel by which they were told in public, or that they will be. */
  | { is: 'made-public'; citation: string; by: Publicity; before?: never }
  | { is: 'made-public'; citation: string; by?: never; before: Instant }
  /** Answers of a form, by their codes: for authorities. `of`: what is asked about, such as the title of a data set. */
  | { is: 'answer'; ask: Ask; of?: Texts; codes: string[] }
  /** A party, a body or a file by its name, with what it is. */
  | { is: 'named'; ask: Ask; code: string; text: string; caseId?: string; told?: Told }
  /** When somebody outside told the controller. */
  | { is: 'told-us'; at: Instant }
  /** What was weighed in a judgement of the risk, and what was found. */
  | { is: 'weighed'; about: Weighed; text: Texts }
  /** That no data protection officer is designated. */
  | { is: 'no-officer' }
  /** `reported`: of one that is resolved, what was reported while it was going on; said only in the languages that have it. */
  | { is: 'service-affected'; resolved?: true; reported?: Texts }
  /** What was first told, and when, does not hold any more: no personal data is affected, or not so that the duty applies. */
  | {
      is: 'withdrawn';
      to: 'authority' | 'customer' | 'person' | 'public';
      why: 'no-data' | 'otherwise';
      firstAt?: Instant;
    };

/** When a party told the controller, or when it was told. `latest`: it is known only by when. */
export interface Told {
  who: 'us' | 'them';
  at: Instant;
  latest?: true;
}

/** How something was made public. `latest`: it is known only by when. */
export interface Publicity {
  channel: PublicChannel;
  languages: string[];
  at: Instant;
  latest?: true;
}

/** The texts of people within a line. */
export function textsIn(line: Line): Texts[] {
  if (line.is === 'text' || line.is === 'weighed') return [line.text];
  if (line.is === 'answer') return line.of ? [line.of] : [];
  return line.is === 'data' ? [line.title, ...line.categories] : [];
}

/** Lines, or nothing where there are none: that is not yet established. */
export function some(lines: Line[]): Line[] | undefined {
  return lines.length > 0 ? lines : undefined;
}

/** One kind of step of containment. */
export type MeasureLine = Extract<Line, { is: 'measure' }>;

/** The measures taken that a draft says. */
export interface MeasuresSaid {
  /** Of containment, as it says them. */
  kinds: MeasureLine[];
  /** How many of those that people recorded, the first ones. */
  recorded: number;
  /** The entry by which the status had changed last when it was written. */
  statusSince: number;
}
