/** Verifies the audit logs again and again: what was added since the last time, and each of them whole once a day. */
import type { Pool } from 'pg';
import { isUnavailable } from '../../postgres/pool';
import { AuditUnreadableError } from './errors';
import { type NotedHead, noteHead, readHead } from './heads';
import { readAuditLines } from './read';
import { isUrl, readLog } from './sources';
import { type AuditVerification, type VerifyOptions, verifyAuditLog } from './verify';
import type { WatchedLog } from './watched-logs';

/** What a look at a log found. */
export type LookResult =
  | { outcome: 'unreadable'; reason: string }
  | ({ outcome: 'intact' | 'damaged'; whole: boolean } & AuditVerification);

const DAY_MS = 24 * 3_600_000;

export class LogWatcher {
  /** Logs that this process has verified whole. */
  private readonly seenWhole = new Set<string>();
  /** For the time that Postgres is away. */
  private readonly heads = new Map<string, NotedHead>();

  constructor(
    private readonly pool: Pool,
    readonly logs: WatchedLog[],
    private readonly now: () => Date,
  ) {}

  /**
   * Looks at a log. It is verified whole when this process has not done so yet, when that was a day ago, and where a
   * look at what is new finds anything wrong: so an edit before the last good head is found too, within a day at most.
   *
   * @throws RangeError when there is no such log.
   */
  async look(name: string, onProgress: VerifyOptions['onProgress']): Promise<LookResult> {
    const log = this.logs.find((each) => each.name === name);
    if (!log) throw new RangeError(`no audit log "${name}" is configured: look at TOCSIN_AUDIT_LOGS`);
    const startedAt = this.now();
    try {
      const head = await this.lastHead(name);
      const part =
        head && !this.wholeIsDue(name, head, startedAt) ? await this.verify(log, onProgress, head, true) : undefined;
      // Damage is confirmed by a second look: a log can be mended by its writer just while it is read.
      let result = part?.ok ? part : await this.verify(log, onProgress, head);
      if (!result.ok) result = await this.verify(log, onProgress, head);
      const whole = result !== part;
      if (!result.ok) return { outcome: 'damaged', whole, ...result };
      if (whole) this.seenWhole.add(name);
      if (whole || result.head.seq !== head?.seq) await this.note(name, result, whole, startedAt, head);
      return { outcome: 'intact', whole, ...result };
    } catch (error) {
      const reason = unreadable(error);
      if (reason === undefined) throw error;
      return { outcome: 'unreadable', reason };
    }
  }

  private wholeIsDue(name: string, { wholeAt, seq }: NotedHead, now: Date): boolean {
    if (seq === 0 || !this.seenWhole.has(name)) return true;
    return wholeAt === undefined || now.getTime() - Date.parse(wholeAt) >= DAY_MS;
  }

  /** Verifies a log against a head noted before: from there on where its kind allows it, else whole. */
  private verify(
    { location }: WatchedLog,
    onProgress: VerifyOptions['onProgress'],
    head: NotedHead | undefined,
    partly = false,
  ): Promise<AuditVerification> {
    const isDatabase = location === 'db';
    const from = partly && head && canResume(location) ? head : undefined;
    const chunks = isDatabase
      ? readAuditLines(this.pool, from ? from.seq - 1 : 0)
      : readLog(location, from ? from.offset : 0);
    return verifyAuditLog(chunks, { head, from, onProgress, growing: true, canonical: isDatabase });
  }

  private async lastHead(name: string): Promise<NotedHead | undefined> {
    try {
      return (await readHead(this.pool, name)) ?? this.heads.get(name);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return this.heads.get(name);
    }
  }

  private async note(
    name: string,
    { head, line, offset }: AuditVerification,
    whole: boolean,
    at: Date,
    before: NotedHead | undefined,
  ): Promise<void> {
    const noted = { ...head, line, offset };
    this.heads.set(name, { ...noted, wholeAt: whole ? at.toISOString() : before?.wholeAt });
    try {
      await noteHead(this.pool, name, noted, whole, at);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
  }
}

/** Plain files and Postgres can be read from a place on; what comes packed or over the web is read whole. */
function canResume(location: string): boolean {
  return !isUrl(location) && !location.endsWith('.gz');
}

function unreadable(error: unknown): string | undefined {
  if (error instanceof AuditUnreadableError) return error.message;
  return isUnavailable(error) ? 'Postgres cannot be reached' : undefined;
}
