/** Looks whether what is signed is kept outside, by each anchor that the worker that signs has. */
import { plural } from '../domain/kernel/plural';
import { MINUTE_MS, minuteText } from '../domain/kernel/time';
import type { Part } from '../domain/watch/finding';
import { keptSize, readAnchored } from '../register/log/anchored';
import { readSigner } from '../register/log/signer-row';
import { hostOf } from '../register/log/signer-turn';
import type { Queryable } from '../register/read-entries';

/** An anchor is given each checkpoint within seconds of its being due, and one that failed is tried again within five minutes. */
const KEPT_WITHIN_MS = 10 * MINUTE_MS;

/** How an anchor stands. */
export interface AnchorStands {
  name: string;
  /** It keeps the entries from 1 to here. */
  keptTo: number;
  /** Signed entries that it does not keep yet. */
  behind: number;
  /** What is wrong, where the first of them has waited for longer than it should. */
  problem?: string;
}

interface Waiting {
  since: Date | null;
  at: Date;
}

/** Each anchor by what Postgres remembers of it; of a register that was never signed none. Throws the driver's error. */
export async function anchorsStand(pool: Queryable, keptWithinMs = KEPT_WITHIN_MS): Promise<AnchorStands[]> {
  const signer = await readSigner(pool);
  if (!signer || signer.size === 0) return [];
  const { anchors, isForged } = await readAnchored(pool);
  const known = anchors.length > 0 ? anchors : [{ name: NOBODY, everyMs: 0 }];
  return Promise.all(
    known.map(async (anchor) => {
      const keptTo = keptSize(anchor);
      const behind = Math.max(signer.size - keptTo, 0);
      const stands = { name: anchor.name, keptTo, behind };
      if (behind === 0) return stands;
      const { rows } = await pool.query<Waiting>(
        `SELECT (SELECT appended_at FROM tocsin.register_entries WHERE position = $1) AS since, clock_timestamp() AS at`,
        [keptTo + 1],
      );
      const [{ since, at }] = rows as [Waiting];
      if (!since || at.getTime() - since.getTime() <= anchor.everyMs + keptWithinMs) return stands;
      const what = `${plural(behind, 'entry', 'entries')}, since ${minuteText(since.toISOString())} UTC`;
      const forged = isForged ? ' What Postgres has of it is signed by none of the keys of the log.' : '';
      return {
        ...stands,
        problem: `Anchoring is behind (${anchor.name}) by ${what}: whoever changed them now might not be found out.${forged} ${askedOf(anchor.name, hostOf(signer.holder))}`,
      };
    }),
  );
}

/** What is wrong, for the watchdog. */
export async function anchoringBehind(pool: Queryable, keptWithinMs?: number): Promise<Part[]> {
  const stands = await anchorsStand(pool, keptWithinMs);
  return stands.flatMap(({ name, problem }) => (problem ? [{ part: 'anchoring' as const, of: name, problem }] : []));
}

const NOBODY = 'no anchor';

function askedOf(name: string, host: string): string {
  const where = `the log of the worker${host ? ` on ${host}` : ''} says what failed`;
  if (name === 'file')
    return `Is there room where TOCSIN_ANCHOR_FILE is, and may the worker write there? Else ${where}`;
  if (name === 'mail') return `Does the mail provider take mail to TOCSIN_ANCHOR_MAIL? Else ${where}`;
  if (name === NOBODY) return `Is a worker of this release running? Then ${where}`;
  return `Does it answer at its address in TOCSIN_WITNESSES, and does it know the key of the log? Else ${where}`;
}
