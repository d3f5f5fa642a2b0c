/** The register as lists ask it. A server's board that is open asks every five seconds, of each kind of case. */
import type { Pool } from 'pg';
import type { RegisteredCases } from '../client/lost-cases';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { within } from '../platform/within';
import type { RegisteredHead } from '../register/registered-heads';

/** Which cases there are is asked anew after it. */
const HEADS_MS = 30_000;
/** A page that is asked for does not wait longer. */
const PATIENCE_MS = 3_000;
/** Cases whose entries are kept until they have more. */
const MOST_KEPT = 1_000;

/** What was read is kept for as long as it is true. Rejects while Postgres does not answer. */
export function registeredBehind(register: () => Promise<Pool>, now = () => Date.now()): RegisteredCases {
  let heads: RegisteredHead[] | undefined;
  let seqs: ReadonlyMap<string, number> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<RegisteredHead[]> | undefined;
  const events = new Map<string, { seq: number; events: RecordedEvent[] }>();

  const read = async () => {
    const { registeredHeads } = await import('../register/registered-heads.js');
    heads = await registeredHeads(await register());
    readAt = now();
    seqs = new Map(heads.map(({ caseId, seq }) => [caseId, seq]));
    return heads;
  };
  const current = () => {
    if (heads && now() - readAt < HEADS_MS) return Promise.resolve(heads);
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return within(PATIENCE_MS, reading, 'the register does not answer');
  };

  return {
    async mayBeOpen(workflow) {
      const { idsThatMayBeOpen } = await import('../register/registered-heads.js');
      return idsThatMayBeOpen(await current(), workflow);
    },
    async eventsOf(id) {
      const kept = events.get(id);
      if (kept && kept.seq === seqs.get(id)) return kept.events;
      const { readEvents } = await import('../register/read-incident.js');
      const found = await within(
        PATIENCE_MS,
        register().then((pool) => readEvents(pool, id)),
        'it does not answer',
      );
      if (events.size >= MOST_KEPT) events.clear();
      if (found.length > 0) events.set(id, { seq: found.at(-1)!.seq, events: found });
      return found;
    },
  };
}
