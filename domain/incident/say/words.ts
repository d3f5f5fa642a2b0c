/** The words in which one language says what the product itself knows. */
import type { Count } from '../../kernel/count';
import type { PublicChannel } from '../public-channels';
import type { MeasureKind } from '../said';
import type { DossierWords } from './dossier/words';
import type { FormWords } from './form/words';

/** Numbers and dates come formatted. */
export interface Words {
  /** What forms of authorities ask, and the answers that they offer. */
  form: FormWords;
  /** What stands around the answers in a dossier. */
  dossier: DossierWords;
  notYetEstablished: string;
  /** What a number or an address is. */
  reach: Record<'telephone' | 'post', string>;
  count(count: Count, number: (n: number) => string): string;
  countInSome(counted: string, known: number, of: number): string;
  /** An instant that is known only by its readings: the earlier one counts. */
  between(from: string, to: string): string;
  period(from: string, to: string | undefined): string;
  /** The same where the begin or the end is not known exactly: each with one reading, or with its earliest and its latest. */
  periodAbout(from: [string, string?], to: [string, string?] | undefined): string;
  /** That it is not known yet when it happened, and when it was discovered. */
  periodOpen(detectedAt: string): string;
  affects: Record<'confidentiality' | 'integrity' | 'availability', string>;
  allAffected(what: string[]): string;
  data(title: string, categories: string[]): string;
  residence(place: string, counted: string | undefined): string;
  unknownPlace: string;
  measures: Record<MeasureKind, string>;
  /** The same of steps whose effect nobody has checked yet. */
  measuresUnverified: Record<MeasureKind, string>;
  /** How many, and when the last of them, where the reader is told. */
  detail(measure: string, count: string, lastAt: string): string;
  peopleTold(told: {
    citation: string;
    at?: string | undefined;
    earliest: boolean;
    told?: string | undefined;
    of?: string | undefined;
    before?: string | undefined;
  }): string;
  channels: Record<PublicChannel, string>;
  /** `latest`: `at` is known only as the latest that it can have been. */
  madePublic(by: { citation: string; channel: string; languages: string; at: string; latest: boolean }): string;
  toBeMadePublic(citation: string, before: string): string;
  serviceAffected: string;
  serviceRestored: string;
  /** What was reported of the service while it was affected. */
  reportedThen(text: string): string;
  /** What was first told, to each reader, and when. */
  toldThen: Record<'authority' | 'customer' | 'person' | 'public', (at: string) => string>;
  /** That what was told does not hold any more, to each reader. */
  withdrawn: Record<'authority' | 'customer' | 'person' | 'public', Record<'no-data' | 'otherwise', string>>;
}
