/**
 * Tells incidents that mails of theirs came back: not of each event, but that their ledger is to be counted again. An event
 * whose mail has no row in the ledger yet waits until it has one.
 */
import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { CAME_BACK, FATE_KIND } from '../../../activities/delivery/ledger/delivery-events';
import { tocsin } from '../../../domain/kernel/command-lines';
import { type Repeating, repeating } from '../../../platform/repeating';
import { inTransaction } from '../../../postgres/transaction';
import { CAME_BACK_SIGNAL, type TellClosed } from './tell-closed';

const LOOK_MS = 10_000;
/** Of one notice it is told at most this often: a count reads its whole ledger. The longer it goes on, the seldomer. */
const RESTS_MS = [0, 60_000, 300_000, 900_000] as const;
/** After so long without anything new it is told at once again. */
const QUIET_MS = 3_600_000;
/** One that has stopped is tried again at most this often: it may be resumed. */
const STOPPED_MS = 3_600_000;
/** Notices of one look. */
const MOST = 200;
/** Events that nobody could be told of are kept in mind for so long. */
const TRIED_DAYS = 90;

interface Heard {
  incident: string;
  key: string;
  mails: number;
  /** Whether one of these mails came back: of others it is heard that they were delivered after all. */
  isBack: boolean;
  events: string[];
}

interface Told {
  at: number;
  times: number;
  stopped?: boolean;
}

export class CameBackTeller {
  private readonly told = new Map<string, Told>();
  private readonly looking: Repeating;

  constructor(
    private readonly pool: Pool,
    private readonly temporal: Pick<Client, 'workflow'>,
    private readonly tellClosed: TellClosed,
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
    everyMs = LOOK_MS,
  ) {
    this.looking = repeating(everyMs, () => this.look().catch((error) => this.failed(error)));
  }

  start(): void {
    this.looking.start();
  }

  /** Resolves when the look under way is done. */
  async stop(): Promise<void> {
    await this.looking.stop();
  }

  /** Tells each incident of whose mails something new is known and whose turn it is. */
  async look(): Promise<void> {
    const outage = await inTransaction(this.pool, async (client) => {
      // One at a time, of however many intakes; another one that looks now tells the same.
      const { rows } = await client.query<{ mine: boolean }>(
        `SELECT pg_try_advisory_xact_lock(hashtextextended('tocsin mails that came back', 0)) AS mine`,
      );
      for (const heard of rows[0]!.mine ? await untold(client) : []) {
        const away = await this.tell(client, heard);
        // Whoever was told before it stays told.
        if (away) return away;
      }
      return undefined;
    });
    if (outage) throw outage.error;
  }

  /** The error where nobody can be told now; one of an incident's own stops no other. */
  private async tell(
    client: PoolClient,
    { incident, key, mails, isBack, events }: Heard,
  ): Promise<{ error: unknown } | undefined> {
    const name = JSON.stringify(isBack ? [incident, key] : [incident, key, 'delivered']);
    const before = this.told.get(name);
    const now = this.now();
    const times = before && now - before.at < QUIET_MS ? before.times : 0;
    const rest = before?.stopped ? STOPPED_MS : RESTS_MS[Math.min(times, RESTS_MS.length - 1)]!;
    if (before && now - before.at < rest) return undefined;
    try {
      if (!(await this.signal(incident, key, isBack))) {
        // It has stopped, or is closed and would alarm of what was delivered: once it goes on it is told.
        this.told.set(name, { at: now, times: 0, stopped: true });
        const obligation = key.replace(/#\d+$/, '');
        const todo = `see \`${tocsin('notice recipients', { id: incident, obligation, state: 'came-back' })}\``;
        if (isBack && !before?.stopped)
          this.log.warn(
            { caseId: incident, obligation, mails },
            `mails of an incident that takes no message came back: ${todo}`,
          );
        return undefined;
      }
    } catch (error) {
      const code = refusalOf(error);
      if (code === undefined) return { error };
      this.told.set(name, { at: now, times: times + 1 });
      this.log.warn(
        { caseId: incident, code },
        'an incident does not take which mails of it came back: it is tried again',
      );
      return undefined;
    }
    await client.query('UPDATE tocsin.delivery_events SET told_at = now() WHERE event_id = ANY ($1)', [events]);
    this.told.set(name, { at: now, times: times + 1 });
    return undefined;
  }

  /** False where it has stopped, was erased, or is closed and nothing came back. */
  private async signal(incident: string, ledgerKey: string, isBack: boolean): Promise<boolean> {
    try {
      await this.temporal.workflow.getHandle(incident).signal(CAME_BACK_SIGNAL, { ledgerKey });
      return true;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      return isBack && this.tellClosed(incident, ledgerKey);
    }
  }

  private failed(error: unknown): void {
    const { code, name } = error as { code?: unknown; name?: string };
    this.log.warn({ code: code ?? name }, 'incidents cannot be told which mails came back: it is tried again');
  }
}

/**
 * Codes of gRPC that say something of Temporal as a whole: cancelled, too late, no such namespace, not allowed, not offered, away,
 * not known.
 */
const OUTAGES = [1, 4, 5, 7, 12, 14, 16];

/** The code with which Temporal refused one signal; `undefined` for an outage, and for whatever is no answer of its own. */
function refusalOf(error: unknown): number | undefined {
  for (let each = error; each instanceof Error; each = each.cause)
    if (isGrpcServiceError(each)) return OUTAGES.includes(each.code) ? undefined : each.code;
  return undefined;
}

async function untold(client: PoolClient): Promise<Heard[]> {
  const { rows } = await client.query<Heard & { mails: string }>(UNTOLD, [MOST, TRIED_DAYS]);
  return rows.map((row) => ({ ...row, mails: Number(row.mails) }));
}

// Also a delivery that comes after a soft bounce changes the count.
const UNTOLD = `
  WITH news AS (
    SELECT event_id, provider_message_id, received_at FROM tocsin.delivery_events
     WHERE told_at IS NULL AND kind IN ('${CAME_BACK.join("', '")}')
       AND received_at > now() - make_interval(days => $2)
    UNION ALL
    SELECT after.event_id, after.provider_message_id, after.received_at
      FROM tocsin.delivery_events AS soft
      JOIN tocsin.delivery_events AS after
        ON after.provider_message_id = soft.provider_message_id AND after.kind = 'delivered' AND after.told_at IS NULL
     WHERE soft.kind = 'soft-bounced' AND soft.told_at IS NOT NULL
  )
  SELECT delivery.incident_id AS incident, delivery.obligation_id AS key, count(DISTINCT delivery.id) AS mails,
         bool_or(fate.kind IN ('${CAME_BACK.join("', '")}')) AS "isBack", array_agg(news.event_id) AS events
    FROM news JOIN tocsin.deliveries AS delivery USING (provider_message_id) ${FATE_KIND}
   WHERE delivery.status = 'sent'
   GROUP BY 1, 2 ORDER BY "isBack" DESC, max(news.received_at) DESC LIMIT $1`;
