/** What of a VEX document counts: a statement that takes something away must say all that it needs, another need not. */
import { type Instant, InstantSchema, notAfter } from '../../domain/kernel/time';
import { asObject, cut } from './component-list';
import type { Purl } from './purl';
import { excuses, type VexStatement, type VexStatus } from './vex';

const MOST = 100_000;

/** What cannot be read, of one statement or of the whole document, so that nobody knows what it says. */
export class VexError extends Error {}

/** A statement that takes nothing away, for what it lacks. */
class Refused extends VexError {}

/** The document that statements stand in. */
export interface Frame {
  /** Undefined where the document names none. */
  author: string | undefined;
  where: string;
  /** The inventory that the document is about, where somebody says so. */
  inventory: string | undefined;
  now: Instant;
  add: (statement: VexStatement) => void;
}

/** What a statement is about. */
export interface About {
  /** Undefined: a whole product, or something that nobody can read. */
  packages: Purl[] | undefined;
  /** A product, or a package as a part of one: that is about one inventory. */
  whole: boolean;
  /** Whether it names versions of the package or the product. */
  versioned: boolean;
  /** What of it cannot be read. */
  unread?: string;
}

export interface Said extends About {
  ids: string[];
  status: VexStatus;
  reason: Array<string | undefined>;
  /** When it was stated, as far as it takes something away. */
  at: unknown;
  /** All that may be the time of a statement that takes nothing away: the latest counts. */
  atLatest: unknown[];
}

/** Takes what a statement says of each of its products, and then throws what was wrong with any of them. */
export function takeAll(frame: Frame, said: Said[]): void {
  const problems = new Set<string>();
  for (const each of said) {
    const problem = excuses(each.status) ? takeAway(frame, each) : takeBack(frame, each);
    if (problem) problems.add(problem);
  }
  if (problems.size > 0) throw new Refused(`${said[0]!.ids[0]}: ${[...problems].join('; ')}`);
}

function takeAway(frame: Frame, said: Said): string | undefined {
  const { ids, status, packages, whole, versioned } = said;
  const { author, inventory, where } = frame;
  if (said.unread) return said.unread;
  if (!author) return 'the document names no author';
  const at = InstantSchema.safeParse(said.at);
  if (!at.success) return 'timestamp: is missing, or none';
  const stated = notAfter(at.data, frame.now);
  if (stated === undefined) return `timestamp: lies in the future (${at.data})`;
  const reason = reasonOf(said);
  if (status === 'not_affected' && reason === '') return 'says not_affected without a justification';
  if (status === 'fixed' && !versioned) return 'says fixed without a version';
  if (whole && inventory === undefined) return 'is about a product; write NAME=PATH to say which inventory that is';
  frame.add({ ids, status, packages, inventory, author, reason: reason || status, at: stated, where });
  return undefined;
}

/** It counts whatever it lacks, for all that it may be about, and now where nobody can say since when. */
function takeBack({ author = 'an unnamed author', inventory, where, now, add }: Frame, said: Said): string | undefined {
  const { ids, status, packages } = said;
  const given = said.atLatest.filter((each) => each !== undefined && each !== null);
  const read = given.map((each) => InstantSchema.safeParse(each));
  const times = read.flatMap((each) => (each.success ? (notAfter(each.data, now) ?? []) : []));
  const isSure = times.length > 0 && times.length === given.length;
  const at = isSure ? times.sort().at(-1)! : now;
  add({ ids, status, packages, inventory, author, reason: reasonOf(said) || status, at, where });
  return (
    said.unread ?? (isSure ? undefined : 'timestamp: is missing, none, or lies in the future: it counts as of now')
  );
}

function reasonOf({ reason }: Said): string {
  return cut(reason.filter((each) => each !== undefined).join(': '), 300).trim();
}

/**
 * Takes each statement by itself: a bad one costs itself, and is told with its place. Answers whether nothing was lost that may say
 * that something is affected.
 */
export function eachOf(
  list: unknown,
  name: string,
  faults: string[],
  read: (statement: Record<string, unknown>) => void,
): boolean {
  if (!Array.isArray(list)) throw new VexError(`${name}: is missing or no list`);
  let isWhole = list.length <= MOST;
  for (const [index, raw] of list.slice(0, MOST).entries()) {
    try {
      const statement = asObject(raw);
      if (!statement) throw new VexError('is not an object');
      read(statement);
    } catch (error) {
      if (!(error instanceof VexError)) throw error;
      isWhole &&= error instanceof Refused;
      faults.push(`${name}.${index}: ${cut(error.message, 300)}`);
    }
  }
  if (list.length > MOST) faults.push(`${name}: has more than ${MOST} entries; the rest is not read`);
  return isWhole;
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
