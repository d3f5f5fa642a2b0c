/** `tocsin sessions test`: runs a file of authentication events through the rules, without a server. */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { type AuthEvent, AuthEventSchema } from '../../domain/auth-event';
import { problemsOf } from '../../domain/messages';
import type { Finding, SeenEvent } from '../../domain/session-rules';
import { toInstant } from '../../domain/time';
import type { Sight } from '../../sessions/see-event';
import { usage } from '../errors';
import type { Output } from '../output';
import type { CommonOptions, Shell } from '../shell';
import { hanging } from '../table';
import { verb } from './verb';

interface Options extends CommonOptions {
  policy?: string;
}

/** What the file holds: events with the lines they stand in, and lines of an audit log that are none. */
interface EventFile {
  events: Array<{ line: number; event: AuthEvent }>;
  others: number;
}

const SOURCE = 'file';
const MOST_PROBLEMS = 10;

export function sessionsTestCommand(sessions: Command, shell: Shell): void {
  verb(
    sessions,
    'test <file>',
    'Run authentication events, or an audit log, through the rules: what they find, and why. Nothing is stored or sent.',
    'sessions test examples/auth-events.jsonl\nsessions test events.jsonl --policy my-sessions.yaml --json',
  )
    .option('--policy <file>', 'the rules (default: TOCSIN_SESSIONS, else policy/sessions.yaml)')
    .action(async (file: string, options: Options) => {
      const { judgeAll } = require('../../domain/session-rules') as typeof import('../../domain/session-rules');
      const { seeEvent } = require('../../sessions/see-event') as typeof import('../../sessions/see-event');
      const sight = await offlineSight(shell.env, options.policy);
      const { events, others } = await readEvents(file, sight);
      const now = new Date(events.reduce((last, { event }) => Math.max(last, Date.parse(event.at)), 0));
      const lines = new Map<string, number>();
      const seen: SeenEvent[] = [];
      for (const { line, event } of events) {
        const each = lines.has(event.eventId) ? undefined : seeEvent(SOURCE, event, sight, now);
        if (each) seen.push(each);
        if (!lines.has(event.eventId)) lines.set(event.eventId, line);
      }
      const findings = judgeAll(seen, sight.policy);
      const lineOf = (finding: Finding) => lines.get(finding.event.eventId)!;
      if (options.json)
        shell.out.json({ events: seen.length, others, findings: findings.map((each) => asJson(each, lineOf(each))) });
      else tell(shell.out, findings, lineOf, { events: seen.length, others });
    });
}

/** The rules as they run online; only the key of pseudonyms is another one where none is configured. */
async function offlineSight(env: NodeJS.ProcessEnv, policyFile?: string): Promise<Sight> {
  const { openSight } = require('../../sessions/settings') as typeof import('../../sessions/settings');
  return openSight({
    policyFile: policyFile ?? (env.TOCSIN_SESSIONS || undefined),
    countryFile: env.TOCSIN_MMDB || undefined,
    asnFile: env.TOCSIN_MMDB_ASN || undefined,
    pseudonymKey: env.TOCSIN_PSEUDONYM_KEY ? Buffer.from(env.TOCSIN_PSEUDONYM_KEY) : randomBytes(32),
  });
}

async function readEvents(file: string, sight: Sight): Promise<EventFile> {
  const { authEventOf, isAuditEntry } =
    require('../../sessions/from-audit') as typeof import('../../sessions/from-audit');
  const read: EventFile = { events: [], others: 0 };
  const problems: string[] = [];
  let line = 0;
  for await (const text of linesOf(file)) {
    line += 1;
    if (text.trim() === '') continue;
    const value = parseJson(text);
    if (isAuditEntry(value)) {
      const event = authEventOf(value, sight.policy);
      if (event) read.events.push({ line, event });
      else read.others += 1;
      continue;
    }
    const parsed = AuthEventSchema.safeParse(value);
    if (parsed.success) read.events.push({ line, event: parsed.data });
    else if (value === undefined) problems.push(`line ${line}: is no JSON`);
    else problems.push(...problemsOf(parsed.error).map((problem) => `line ${line}: ${problem}`));
    if (problems.length > MOST_PROBLEMS) break;
  }
  if (problems.length === 0) return read;
  throw usage(
    `${file} holds lines that are no authentication events: see docs/sessions.md for their fields`,
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
    throw usage(`cannot read ${file}: ${why ?? message}. Give a file of JSON Lines, or - for standard input`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asJson(finding: Finding, line: number) {
  const { rule, severity, title, subjects, indicators, facts, why } = finding;
  const at = toInstant(finding.atMs);
  return { line, type: `auth.${rule}`, at, severity, title, subjects, indicators, facts, why };
}

function tell(
  out: Output,
  findings: Finding[],
  lineOf: (finding: Finding) => number,
  counts: { events: number; others: number },
): void {
  for (const finding of findings) {
    const { severity, rule, title, why, subjects, indicators } = finding;
    out.line(`line ${lineOf(finding)}  ${severity}  ${out.style(`auth.${rule}`, 'bold')}`);
    for (const line of hanging('  ', title, out.width)) out.line(line);
    for (const each of why) for (const line of hanging('  - ', each, out.width)) out.line(line);
    for (const line of hanging('  ', [toInstant(finding.atMs), ...subjects, ...indicators].join(' '), out.width)) {
      out.line(out.style(line, 'dim'));
    }
  }
  const others = counts.others > 0 ? `; ${counts.others} other entries of the audit log` : '';
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  out.line(`${count(findings.length, 'finding')} in ${count(counts.events, 'event')}${others}`);
}
