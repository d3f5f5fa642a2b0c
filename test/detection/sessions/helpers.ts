import type { Pool, PoolClient } from 'pg';
import { acceptWithin } from '../../../detection/intake/inbox/accept';
import { SessionConsumer, type SessionDeps } from '../../../detection/sessions/consumer';
import { detectionOf } from '../../../detection/sessions/detection-of';
import type { Sight } from '../../../detection/sessions/see-event';
import type { Detection } from '../../../domain/detection/detection';
import type { AuthEvent } from '../../../domain/sessions/auth-event';
import { judgeAll } from '../../../domain/sessions/session-rules';
import { createPool } from '../../../postgres/pool';
import { createTestDatabase } from '../../setup/helpers';
import { NOW, see, sight } from '../../unit/detection/sessions/fixtures';

/** A database of its own, and consumers over it. */
export interface World {
  pool: Pool;
  through: Sight;
  consumer(over?: Partial<SessionDeps>): SessionConsumer;
  /** Event ids of what stands in the inbox. */
  raised(): Promise<string[]>;
  detections(): Promise<Detection[]>;
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const { url } = await createTestDatabase();
  const pool = createPool(url);
  const through = await sight();
  const detections = async () => {
    const { rows } = await pool.query<{ payload: Buffer }>('SELECT payload FROM tocsin.inbox ORDER BY event_id');
    return rows.map((row) => JSON.parse(row.payload.toString()) as Detection);
  };
  return {
    pool,
    through,
    consumer: (over) => new SessionConsumer({ pool, ...through, accept: acceptWithin, now: () => NOW, ...over }),
    raised: async () => (await detections()).map((each) => each.eventId),
    detections,
    close: () => pool.end(),
  };
}

/** What the pure rules find in all of the events at once: event ids of detections, sorted. */
export function expected(events: AuthEvent[], through: Sight): string[] {
  return judgeAll(see(events, through), through.policy)
    .map((finding) => detectionOf(finding).eventId)
    .sort();
}

/** A pool whose connection is lost at the n-th statement: before it is sent, or after it was carried out. */
export function losingPool(pool: Pool, nth: number, when: 'before' | 'after'): { pool: Pool; statements(): number } {
  let statements = 0;
  const lose = (client: PoolClient) =>
    new Proxy(client, {
      get(target, key) {
        if (key !== 'query') {
          const value = Reflect.get(target, key, target) as unknown;
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return async (...given: Parameters<PoolClient['query']>) => {
          statements += 1;
          const isThis = statements === nth;
          if (isThis && when === 'before') throw lost();
          const result = await (target.query as (...args: unknown[]) => Promise<unknown>)(...given);
          if (isThis) throw lost();
          return result;
        };
      },
    });
  const wrapped = new Proxy(pool, {
    get(target, key) {
      if (key === 'connect') return async () => lose(await target.connect());
      const value = Reflect.get(target, key, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { pool: wrapped, statements: () => statements };
}

/** An outage: the transaction helper closes such a connection, as a crash does. */
function lost(): Error {
  return Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
}
