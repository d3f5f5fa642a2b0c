/**
 * Erases the personal data of an incident: its data key is destroyed, what the delivery ledger holds about people is taken
 * out, and an entry of the register says so. All of it is one transaction, so a crash leaves everything or nothing done,
 * and repeating it is harmless. The tree does not change: every entry verifies as before.
 */
import type { Pool, PoolClient } from 'pg';
import { isOver, type Retention, type RetentionReason, type RetentionTable } from '../../domain/incident/retention';
import { human } from '../../domain/kernel/time';
import type { Disclosures } from '../../domain/policy/disclosure';
import { inTransaction } from '../../postgres/transaction';
import { recordInTransaction, WRITERS_LOCK } from '../append/in-transaction';
import { ErasureRefusedError } from '../errors';
import type { Queryable } from '../read-entries';
import { countPersonal } from './count-personal';
import { type DeliveriesHeld, deliveriesHeld, eraseDeliveries, lockDeliveries } from './erase-deliveries';
import { retentionOfIncident } from './incident-retention';

/** Who erases what, and why. */
export interface ErasureRequest {
  incidentId: string;
  by: string;
  reason: string;
  /** A request that lawfully asks for it before the retention is over: its reference, and the ground, like `gdpr-17-1`. */
  lawful?: { reference: string; ground: string };
  /** Its workflow and the deliveries it started are known not to run any more. */
  workflowClosed: boolean;
}

/** What an erasure takes away, found before anything is done. */
export interface ErasurePlan {
  incidentId: string;
  /** Whether the register says that it was closed. */
  closed: boolean;
  retention: Retention;
  /** Entries with personal fields, and how many fields those are. */
  entries: number;
  fields: number;
  deliveries: DeliveriesHeld;
  /** Since when it is erased already. */
  erasedAt?: string;
  /** Why it is refused; absent when it may be done. */
  refusal?: string;
}

/** Looks at what would go, without a change. @throws UnknownIncidentError, ErasureRefusedError when it is no incident. */
export async function planErasure(
  client: Queryable,
  request: ErasureRequest,
  table: RetentionTable,
  now: Date,
): Promise<ErasurePlan> {
  const { incidentId } = request;
  const { state, retention, erasedAt } = await retentionOfIncident(client, incidentId, table);
  const personal = erasedAt ? { entries: 0, fields: 0 } : await countPersonal(client, incidentId);
  const deliveries = await deliveriesHeld(client, incidentId);
  const closed = state.closedAt !== undefined;
  const plan = { incidentId, closed, retention, ...personal, deliveries, ...(erasedAt && { erasedAt }) };
  const refusal = erasedAt ? undefined : refusalOf(plan, request, now);
  return { ...plan, ...(refusal && { refusal }) };
}

/**
 * Erases an incident; answers what went, and the number of the entry that records it (none when it was erased before).
 *
 * @throws ErasureRefusedError with the date and the citations when it may not be done; nothing was changed then.
 */
export async function eraseIncident(
  pool: Pool,
  request: ErasureRequest,
  policy: { table: RetentionTable; disclosures: Disclosures },
  now: Date,
): Promise<ErasurePlan & { seq?: number }> {
  return inTransaction(
    pool,
    async (client) => {
      await lockDeliveries(client, request.incidentId);
      const plan = await planErasure(client, request, policy.table, now);
      if (plan.refusal) throw new ErasureRefusedError(plan.refusal);
      if (plan.erasedAt) return plan;
      await destroyKey(client, request.incidentId, now);
      await eraseDeliveries(client, request.incidentId, now);
      const seq = await recordInTransaction(client, policy.disclosures, {
        kind: 'register-erased',
        by: request.by,
        at: now,
        data: entryOf(plan, request),
      });
      return { ...plan, seq };
    },
    BigInt(WRITERS_LOCK),
  );
}

async function destroyKey(client: PoolClient, incidentId: string, now: Date): Promise<void> {
  // The connection has stepped down to the writer, which destroys no key: until the end of the transaction it is who logged in.
  await client.query('SET LOCAL ROLE NONE');
  // An incident whose entries hold nothing personal may have no key yet: it gets none any more.
  await client.query(
    `INSERT INTO tocsin.register_keys AS present (incident_id, key, destroyed_at) VALUES ($1, NULL, $2)
       ON CONFLICT (incident_id) DO UPDATE SET key = NULL, destroyed_at = $2`,
    [incidentId, now],
  );
}

function entryOf(plan: ErasurePlan, { incidentId, reason, lawful }: ErasureRequest): object {
  return {
    incidentId,
    reason,
    ground: lawful?.ground ?? 'retention-over',
    ...(lawful && { request: lawful.reference }),
    ...(plan.retention.until && { retentionUntil: plan.retention.until }),
    entries: plan.entries,
    fields: plan.fields,
    deliveries: plan.deliveries.total,
  };
}

function refusalOf(
  { incidentId, closed, retention, deliveries }: Omit<ErasurePlan, 'refusal'>,
  { lawful, workflowClosed }: ErasureRequest,
  now: Date,
): string | undefined {
  if (!closed && !workflowClosed) {
    return `incident ${incidentId} is not closed: close it first. What is still to be done needs its content`;
  }
  if (deliveries.open > 0 && !workflowClosed) {
    return (
      `${deliveries.open} ${deliveries.open === 1 ? 'notice' : 'notices'} of incident ${incidentId} may still be sent: ` +
      'wait until each is sent or has failed, or until its workflows have ended'
    );
  }
  if (lawful || isOver(retention, now.toISOString())) return undefined;
  const until = retention.until ? `until ${human(retention.until)}` : 'and has no end yet, as it is not closed';
  return (
    `incident ${incidentId} is kept ${until}: ${retention.because.map(citationOf).join('; ')}. ` +
    'The right to erasure does not reach what a legal obligation keeps (GDPR Art. 17(3)(b)). A person may decide ' +
    'otherwise on a lawful request: --lawful-request REF --ground GROUND (like gdpr-17-1) --by WHO --reason TEXT'
  );
}

/** `SOR/2018-64 s. 6, P24M until 2028-04-01 (confirm with counsel)` */
export function citationOf({ citation, period, until, confirmWithCounsel, ownTarget }: RetentionReason): string {
  const notes = [...(ownTarget ? ['own target'] : []), ...(confirmWithCounsel ? ['confirm with counsel'] : [])];
  const end = until ? ` until ${until.slice(0, 10)}` : '';
  return `${citation}, ${period}${end}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
}
