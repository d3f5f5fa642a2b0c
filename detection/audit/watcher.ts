/** Verifies the audit logs again and again: what was added since the last time, and each of them whole once a day. */
import { stat } from 'node:fs/promises';
import type { Pool } from 'pg';
import { isUnavailable } from '../../postgres/outage';
import type { Resume } from './chain-verifier';
import type { AuditHead } from './entry';
import { AuditUnreadableError } from './errors';
import { type NotedHead, noteHead, readHead, readHeadAt } from './heads';
import { readAuditLines } from './read';
import { firstEntry, rotatedFiles } from './rotation';
import { type SignInRules, SignIns } from './sign-ins';
import { isUrl, logName, readLog } from './sources';
import { type AuditVerification, placeOfLine, type VerifyOptions, verifyAuditLog, verifyParts } from './verify';
import type { WatchedLog } from './watched-logs';

/** What a look at a log found. */
export type LookResult =
  | { outcome: 'unreadable'; reason: string }
  | ({ outcome: 'intact' | 'damaged'; whole: boolean } & AuditVerification);

/** What is told while a log is verified. */
type Told = Pick<VerifyOptions, 'onProgress' | 'onEntry' | 'afterChunk'> & { kept?: () => boolean };

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
    private readonly signInRules?: SignInRules & { onFailed(log: string, error: unknown): void },
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
      const signIns = this.signInsOf(name, head);
      const told: Told = { onProgress, ...signIns?.options, kept: signIns && (() => signIns.all()) };
      const part = head && !this.wholeIsDue(name, head, startedAt) ? await this.verifyPart(log, told, head) : undefined;
      // Damage is confirmed by a second look: a log can be mended by its writer just while it is read.
      let result = part?.ok ? part : await this.verifyWhole(log, told, head);
      if (!result.ok) result = await this.verifyWhole(log, told, head);
      const whole = result !== part;
      if (!result.ok) return { outcome: 'damaged', whole, ...result };
      if (whole) this.seenWhole.add(name);
      if (signIns && !signIns.all()) {
        this.signInRules!.onFailed(name, signIns.why());
        return { outcome: 'intact', whole, ...result };
      }
      if (whole || result.head.seq !== head?.seq) await this.note(name, result, whole, startedAt, head);
      return { outcome: 'intact', whole, ...result };
    } catch (error) {
      const reason = unreadable(error);
      if (reason === undefined) throw error;
      return { outcome: 'unreadable', reason };
    }
  }

  private signInsOf(name: string, head: NotedHead | undefined): SignIns | undefined {
    const rules = this.signInRules;
    return rules?.logs.has(name) ? new SignIns(rules, name, head?.seq ?? 0) : undefined;
  }

  private wholeIsDue(name: string, { wholeAt, seq }: NotedHead, now: Date): boolean {
    if (seq === 0 || !this.seenWhole.has(name)) return true;
    return wholeAt === undefined || now.getTime() - Date.parse(wholeAt) >= DAY_MS;
  }

  /** From a head noted before on, where the log's kind allows it, else whole. */
  private verifyPart(log: WatchedLog, told: Told, head: NotedHead) {
    return canResume(log.location) ? this.verify(log, told, head, head) : this.verifyWhole(log, told, head);
  }

  /** From its first entry on: number 1, or the one that goes on after a file that was rotated away. */
  private async verifyWhole(log: WatchedLog, told: Told, head: NotedHead | undefined): Promise<AuditVerification> {
    const start = head && (await this.startOf(log.name, head));
    const result = await this.verify(log, told, head, start && { ...start, line: 0, offset: 0 });
    if (result.ok || !head || log.location === 'db') return result;
    return (await this.rotated(log, told, head)) ?? result;
  }

  private verify(
    { location }: WatchedLog,
    told: Told,
    head: NotedHead | undefined,
    from: Resume | undefined,
  ): Promise<AuditVerification> {
    const isDatabase = location === 'db';
    const chunks = isDatabase
      ? readAuditLines(this.pool, from ? from.seq - 1 : 0)
      : readLog(location, from ? from.offset : 0);
    return verifyAuditLog(chunks, { ...told, head, from, growing: true, canonical: isDatabase });
  }

  /**
   * The log as one that was rotated: the file begins after the last good head, right there or behind what the files beside it
   * hold. Undefined where it is no such file. What is missing in between is damage.
   */
  private async rotated(log: WatchedLog, told: Told, head: NotedHead): Promise<AuditVerification | undefined> {
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
      ...told,
      head,
      from: { ...from, line: 0, offset: 0 },
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
    // Sign-ins of the files before that were not taken are read again from the last head on.
    if (told.kept?.() !== false) await this.noteStart(name, start);
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
