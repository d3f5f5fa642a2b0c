import { createHash, randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { addressKey } from '../../../activities/mail/mail-address';
import { inTransaction } from '../../../postgres/transaction';
import { canonicalText } from '../../../register/canonical';
import { keyedHash, readKey } from './keyed-hash';
import { ReporterProofs, type ReportKeys } from './reporter-proof';

/** What somebody reported, and who they are. Lives in this table alone. */
export interface ReportContent {
  text: string;
  email?: string;
  name?: string;
  credit: 'named' | 'anonymous';
}

export interface GivenReport {
  reportId: string;
  receivedAt: Date;
  via: 'form' | 'json' | 'mail';
  content: ReportContent;
  /** The sender's own key for this request: the same key is the same report. */
  key?: string;
  /** The network address it came from: an IPv4 address, or the /64 of an IPv6 one. */
  origin?: string;
  /** The network that it stands in: /24 or /48. */
  network?: string;
  /** The address of this server, under which the reporter confirms theirs; absent when nobody configured it. */
  confirmBase?: string;
  /** The input of its workflow but for what is worked out here. */
  workflowInput: object;
}

/**
 * Above these a report is not taken. Counted are reports that nobody has acknowledged, and those of the last hour. Those in
 * all (`open`, `perHour`) hold for networks that have reported something: one that has not is let in until `NEWCOMERS` times
 * as many are there, so that whoever fills the channel closes it for themselves.
 */
export interface ReportLimits {
  openFromOneSender: number;
  openFromOneOrigin: number;
  openFromOneNetwork: number;
  open: number;
  perHour: number;
}

/**
 * `accepted`: committed, under this id; `fresh` when it was not there before. `key-reused`: the key came before with
 * another report. `limited`: too many, by which count.
 */
export type Acceptance =
  | { outcome: 'accepted'; reportId: string; receivedAt: Date; fresh: boolean }
  | { outcome: 'key-reused' }
  | { outcome: 'limited'; by: keyof ReportLimits };

/** One intake at a time counts and inserts: "reports" in ASCII. Reports are few. */
const REPORTS_LOCK = 0x7265706f727473n;

/**
 * Takes a report: the same content from the same sender within a day, or under the same key, is one report. Committed
 * when it returns. Throws the driver's error; `isUnavailable` tells an outage.
 */
export async function acceptReport(
  pool: Pool,
  given: GivenReport,
  limits: ReportLimits,
  { keys }: ReportKeys = {},
): Promise<Acceptance> {
  const { content, key, origin, network } = given;
  return inTransaction(
    pool,
    async (client) => {
      const databaseKey = await readKey(client);
      const hash = keyedHash(databaseKey);
      const address = content.email === undefined ? undefined : addressKey(content.email);
      const sender = address ?? origin ?? '';
      const marks = {
        report: hash('report', canonicalText([sender, content.text, content.name ?? '', content.credit])),
        key: key === undefined ? null : hash('key', key),
        sender: address === undefined ? null : hash('sender', address),
        origin: origin === undefined ? null : hash('origin', origin),
        network: network === undefined ? null : hash('network', network),
      };
      const same = await findSame(client, given.receivedAt, marks.report, marks.key);
      if (same) return same;
      const by = await exceeded(client, given.receivedAt, marks, limits);
      if (by) return { outcome: 'limited', by };
      await insert(client, given, marks, new ReporterProofs(keys, databaseKey));
      return { outcome: 'accepted', reportId: given.reportId, receivedAt: given.receivedAt, fresh: true };
    },
    REPORTS_LOCK,
  );
}

/** What a report commits to: SHA-256 over the salt and the canonical JSON of its content. */
export function commitmentOf(salt: Uint8Array, content: ReportContent): string {
  return createHash('sha256').update(salt).update(canonicalText(content)).digest('hex');
}

/** Keyed hashes by which reports are compared; none can be read back. */
interface Marks {
  report: Buffer;
  key: Buffer | null;
  sender: Buffer | null;
  origin: Buffer | null;
  network: Buffer | null;
}

/** How many times the limits in all hold for networks that have reported nothing yet. */
const NEWCOMERS = 5;

async function findSame(
  client: PoolClient,
  now: Date,
  report: Buffer,
  key: Buffer | null,
): Promise<Acceptance | undefined> {
  const { rows } = await client.query<{ report_id: string; received_at: Date; same: boolean }>(
    `SELECT report_id, received_at, same_report = $2 AS same FROM tocsin.vulnerability_reports
      WHERE received_at > $1::timestamptz - interval '24 hours' AND (same_report = $2 OR same_key = $3)
      ORDER BY (same_key = $3) DESC NULLS LAST, received_at LIMIT 1`,
    [now, report, key],
  );
  const [row] = rows;
  if (!row) return undefined;
  if (!row.same) return { outcome: 'key-reused' };
  return { outcome: 'accepted', reportId: row.report_id, receivedAt: row.received_at, fresh: false };
}

async function exceeded(
  client: PoolClient,
  now: Date,
  { sender, origin, network }: Pick<Marks, 'sender' | 'origin' | 'network'>,
  limits: ReportLimits,
): Promise<keyof ReportLimits | undefined> {
  const { rows } = await client.query<Record<keyof ReportLimits | 'known', string>>(
    // Whoever claims an address from another network takes nothing from whose it is, unless it was confirmed.
    `SELECT count(*) FILTER (WHERE waiting AND same_sender = $2
                               AND (confirmed_at IS NOT NULL OR network IS NOT DISTINCT FROM $4)) AS "openFromOneSender",
            count(*) FILTER (WHERE waiting AND origin = $3) AS "openFromOneOrigin",
            count(*) FILTER (WHERE waiting AND network = $4) AS "openFromOneNetwork",
            count(*) FILTER (WHERE network = $4 AND (waiting OR received_at > $1::timestamptz - interval '1 hour')) AS known,
            count(*) FILTER (WHERE waiting) AS "open",
            count(*) FILTER (WHERE received_at > $1::timestamptz - interval '1 hour') AS "perHour"
       FROM (SELECT same_sender, origin, network, received_at, confirmed_at, NOT EXISTS (
                      SELECT FROM tocsin.register_entries
                       WHERE incident_id = report_id AND kind IN ('acknowledged', 'closed')) AS waiting
               FROM tocsin.vulnerability_reports) AS reports`,
    [now, sender, origin, network],
  );
  const counted = rows[0]!;
  const own = (['openFromOneSender', 'openFromOneOrigin', 'openFromOneNetwork'] as const).find(
    (name) => Number(counted[name]) >= limits[name],
  );
  if (own) return own;
  const isNew = network !== null && Number(counted.known) === 0;
  const times = isNew ? NEWCOMERS : 1;
  return (['open', 'perHour'] as const).find((name) => Number(counted[name]) >= limits[name] * times);
}

async function insert(
  client: PoolClient,
  { reportId, receivedAt, via, content, confirmBase, workflowInput }: GivenReport,
  marks: Marks,
  proofs: ReporterProofs,
): Promise<void> {
  const salt = randomBytes(32);
  const length = Buffer.byteLength(content.text);
  const commitment = commitmentOf(salt, content);
  await client.query(
    `INSERT INTO tocsin.vulnerability_reports
       (report_id, received_at, via, content, reporter_email, reporter_name, credit, salt,
        same_report, same_key, same_sender, origin, network, length, commitment, workflow_input, confirm_base, taken_proof)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
    [
      reportId,
      receivedAt,
      via,
      content.text,
      content.email ?? null,
      content.name ?? null,
      content.credit,
      salt,
      marks.report,
      marks.key,
      marks.sender,
      marks.origin,
      marks.network,
      length,
      commitment,
      JSON.stringify({ ...workflowInput, length, commitment }),
      confirmBase ?? null,
      proofs.taken({ reportId, email: content.email ?? null, confirmBase: confirmBase ?? null }),
    ],
  );
}
