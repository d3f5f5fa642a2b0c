/** The fixed words of a dossier: what stands around the answers of the form, for whoever files it. */

export interface DossierWords {
  incident: string;
  firstReport: string;
  supplement(number: number, reference: string | undefined): string;
  asOf(at: string): string;
  whereToFile: string;
  whatToFile: string;
  ready(all: string): string;
  /** So many of the fields that the law or the form demands are open; of those, so many that the law demands. */
  notComplete(open: number, all: number, byLaw: number): string;
  overdue: string;
  wasDueOn(at: string): string;
  fileAtOnce: string;
  giveReasons: string;
  giveReasonsIfLate: string;
  reasonsBelow: string;
  states: Record<
    'not yet established' | 'owed' | 'owed if late' | 'nothing stated' | 'not applicable at this stage',
    string
  >;
  rows: Record<'authority' | 'howToFile' | 'language' | 'needed' | 'source' | 'note' | 'fileBefore' | 'wasDue', string>;
  noAuthority: string;
  via: Record<'portal' | 'form' | 'email' | 'site', string>;
  confirmed: Record<'V' | 'S' | 'R', string>;
  /** That the authority wants another language than the one of this dossier. */
  translate(languages: string): string;
  /** Above the texts without which the dossier in that language cannot be made. */
  untranslated(language: string): string;
  /** The name of the link to the same dossier in another language. */
  alsoIn: string;
  /** In place of the needs and notes of an authority that are kept in English only. */
  inEnglish?: string;
  by(person: string): string;
  /** Handles that name a role, in words. */
  roles: Record<string, string>;
  /** Kinds of entries of the register, as an answer names what established it. */
  entries: Record<string, string>;
  follows(edition: string): string;
  asData: string;
  /** Between the way to file and its address. */
  colon: string;
}
