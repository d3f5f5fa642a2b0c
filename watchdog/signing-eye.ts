/** Looks whether what the register holds is signed, and whether this machine and Postgres agree on the time. */
import type { Pool } from 'pg';
import { plural } from '../domain/kernel/plural';
import { MINUTE_MS, minuteText } from '../domain/kernel/time';
import type { Part } from '../domain/watch/finding';

/** Entries are signed within seconds of being written. */
const SIGNED_WITHIN_MS = 10 * MINUTE_MS;
/** More than a time service leaves between two machines. */
const APART_MS = 5_000;

interface Seen {
  unsigned: number;
  since: Date | null;
  at: Date;
}

/** What is wrong by Postgres' own clock. Throws the driver's error while Postgres is away. */
export async function unsignedOrAstray(
  pool: Pick<Pool, 'query'>,
  { now = Date.now, signedWithinMs = SIGNED_WITHIN_MS }: { now?: () => number; signedWithinMs?: number } = {},
): Promise<Part[]> {
  const asked = now();
  const { rows } = await pool.query<Seen>(
    `SELECT count(*)::int AS unsigned, min(appended_at) AS since, clock_timestamp() AS at FROM tocsin.register_entries
      WHERE position > coalesce((SELECT size FROM tocsin.log_signer), 0)`,
  );
  const [{ unsigned, since, at }] = rows as [Seen];
  const parts: Part[] = [];
  if (since && at.getTime() - since.getTime() > signedWithinMs) {
    const what = `${plural(unsigned, 'entry', 'entries')} of the register, the first of ${minuteText(since.toISOString())} UTC`;
    parts.push({
      part: 'signing',
      problem:
        `Nobody signs the register: ${what}, ${unsigned === 1 ? 'is' : 'are'} in no checkpoint, so an outsider cannot ` +
        'verify them. Is a worker running, and what does its log say of signing? If the signing key is lost, restore it',
    });
  }
  // The answer was on its way for as long; a clock that is right lies between the question and the answer.
  const [early, late] = [asked - at.getTime(), now() - at.getTime()];
  const apartMs = Math.max(early, 0) + Math.min(late, 0);
  if (Math.abs(apartMs) > APART_MS) {
    const how = `${Math.round(Math.abs(apartMs) / 1000)} s ${apartMs > 0 ? 'ahead of' : 'behind'}`;
    parts.push({
      part: 'clock',
      problem:
        `This machine's clock is ${how} Postgres': one of them is wrong. Set both by a time service (NTP); what was ` +
        'recorded meanwhile by a wrong clock bears its time',
    });
  }
  return parts;
}
