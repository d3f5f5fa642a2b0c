/**
 * Requests to confirm an address whose report was erased since: they go on counting, as keyed hashes and an instant in a table
 * of their own, until nothing is bounded by them any more.
 */
import type { Pool, PoolClient } from 'pg';
import { mailDomain } from '../../../activities/mail/mail-address';
import { keyedHash, readKey } from './keyed-hash';

/** How long a request that led to nothing keeps its address from being asked again. */
export const ASKED_COUNTS_DAYS = 7;

/** Of a mail `theirs` of a report `other`: the request went out, or is going out now, and led to nothing yet. */
export const LED_TO_NOTHING = `theirs.mail = 'confirmation' AND other.confirmed_at IS NULL
   AND coalesce(theirs.outcome, 'sent') IN ('sent', 'refused', 'unknown')`;

/** Keeps what counts of a report that is about to be erased. Needs the lock of claims. */
export async function keepRequests(client: PoolClient, reportId: string, now: Date): Promise<void> {
  const domain = await sentFrom(client, reportId);
  await client.query(
    `INSERT INTO tocsin.erased_report_requests (same_sender, network, mail_domain, asked_at)
     SELECT other.same_sender, other.network, $2, theirs.claimed_at
       FROM tocsin.vulnerability_reports AS other JOIN tocsin.vulnerability_report_mails AS theirs USING (report_id)
      WHERE report_id = $1 AND other.same_sender IS NOT NULL AND ${LED_TO_NOTHING}`,
    [reportId, domain],
  );
  await forgetRequests(client, now);
}

/** Removes those that bound nothing any more. */
export async function forgetRequests(client: Pool | PoolClient, now: Date): Promise<void> {
  await client.query(
    `DELETE FROM tocsin.erased_report_requests
      WHERE asked_at <= $1::timestamptz - interval '${ASKED_COUNTS_DAYS} days'`,
    [now],
  );
}

/** The hash of the domain that a report by mail was sent from; null for one that came by another way. */
export async function sentFrom(client: PoolClient, reportId: string): Promise<Buffer | null> {
  const { rows } = await client.query<{ email: string }>(
    `SELECT reporter_email AS email FROM tocsin.vulnerability_reports
      WHERE report_id = $1 AND via = 'mail' AND reporter_email IS NOT NULL`,
    [reportId],
  );
  return rows[0] ? keyedHash(await readKey(client))('mail-domain', mailDomain(rows[0].email)) : null;
}
