import type { Pool, PoolClient } from 'pg';
import type { ReporterMailKind, ReporterMailOutcome, WithheldMail } from '../../../domain/report/state';
import { inTransaction } from '../../../postgres/transaction';
import { REPORT_PATH } from '../security-txt';
import { ASKED_COUNTS_DAYS, LED_TO_NOTHING, sentFrom } from './erased-requests';
import { PROOF_COLUMNS, type Proved, ReporterProofs, type ReportKeys, type StoredProofs } from './reporter-proof';

/** Where a reporter is written to, and how a mail to them stands. */
export interface ReporterMailState {
  /** Absent when this mail is not sent, as its outcome says. */
  email?: string;
  /** By which whoever reads the mail confirms that they reported; only of the mail that asks for it. */
  confirmUrl?: string;
  /** When this mail was first claimed; a later attempt goes on under the same claim. */
  claimedAt: Date;
  outcome?: ReporterMailOutcome;
}

/**
 * The request to confirm goes to whatever address somebody typed in, or was named as the sender of a mail, perhaps a stranger's:
 * an address that was asked of late and did not confirm is not asked again. One network sets off only so many a day; a mail
 * has none, so there the domain it says it is from counts, and all that come by mail.
 */
const A_DAY = { network: 3, mailDomain: 5, byMail: 20 } as const;

/** Requests to confirm that led to nothing yet; $3 is the hash of the domain that this report was sent from by mail. */
const ASKED = `(
  SELECT other.same_sender, other.network, theirs.claimed_at AS asked_at, other.via = 'mail' AS by_mail,
         other.via = 'mail' AND ${domainOf('other')} = ${domainOf('report')} AS same_domain
    FROM tocsin.vulnerability_reports AS other JOIN tocsin.vulnerability_report_mails AS theirs USING (report_id)
   WHERE other.report_id <> report.report_id AND ${LED_TO_NOTHING}
  UNION ALL
  SELECT gone.same_sender, gone.network, gone.asked_at, gone.mail_domain IS NOT NULL, gone.mail_domain = $3
    FROM tocsin.erased_report_requests AS gone) AS asked`;
const WRITTEN_TO = `EXISTS (SELECT FROM ${ASKED} WHERE asked.same_sender = report.same_sender
   AND asked.asked_at > own.claimed_at - interval '${ASKED_COUNTS_DAYS} days')`;
const SET_OFF = setOff('asked.network = report.network', A_DAY.network);
const SET_OFF_BY_MAIL = `report.via = 'mail' AND (${setOff('asked.same_domain', A_DAY.mailDomain)}
   OR ${setOff('asked.by_mail', A_DAY.byMail)})`;
const WITHHELD = `CASE
  WHEN reporter_email IS NULL THEN 'no-address'
  WHEN mail = 'acknowledgement' AND confirmed_at IS NULL THEN 'not-confirmed'
  WHEN mail = 'confirmation' AND confirm_base IS NULL THEN 'no-link'
  WHEN mail = 'confirmation' AND (${WRITTEN_TO} OR ${SET_OFF}) THEN 'limited'
  WHEN mail = 'confirmation' AND ${SET_OFF_BY_MAIL} THEN 'limited'
END`;

/** As many addresses were asked in a day as `condition` may set off. */
function setOff(condition: string, most: number): string {
  return `(SELECT count(DISTINCT asked.same_sender) FROM ${ASKED} WHERE ${condition}
   AND asked.asked_at > own.claimed_at - interval '24 hours') >= ${most}`;
}

/** Addresses are stored in their one spelling. */
function domainOf(report: string): string {
  return `lower(substring(${report}.reporter_email FROM '[^@]*$'))`;
}

interface Row extends StoredProofs {
  reporter_email: string;
  withheld: WithheldMail | null;
  confirm_base: string | null;
  key: Buffer;
  claimed_at: Date;
  outcome: ReporterMailOutcome | null;
}

/** One claim at a time counts what others claimed, and what an erasure keeps of them: "rep-mail" in ASCII. */
export const MAILS_LOCK = 0x7265702d6d61696cn;

/**
 * Claims a mail to a reporter before it is sent, or settles that it is not sent; a repeat answers the same. But for the
 * request to confirm it, an address has none until it was confirmed. Throws for an unknown report.
 */
export function claimReporterMail(
  pool: Pool,
  reportId: string,
  mail: ReporterMailKind,
  now: Date,
  keys: ReportKeys = {},
): Promise<ReporterMailState> {
  return inTransaction(pool, (client) => claim(client, reportId, mail, now, keys), MAILS_LOCK);
}

async function claim(
  client: PoolClient,
  reportId: string,
  mail: ReporterMailKind,
  now: Date,
  { keys, onForged = () => {} }: ReportKeys,
): Promise<ReporterMailState> {
  await client.query(
    `INSERT INTO tocsin.vulnerability_report_mails (report_id, mail, claimed_at)
     SELECT report_id, $2, $3 FROM tocsin.vulnerability_reports WHERE report_id = $1
     ON CONFLICT DO NOTHING`,
    [reportId, mail, now],
  );
  const from = await sentFrom(client, reportId);
  const { rows } = await client.query<Row>(
    `SELECT reporter_email, ${WITHHELD} AS withheld, confirm_base, claimed_at, outcome, ${PROOF_COLUMNS},
            (SELECT key FROM tocsin.vulnerability_report_key) AS key
       FROM tocsin.vulnerability_reports AS report JOIN tocsin.vulnerability_report_mails AS own USING (report_id)
      WHERE report_id = $1 AND mail = $2`,
    [reportId, mail, from],
  );
  const [row] = rows;
  if (!row) throw new Error(`there is no vulnerability report ${reportId} in this database: check DATABASE_URL`);
  const { claimed_at: claimedAt, outcome, reporter_email: email } = row;
  if (outcome !== null) return { claimedAt, outcome };
  const report = { reportId, email, confirmBase: row.confirm_base };
  const proofs = new ReporterProofs(keys, row.key);
  const forged = row.withheld === null ? FORGED[mail](proofs, report, row) : undefined;
  if (forged) onForged(`report ${reportId}: ${forged}`);
  const withheld = forged ? 'not-confirmed' : row.withheld;
  if (withheld !== null) {
    await settleReporterMail(client, reportId, mail, withheld, now);
    return { claimedAt, outcome: withheld };
  }
  if (mail === 'acknowledgement') return { claimedAt, email };
  const link = `${row.confirm_base}${REPORT_PATH}/${reportId}/${proofs.token(report)}`;
  return { claimedAt, email, confirmUrl: link };
}

/** Why a mail would go out on the word of nobody who has the keys. */
const FORGED: Record<
  ReporterMailKind,
  (proofs: ReporterProofs, report: Proved, row: StoredProofs) => string | undefined
> = {
  acknowledgement: (proofs, report, row) =>
    proofs.wasConfirmed(report, row) ? undefined : 'its address was confirmed at no intake: nothing is mailed to it',
  confirmation: (proofs, report, row) =>
    proofs.wasTaken(report, row)
      ? undefined
      : 'it was taken by no intake as it stands there: nobody is asked to confirm it',
};

/** Writes down what came of a mail; the first outcome stays. */
export async function settleReporterMail(
  pool: Pool | PoolClient,
  reportId: string,
  mail: string,
  outcome: string,
  now: Date,
): Promise<void> {
  await pool.query(
    `UPDATE tocsin.vulnerability_report_mails SET settled_at = $4, outcome = $3
      WHERE report_id = $1 AND mail = $2 AND settled_at IS NULL`,
    [reportId, mail, outcome, now],
  );
}
