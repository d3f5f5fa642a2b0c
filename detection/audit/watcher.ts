/** Verifies the audit logs again and again: what was added since the last time, and each of them whole once a day. */
import { stat } from 'node:fs/promises';
import type { Pool } from 'pg';
import { isUnavailable } from '../../postgres/pool';
import type { Resume } from './chain-verifier';
import type { AuditHead } from './entry';
import { AuditUnreadableError } from './errors';
import { type NotedHead, noteHead, readHead, readHeadAt } from './heads';
import { readAuditLines } from './read';
import { firstEntry, rotatedFiles } from './rotation';
import { isUrl, logName, readLog } from './sources';
import { type AuditVerification, placeOfLine, type VerifyOptions, verifyAuditLog, verifyParts } from './verify';
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
  /** The entry before the first one of a file that was rotated into place. */
  private readonly starts = new Map<string, AuditHead>();

  constructor(
    private readonly pool: Pool,
    readonly logs: WatchedLog[],
    private readonly now: () => Date,
  ) {}

  /**
   * Looks at a log. It is verified whole when this process has not done so yet, when that was a day ago, and where a
   * look at what is new finds anything wrong: so an edit before the last good head is found too, within a day at most.
   * Where the file is another one that goes on after the last good head, the log was rotated, and nothing is wrong.
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
        head && !this.wholeIsDue(name, head, startedAt) ? await this.verifyPart(log, onProgress, head) : undefined;
      // Damage is confirmed by a second look: a log can be mended by its writer just while it is read.
      let result = part?.ok ? part : await this.verifyWhole(log, onProgress, head);
      if (!result.ok) result = await this.verifyWhole(log, onProgress, head);
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

  /** From a head noted before on, where the log's kind allows it, else whole. */
  private verifyPart(log: WatchedLog, onProgress: VerifyOptions['onProgress'], head: NotedHead) {
    return canResume(log.location) ? this.verify(log, onProgress, head, head) : this.verifyWhole(log, onProgress, head);
  }

  /** From its first entry on: number 1, or the one that goes on after a file that was rotated away. */
  private async verifyWhole(
    log: WatchedLog,
    onProgress: VerifyOptions['onProgress'],
    head: NotedHead | undefined,
  ): Promise<AuditVerification> {
    const start = head && (await this.startOf(log.name, head));
    const result = await this.verify(log, onProgress, head, start && { ...start, line: 0, offset: 0 });
    if (result.ok || !head || log.location === 'db') return result;
    return (await this.rotated(log, onProgress, head)) ?? result;
  }

  private verify(
    { location }: WatchedLog,
    onProgress: VerifyOptions['onProgress'],
    head: NotedHead | undefined,
    from: Resume | undefined,
  ): Promise<AuditVerification> {
    const isDatabase = location === 'db';
    const chunks = isDatabase
      ? readAuditLines(this.pool, from ? from.seq - 1 : 0)
      : readLog(location, from ? from.offset : 0);
    return verifyAuditLog(chunks, { head, from, onProgress, growing: true, canonical: isDatabase });
  }

  /**
   * The log as one that was rotated: the file begins after the last good head, right there or behind what the files beside it
   * hold. Undefined where it is no such file. What is missing in between is damage.
   */
  private async rotated(
    log: WatchedLog,
    onProgress: VerifyOptions['onProgress'],
    head: NotedHead,
  ): Promise<AuditVerification | undefined> {
    const { name, location } = log;
    const first = await firstEntry(location);
    if (first ? first.seq <= head.seq : !(await isEmpty(location))) return undefined;
    const goesOn = first?.seq === head.seq + 1 && first.prev === head.hash;
    const before = goesOn || isUrl(location) ? [] : await rotatedFiles(location, head);
    // An empty file with nothing beside it was emptied.
    if (!first && before.length === 0) return undefined;
    const [oldest] = before;
    const from = oldest ? { seq: oldest.seq - 1, hash: oldest.prev } : head;
    const { parts, ...result } = await verifyParts([...before.map(({ file }) => readLog(file)), readLog(location)], {
      head,
      from: { ...from, line: 0, offset: 0 },
      onProgress,
      growing: true,
    });
    if (result.damage) {
      const { part, line } = placeOfLine(result.damage.line, parts);
      const at = before[part] ? `in ${logName(before[part].file)}: ` : '';
      return { ...result, damage: { ...result.damage, line, reason: at + result.damage.reason } };
    }
    const {
      head: start,
      lines,
      bytes,
    } = parts.at(-2) ?? { head: { seq: head.seq, hash: head.hash }, lines: 0, bytes: 0 };
    await this.noteStart(name, start);
    const line = result.line - lines;
    return { ...result, line, offset: line === 0 ? 0 : result.offset - bytes };
  }

  /** The entry before the first one of the file in which a head lies; undefined where that one is number 1. */
  private async startOf(name: string, { seq, line }: NotedHead): Promise<AuditHead | undefined> {
    const start = seq - line;
    if (start <= 0) return undefined;
    const known = this.starts.get(name);
    if (known?.seq === start) return known;
    try {
      return await readHeadAt(this.pool, name, start);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return undefined;
    }
  }

  private async noteStart(name: string, start: AuditHead): Promise<void> {
    this.starts.set(name, start);
    try {
      await noteHead(this.pool, name, { ...start, line: 0, offset: 0 }, false, this.now());
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
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

async function isEmpty(location: string): Promise<boolean> {
  if (isUrl(location)) return false;
  return (await stat(location)).size === 0;
}

function unreadable(error: unknown): string | undefined {
  if (error instanceof AuditUnreadableError) return error.message;
  return isUnavailable(error) ? 'Postgres cannot be reached' : undefined;
}
