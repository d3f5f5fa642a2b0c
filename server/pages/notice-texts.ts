/** Where texts of notices are read, and how they are named. */
import { languageName } from '../../domain/incident/say/say';

export interface NoticeText {
  subject: string;
  text: string;
}

/** Texts as the workers stored them, by their hashes. Rejects while they cannot be read. */
export interface NoticeTexts {
  text(sha256: string): Promise<NoticeText>;
  /** A file of a dossier, as it is. */
  file(sha256: string): Promise<string>;
  /** The hashes of the texts of single workspaces, by workspace. */
  own(sha256: string): Promise<Readonly<Record<string, string>>>;
}

export function nameOf(language: string): string {
  try {
    return languageName(language, { locale: 'en' });
  } catch {
    // Whatever stands in an address: it is named as it is.
    return language;
  }
}
