/** Reads the cases of the register; what it has read once it reads again only when entries were added. */
import type { Pool } from 'pg';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { readEvents } from './read-incident';
import { type RegisteredHead, registeredHeads } from './registered-heads';

export class EachCase<T> {
  private readonly known = new Map<string, { seq: number; found?: T }>();

  /**
   * @param read what to make of the entries of a case; of one for which it answers nothing, nothing is kept.
   * @param skip cases that need not be read.
   */
  constructor(
    private readonly pool: Pool,
    private readonly read: (entries: readonly RecordedEvent[]) => T | undefined,
    private readonly skip: (head: RegisteredHead) => boolean = () => false,
  ) {}

  /** Throws the driver's error while Postgres is away. */
  async all(): Promise<T[]> {
    for (const head of await registeredHeads(this.pool)) {
      const { caseId, seq } = head;
      if (this.known.get(caseId)?.seq === seq) continue;
      const found = this.skip(head) ? undefined : this.read(await readEvents(this.pool, caseId));
      this.known.set(caseId, { seq, ...(found && { found }) });
    }
    return [...this.known.values()].flatMap(({ found }) => (found ? [found] : []));
  }
}
