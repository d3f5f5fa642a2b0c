/**
 * Who has the database's login alone speaks for no reporter: the secret part of a link, that an intake took a report, and that
 * its address was confirmed are proved by keys that are not in the database. They are derived from those that seal payloads,
 * which workers and intake have (HKDF-SHA-256, RFC 5869).
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { encryptionKeyOf } from '../../../platform/encryption-key';

/** Bytes of a token: nobody guesses it. */
const TOKEN_BYTES = 18;

/** With what reports are proved. */
export interface ReportKeys {
  /** The keys of workers and intake (`ID:BASE64`); without them the database itself is believed. */
  keys?: readonly string[];
  /** Something in the database is from nobody who has the keys. It counts for nothing. */
  onForged?(what: string): void;
}

/** A report as its proofs are bound to it. */
export interface Proved {
  reportId: string;
  email: string | null;
  confirmBase: string | null;
}

/** What the database says of a report's proofs. */
export interface StoredProofs {
  /** From before proofs were asked for. */
  earlier: boolean;
  taken_proof: Buffer | null;
  confirm_proof: Buffer | null;
  confirmed_at: Date | null;
}
export const PROOF_COLUMNS = 'earlier, taken_proof, confirm_proof, confirmed_at';

/** Proofs about reports, by the first key of a ring; what any of its keys proved is believed. */
export class ReporterProofs {
  private readonly secrets: Buffer[];

  constructor(
    keys: readonly string[] = [],
    /** The key in the database, by which links were made before, and are made without other keys. */
    private readonly databaseKey: Uint8Array,
  ) {
    this.secrets = keys.flatMap((entry) => {
      const key = encryptionKeyOf(entry)?.key;
      return key ? [Buffer.from(hkdfSync('sha256', key, '', 'reporter-proof', 32))] : [];
    });
  }

  /** The secret part of a report's link: the same for the same report, as the mail's idempotency key demands. */
  token(report: Proved): string {
    const [secret] = this.secrets;
    return secret ? tokenText(mac(secret, 'link', report.reportId, report.email)) : this.formerToken(report);
  }

  isToken(given: string, report: Proved, { earlier }: Pick<StoredProofs, 'earlier'>): boolean {
    const right = this.secrets.map((secret) => tokenText(mac(secret, 'link', report.reportId, report.email)));
    if (earlier || this.secrets.length === 0) right.push(this.formerToken(report));
    return right.some((token) => isSame(Buffer.from(given), Buffer.from(token)));
  }

  /** That an intake took the report, with the address and the place to which its link leads; null without keys. */
  taken(report: Proved): Buffer | null {
    return this.proof('taken', report.reportId, report.email, report.confirmBase);
  }

  wasTaken(report: Proved, { earlier, taken_proof }: StoredProofs): boolean {
    return this.holds(earlier, taken_proof, 'taken', report.reportId, report.email, report.confirmBase);
  }

  /** That whoever reads the address confirmed; null without keys. */
  confirmed(report: Proved): Buffer | null {
    return this.proof('confirmed', report.reportId, report.email);
  }

  wasConfirmed(report: Proved, { earlier, confirm_proof, confirmed_at }: StoredProofs): boolean {
    return confirmed_at !== null && this.holds(earlier, confirm_proof, 'confirmed', report.reportId, report.email);
  }

  private proof(...of: Array<string | null>): Buffer | null {
    const [secret] = this.secrets;
    return secret ? mac(secret, ...of) : null;
  }

  private holds(earlier: boolean, proof: Buffer | null, ...of: Array<string | null>): boolean {
    if (earlier || this.secrets.length === 0) return true;
    return proof !== null && this.secrets.some((secret) => isSame(proof, mac(secret, ...of)));
  }

  private formerToken({ reportId }: Proved): string {
    return tokenText(createHmac('sha256', this.databaseKey).update('confirm\0').update(reportId).digest());
  }
}

function mac(secret: Uint8Array, ...of: Array<string | null>): Buffer {
  return createHmac('sha256', secret).update(JSON.stringify(of)).digest();
}

function tokenText(bytes: Buffer): string {
  return bytes.subarray(0, TOKEN_BYTES).toString('base64url');
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
