/** How many an email notice would reach, for whoever approves it. */
import { createHash } from 'node:crypto';
import type { Rendering } from '../../domain/incident/evidence';
import type { Reach } from '../../domain/incident/round';
import type { Log } from '../../platform/log';
import type { AudienceRow, AudienceRows, DirectoryPort } from '../directory/directory-port';
import { addressKey, isMailAddress } from '../mail/mail-address';
import type { DraftInput } from '../types';
import { renderingFor } from './rendering-for';

/** Recipients of an email notice. `languages`: of those with a usable address, by the language of the directory. */
export interface Recipients {
  languages: Map<string, number>;
  unreachable: number;
  /** Who is on the provider's suppression list, as far as it was given. */
  suppressed: number;
}

/** A draft is cut after a minute. */
const COUNTED_WITHIN_MS = 20_000;

/**
 * Counts whom an email notice would go to now, page by page; `suppressed`: by `addressKey`. Undefined when the directory does not
 * answer, or not all of it within `withinMs`: that stops no draft.
 */
export async function countRecipients(
  { directory, log }: { directory: Pick<DirectoryPort, 'read'>; log: Log },
  { audience, incidentId, obligation }: Pick<DraftInput, 'audience' | 'incidentId' | 'obligation'>,
  suppressed: ReadonlySet<string> = new Set(),
  withinMs = COUNTED_WITHIN_MS,
): Promise<Recipients | undefined> {
  if (!audience) return undefined;
  const signal = AbortSignal.timeout(withinMs);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([counted(directory.read(audience), suppressed, signal), late]);
  } catch (error) {
    log.warn(
      { caseId: incidentId, obligation, error: (error as Error).name },
      'the directory does not answer, or not in time: the draft does not say how many it goes to; see the log of the directory',
    );
    return undefined;
  }
}

async function counted(
  audience: AudienceRows,
  suppressed: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Recipients> {
  const isNew = audience.of === 'workspaces' ? newOwner() : newPerson();
  const found: Recipients = { languages: new Map(), unreachable: 0, suppressed: 0 };
  for await (const page of audience.pages) {
    signal.throwIfAborted();
    for (const row of page) {
      if (!isNew(row)) continue;
      const { address, language } = row;
      if (suppressed.has(addressKey(address))) found.suppressed++;
      if (isMailAddress(address)) found.languages.set(language, (found.languages.get(language) ?? 0) + 1);
      else found.unreachable++;
    }
  }
  return { ...found, unreachable: found.unreachable + audience.unknown().length };
}

/** As `resolved` has it: each address of a workspace once, and none only of one that has no other row before. */
function newOwner(): (row: AudienceRow) => boolean {
  const isFirst = firstOf();
  return ({ ref, address }) => {
    const isNewRef = isFirst(ref);
    return isFirst(`${ref}\n${addressKey(address)}`) && (isNewRef || address !== '');
  };
}

/** As `resolved` has it: the first row of a person, and each address once. */
function newPerson(): (row: AudienceRow) => boolean {
  const isFirst = firstOf();
  return ({ ref, address }) => isFirst(ref) && isFirst(`\n${addressKey(address) || ref}`);
}

/** True the first time of a text. Only 48 bits of a hash of each are kept. */
function firstOf(): (text: string) => boolean {
  const seen = new Set<number>();
  return (text) => {
    const before = seen.size;
    return seen.add(createHash('sha256').update(text).digest().readUIntBE(0, 6)).size > before;
  };
}

/** The mails by the language of their text. */
export function reachOf({ languages: wanted, unreachable }: Recipients, renderings: Rendering[]): Reach {
  const languages: Record<string, number> = {};
  for (const [language, count] of wanted) {
    const read = renderingFor(renderings, language)?.language ?? language;
    languages[read] = (languages[read] ?? 0) + count;
  }
  return { languages, unreachable };
}
