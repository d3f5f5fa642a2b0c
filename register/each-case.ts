/** Reads the cases of the register; what it has read once it reads again only when entries were added. */
import type { Pool } from 'pg';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { isUnavailable } from '../postgres/outage';
import { readEvents } from './read-incident';
import { type RegisteredHead, registeredHeads } from './registered-heads';

export class EachCase<T> {
  private readonly known = new Map<string, { seq: number; found?: T }>();

  /**
   * @param read what to make of the entries of a case; of one for which it answers nothing, nothing is kept.
   * @param skip cases that need not be read.
   * @param unreadable told of a case whose entries cannot be read, as they were damaged: it stands as it was read before, and the
   * others are read. Without it that is an error.
   */
  constructor(
    private readonly pool: Pool,
    private readonly read: (entries: readonly RecordedEvent[]) => T | undefined,
    private readonly skip: (head: RegisteredHead) => boolean = () => false,
    private readonly unreadable?: (caseId: string, error: Error) => void,
  ) {}

  /** The ids that the register had when it was read last, of cases that could not be read too. */
  ids: ReadonlySet<string> = new Set();

  /** Throws the driver's error while Postgres is away. */
  async all(): Promise<T[]> {
    const heads = await registeredHeads(this.pool);
    // A register that was restored from an older backup has cases no more: what was read of them before is not true of it.
    const ids = new Set(heads.map(({ caseId }) => caseId));
    this.ids = ids;
    for (const caseId of this.known.keys()) if (!ids.has(caseId)) this.known.delete(caseId);
    for (const head of heads) {
      const { caseId, seq } = head;
      if (this.known.get(caseId)?.seq === seq) continue;
      try {
        const found = this.skip(head) ? undefined : this.read(await readEvents(this.pool, caseId));
        this.known.set(caseId, { seq, ...(found && { found }) });
      } catch (error) {
        if (!this.unreadable || isUnavailable(error)) throw error;
        this.unreadable(caseId, error as Error);
      }
    }
    return [...this.known.values()].flatMap(({ found }) => (found ? [found] : []));
  }
}
