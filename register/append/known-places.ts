/** What the holder of the writers' lock knows of the log without asking: where it and its incidents end, and their data keys. */
import type { ClientBase } from 'pg';
import { GENESIS } from '../entry';
import { dataKeys, type GivenEvent, type Last, type Places, readPlaces } from './places';
import { Plan, type Sealing } from './plan';

const INCIDENTS_KNOWN = 10_000;
/** The end of an incident that has no entries yet. */
const NOTHING: Last = { seq: 0, hash: GENESIS };

/** Each plan stands on the one before it, as if that were written: when it is not, all must be forgotten. */
export class KnownPlaces {
  private places: Places | undefined;
  private keys = new Map<string, Uint8Array | null>();

  private readonly sealing: Sealing;

  constructor(isPersonal: Sealing['isPersonal']) {
    this.sealing = { isPersonal, keyOf: (incidentId) => this.keys.get(incidentId)! };
  }

  /** Whether a call can be planned with what is known. */
  suffices(call: readonly GivenEvent[]): boolean {
    return this.follow(call, new Map()) && call.every(({ event }) => this.keys.has(event.incidentId));
  }

  /** An empty plan, for calls for which what is known suffices. */
  planOn(): Plan {
    return new Plan(this.places!, this.sealing);
  }

  /** An empty plan for these calls. Postgres is asked only for what does not simply follow what was written here. */
  async plan(client: ClientBase, calls: readonly (readonly GivenEvent[])[]): Promise<Plan> {
    if (!this.allFollow(calls)) {
      const given = calls.flat();
      const read = await readPlaces(client, given);
      const lastOf = this.places?.lastOf ?? new Map<string, Last>();
      if (lastOf.size > INCIDENTS_KNOWN) lastOf.clear();
      for (const { event } of given) lastOf.set(event.incidentId, read.lastOf.get(event.incidentId) ?? NOTHING);
      this.places = { ...read, lastOf };
    }
    const unknown = this.unknownKeys(calls);
    if (unknown.length > 0) {
      // A key that was destroyed since is found gone when the lock is taken anew.
      for (const [incidentId, key] of await dataKeys(client, unknown)) this.keys.set(incidentId, key);
    }
    return this.planOn();
  }

  /** Others may have written since. */
  forget(): void {
    this.places = undefined;
    this.keys = new Map();
  }

  /** Whether each event simply follows the last one of its incident that was written here. */
  private allFollow(calls: readonly (readonly GivenEvent[])[]): boolean {
    const next = new Map<string, number>();
    return calls.every((call) => this.follow(call, next));
  }

  /** The same of one call. `next` holds the numbers that come next behind earlier events that are not written yet. */
  private follow(call: readonly GivenEvent[], next: Map<string, number>): boolean {
    if (this.places === undefined) return false;
    for (const { event } of call) {
      const { incidentId, seq } = event;
      const last = this.places.lastOf.get(incidentId)?.seq ?? Number.NaN;
      if (seq !== (next.get(incidentId) ?? last + 1)) return false;
      next.set(incidentId, seq + 1);
    }
    return true;
  }

  private unknownKeys(calls: readonly (readonly GivenEvent[])[]): string[] {
    const unknown = new Set<string>();
    for (const call of calls) {
      for (const { event } of call) if (!this.keys.has(event.incidentId)) unknown.add(event.incidentId);
    }
    return [...unknown];
  }
}
