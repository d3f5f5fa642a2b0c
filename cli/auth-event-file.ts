/** Reads a file of authentication events, or an audit log: JSON Lines. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { usage } from '../client/errors';
import { problemsOf } from '../domain/kernel/problems';
import { type AuthEvent, AuthEventSchema } from '../domain/sessions/auth-event';
import type { SessionPolicy } from '../domain/sessions/session-policy';

/** What the file holds: events with the lines they stand in, and how many lines of an audit log are none. */
export interface AuthEventFile {
  events: Array<{ line: number; event: AuthEvent }>;
  others: number;
}

const MOST_PROBLEMS = 10;

/** Reads it whole; `-` is standard input. Throws a usage error that names the lines which are no events. */
export async function readAuthEvents(file: string, policy: SessionPolicy): Promise<AuthEventFile> {
  const { authEventOf, isAuditEntry } = await import('../detection/sessions/from-audit.js');
  const read: AuthEventFile = { events: [], others: 0 };
  const problems: string[] = [];
  let line = 0;
  for await (const text of linesOf(file)) {
    line += 1;
    if (text.trim() === '') continue;
    const value = parseJson(text);
    if (isAuditEntry(value)) {
      const event = authEventOf(value, policy);
      if (event) read.events.push({ line, event });
      else read.others += 1;
      continue;
    }
    const parsed = AuthEventSchema.safeParse(value);
    if (parsed.success) read.events.push({ line, event: parsed.data });
    else if (value === undefined) problems.push(`line ${line}: is not valid JSON`);
    else
      problems.push(...problemsOf(parsed.error).map((problem) => `line ${line}: ${problem.replace(/^message: /, '')}`));
    if (problems.length > MOST_PROBLEMS) break;
  }
  if (problems.length === 0) return read;
  throw usage(
    `${file} has lines that are not authentication events: see docs/sessions.md for the fields`,
    problems.slice(0, MOST_PROBLEMS),
  );
}

async function* linesOf(file: string): AsyncIterable<string> {
  const input = file === '-' ? process.stdin : createReadStream(file, 'utf8');
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = { ENOENT: 'it does not exist', EACCES: 'permission denied', EISDIR: 'it is a folder' }[code ?? ''];
    throw usage(`cannot read ${file}: ${why ?? message}. Use a file of JSON Lines, or - for standard input`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
