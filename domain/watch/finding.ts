/**
 * What the watchdog finds: where what the register says should run does not, or what it needs is away. Pure. The register
 * is the measure, as whoever can end a workflow cannot end an entry.
 */

import type { EntryWriter } from '../case/backlog-id';
import type { CommandLine } from '../kernel/command-lines';
import { commandLine } from '../kernel/command-lines';
import { type Instant, MINUTE_MS, toMs } from '../kernel/time';
import type { RegisteredCase } from './registered-case';

/** How a workflow stands, as the server describes it. */
export interface WatchedRun {
  /** Temporal's word, such as `RUNNING` or `TERMINATED`. */
  status: string;
  startedAt: Instant;
  endedAt?: Instant;
  /** How it was started or set aside so that no worker of ours works on it, whatever runs; else not there. */
  astray?: string;
  /** It was asked how it stands, and did not answer as the register has it. */
  silent?: true;
  /** A task of the workflow itself that waits: since when, and how often it was tried. */
  task?: { since: Instant; attempt: number };
  /** Activities that have failed again and again, or that somebody paused, by their type. */
  failing: Array<{ activity: string; attempt: number; nextAt?: Instant; paused?: true }>;
  /** Of a case whose alarms nobody has acknowledged: the workflow that repeats them; `null`: Temporal has none. */
  escalation?: WatchedRun | null;
}

/** A workflow of a case that Temporal has as running. */
export interface ListedRun {
  id: string;
  startedAt: Instant;
}

/** A workflow of a case that ended before the case was closed, as Temporal has it. */
export interface EndedRun extends ListedRun {
  /** The type of the workflow. */
  workflow: string;
  status: string;
  endedAt: Instant;
}

/** A part that everything needs, and what was found of it. */
export interface Part {
  part: 'temporal' | 'postgres' | 'worker' | 'schedule' | 'disk' | 'signing' | 'anchoring' | 'clock' | 'entries';
  /** Which of several. */
  of?: string;
  problem: string;
}

/** What one look saw. A list that could not be read is missing, and nothing is concluded from it. */
export interface Look {
  at: Instant;
  /** The cases of the register. */
  cases?: RegisteredCase[];
  /** How the workflow of an open case stands; `null`: Temporal has none of that id. */
  runs?: Map<string, WatchedRun | null>;
  /** Every case that Temporal has as running. */
  listed?: ListedRun[];
  /** Cases that ended before anything of them was written. */
  neverWritten?: EndedRun[];
  /** Workflows that were to write entries for a case and have not done it. */
  writers?: EntryWriter[];
  parts: Part[];
  /** Parts that could not be looked at: nothing is concluded from their not being among the others. */
  unread?: ReadonlyArray<Part['part']>;
}

export type Finding = { key: string; remedy: CommandLine[] } & (
  | { kind: 'stopped'; caseId: string; status: string; endedAt?: Instant; nextDueAt?: Instant }
  | { kind: 'missing'; caseId: string; nextDueAt?: Instant }
  | { kind: 'astray'; caseId: string; startedAt: Instant; how: string; nextDueAt?: Instant }
  | { kind: 'silent'; caseId: string; nextDueAt?: Instant }
  | { kind: 'stuck'; caseId: string; since: Instant; attempt: number; nextDueAt?: Instant }
  | {
      kind: 'work-failing';
      caseId: string;
      activity: string;
      attempt: number;
      nextAt?: Instant;
      paused?: true;
      nextDueAt?: Instant;
    }
  | { kind: 'hushed'; caseId: string; status: string; since?: Instant; how?: string; nextDueAt?: Instant }
  | { kind: 'unwritten'; caseId: string; first: number; last: number; nextDueAt?: Instant }
  | { kind: 'unregistered'; caseId: string; startedAt: Instant }
  | { kind: 'never-written'; caseId: string; workflow: string; status: string; startedAt: Instant; endedAt: Instant }
  | { kind: 'second'; caseId: string; startedAt: Instant }
  | { kind: 'part'; part: Part['part']; of?: string; problem: string }
);

/** A workflow task is taken within milliseconds; one that waits as long has no worker, or fails. */
const TASK_WAITS_MS = 2 * MINUTE_MS;
/** Tries of a workflow task of which none got through. */
const TASK_TRIES = 3;
/** Tries of an activity after which it is told here as well: the case's own alarm may be what cannot go out. */
const WORK_TRIES = 10;
/** A provider may ask for a longer pause between two tries; so may whoever says that a try failed, of years. */
const LONGEST_PAUSE_MS = 60 * MINUTE_MS;
/** A case that was opened as long ago has its first entries, or they are not coming. */
const WRITTEN_WITHIN_MS = 2 * MINUTE_MS;

/** What is wrong in what one look saw. */
export function findings({ at, cases, runs, listed, neverWritten, writers, parts }: Look): Finding[] {
  const found: Finding[] = parts.map((part) => {
    const key = part.of === undefined ? part.part : `${part.part} ${part.of}`;
    return { kind: 'part', key, remedy: remedyOf(part), ...part };
  });
  for (const each of cases ?? []) {
    const run = runs?.get(each.id);
    if (!each.open || each.exercise || run === undefined) continue;
    found.push(...ofCase(each, run, at));
  }
  found.push(...unwritten(cases ?? [], writers ?? []));
  for (const { id, workflow, status, startedAt, endedAt } of neverWritten ?? []) {
    if (toMs(at) - toMs(endedAt) < WRITTEN_WITHIN_MS) continue;
    const about = { caseId: id, workflow, status, startedAt, endedAt };
    const remedy = [commandLine('show', { id })];
    found.push({ kind: 'never-written', key: `never-written ${id}`, ...about, remedy });
  }
  const known = new Map(cases?.map((each) => [each.id, each]));
  for (const { id, startedAt } of (cases && listed) ?? []) {
    const registered = known.get(id);
    if (registered?.open || toMs(at) - toMs(startedAt) < WRITTEN_WITHIN_MS) continue;
    if (registered) {
      // One that began before the closing is ending; one that wrote since it began is the incident's own.
      if (startedAt <= registered.lastAt) continue;
      found.push({ kind: 'second', key: `second ${id}`, caseId: id, startedAt, remedy: [commandLine('show', { id })] });
      continue;
    }
    const remedy = [commandLine('show', { id }), commandLine('register verify', {})];
    found.push({ kind: 'unregistered', key: `unregistered ${id}`, caseId: id, startedAt, remedy });
  }
  return found;
}

/** Findings of a run that say that nothing else can be seen of it. */
const COVERS: Partial<Record<Finding['kind'], ReadonlyArray<Finding['kind']>>> = {
  stopped: ['missing', 'astray', 'silent', 'stuck', 'work-failing', 'hushed'],
  missing: ['stopped', 'astray', 'silent', 'stuck', 'work-failing', 'hushed'],
  astray: ['stopped', 'missing', 'silent', 'stuck', 'work-failing', 'hushed'],
  stuck: ['silent'],
};

/** Of a finding from before: whether this look could not see how that stands now. That it did not find it says nothing then. */
export function unseenIn(look: Look, found: readonly Finding[]): (before: Finding) => boolean {
  const covered = new Set(
    found.flatMap((each) =>
      'caseId' in each ? (COVERS[each.kind] ?? []).map((kind) => `${kind} ${each.caseId}`) : [],
    ),
  );
  return (before) => {
    if (before.kind === 'part') return look.unread?.includes(before.part) ?? false;
    if (!look.cases) return true;
    // One that ended since is told as that, in its time.
    if (before.kind === 'unregistered' && look.neverWritten?.some(({ id }) => id === before.caseId)) return true;
    if (before.kind === 'unregistered' || before.kind === 'second') return !look.listed;
    if (before.kind === 'unwritten') return !look.writers;
    if (before.kind === 'never-written') return !look.neverWritten;
    if (!look.runs || covered.has(`${before.kind} ${before.caseId}`)) return true;
    // Where no worker is, nobody is asked.
    return before.kind === 'silent' && look.parts.some(({ part }) => part === 'worker');
  };
}

function ofCase({ id, nextDueAt, ringingAt }: RegisteredCase, run: WatchedRun | null, at: Instant): Finding[] {
  const about = { caseId: id, ...(nextDueAt && { nextDueAt }) };
  const resume = [commandLine('resume', { 'incident-or-case': id })];
  if (run === null) return [{ kind: 'missing', key: `missing ${id}`, ...about, remedy: resume }];
  if (run.status !== 'RUNNING') {
    const { status, endedAt } = run;
    return [{ kind: 'stopped', key: `stopped ${id}`, ...about, status, ...(endedAt && { endedAt }), remedy: resume }];
  }
  if (run.astray) {
    const remedy = [commandLine('resume', { 'incident-or-case': id, 'replace-running': true })];
    const { startedAt, astray: how } = run;
    return [{ kind: 'astray', key: `astray ${id}`, ...about, startedAt, how, remedy }];
  }
  const found: Finding[] = [];
  const { task } = run;
  if (isStuck(run, at))
    found.push({ kind: 'stuck', key: `stuck ${id}`, ...about, ...task!, remedy: [commandLine('show', { id })] });
  // A task that waits says more: then nobody could answer.
  else if (run.silent)
    found.push({ kind: 'silent', key: `silent ${id}`, ...about, remedy: [commandLine('show', { id })] });
  for (const { activity, attempt, nextAt, paused } of run.failing) {
    const isHeld = nextAt !== undefined && toMs(nextAt) - toMs(at) > LONGEST_PAUSE_MS;
    if (attempt < WORK_TRIES && !isHeld && !paused) continue;
    const remedy = [commandLine('show', { id })];
    const held = paused ? { paused } : isHeld && { nextAt };
    found.push({
      kind: 'work-failing',
      key: `failing ${id} ${activity}`,
      ...about,
      activity,
      attempt,
      ...held,
      remedy,
    });
  }
  const rang = ringingAt !== undefined && toMs(at) - toMs(ringingAt) >= WRITTEN_WITHIN_MS;
  const hushed = rang && run.escalation !== undefined && howHushed(run.escalation, at);
  if (hushed) {
    const remedy = [commandLine('resume', { 'incident-or-case': id, 'replace-running': true })];
    found.push({ kind: 'hushed', key: `hushed ${id}`, ...about, ...hushed, remedy });
  }
  return found;
}

function isStuck({ task }: WatchedRun, at: Instant): boolean {
  return task !== undefined && (task.attempt >= TASK_TRIES || toMs(at) - toMs(task.since) >= TASK_WAITS_MS);
}

/** Why the workflow that repeats open alarms does not; `undefined` where it does. */
function howHushed(run: WatchedRun | null, at: Instant): { status: string; since?: Instant; how?: string } | undefined {
  if (run === null) return { status: 'MISSING' };
  const { status, endedAt, astray, task } = run;
  if (status !== 'RUNNING') return { status, ...(endedAt && { since: endedAt }) };
  if (astray) return { status, how: astray };
  return isStuck(run, at) ? { status, since: task!.since } : undefined;
}

/** Entries that the register has not got, and whose workflow was ended: no later one of the case is taken. */
function unwritten(cases: readonly RegisteredCase[], writers: readonly EntryWriter[]): Finding[] {
  return writers.flatMap(({ workflowId, caseId, first, last, running }) => {
    const written = cases.find(({ id }) => id === caseId);
    if (running || !written || written.exercise || written.seq >= last) return [];
    const { nextDueAt } = written;
    const remedy = [commandLine('resume', { 'incident-or-case': caseId })];
    return [
      {
        kind: 'unwritten',
        key: `unwritten ${workflowId}`,
        caseId,
        first,
        last,
        ...(nextDueAt && { nextDueAt }),
        remedy,
      },
    ];
  });
}

function remedyOf({ part }: Part): CommandLine[] {
  if (part === 'worker') return [commandLine('worker', {})];
  if (part === 'entries') return [commandLine('register verify', {})];
  return part === 'anchoring' ? [commandLine('register sign', {})] : [];
}
