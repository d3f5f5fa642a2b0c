/** Reads the cases of the register; what it has read once it reads again only when entries were added. */
import type { Pool } from 'pg';
import { type RegisteredCase, registeredCase } from '../domain/watch/registered-case';
import { readEvents } from '../register/read-incident';
import { registeredHeads } from '../register/registered-heads';

export class RegisterEye {
  private readonly known = new Map<string, { seq: number; registered?: RegisteredCase }>();

  constructor(private readonly pool: Pool) {}

  /** Every case of the register, open and closed. Throws the driver's error while Postgres is away. */
  async cases(): Promise<RegisteredCase[]> {
    for (const { caseId, seq } of await registeredHeads(this.pool)) {
      if (this.known.get(caseId)?.seq === seq) continue;
      const registered = registeredCase(await readEvents(this.pool, caseId));
      // A closed case is kept without its state: a register holds many more of them than are open.
      this.known.set(caseId, { seq, ...(registered && { registered }) });
    }
    return [...this.known.values()].flatMap(({ registered }) => (registered ? [registered] : []));
  }
}
