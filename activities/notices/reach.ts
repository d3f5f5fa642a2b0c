/** How many an email notice would reach, for whoever approves it. */
import type { Reach, Rendering } from '../../domain/incident/events';
import type { Log } from '../../platform/log';
import type { DirectoryPort, ResolvedAudience } from '../directory/directory-port';
import { isMailAddress } from '../mail/mail-address';
import type { DraftInput } from '../types';
import { renderingFor } from './rendering-for';

/** Whom an email notice would go to now. A directory that does not answer stops no draft. */
export async function recipientsOf(
  { directory, log }: { directory: Pick<DirectoryPort, 'resolve'>; log: Log },
  { audience, incidentId, obligation }: DraftInput,
): Promise<ResolvedAudience | undefined> {
  if (!audience) return undefined;
  try {
    return await directory.resolve(audience);
  } catch (error) {
    log.warn(
      { incidentId, obligation, error: (error as Error).name },
      'the directory does not answer: the draft does not say how many it goes to; see the log of the directory',
    );
    return undefined;
  }
}

/** Counts the mails by the language of their text. */
export function reachOf({ recipients, unknown }: ResolvedAudience, renderings: Rendering[]): Reach {
  const languages: Record<string, number> = {};
  const usable = recipients.filter(({ address }) => isMailAddress(address));
  for (const { language } of usable) {
    const read = renderingFor(renderings, language)?.language ?? language;
    languages[read] = (languages[read] ?? 0) + 1;
  }
  return { languages, unreachable: recipients.length - usable.length + unknown.length };
}
