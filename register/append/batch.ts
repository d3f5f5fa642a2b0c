/** Calls of the appender that one statement writes. */
import type { Head } from '../entry';
import type { GivenEvent } from './places';
import type { Plan } from './plan';

/** What came of a call. */
export interface AppendResult {
  /** Entries written now. */
  appended: number;
  /** Events that were in the register already with the same content. */
  repeated: number;
  /** The log's head after it, for an anchor outside the database. */
  head: Head;
}

const MOST_EVENTS = 4_000;
const MOST_CHARS = 8_000_000;
/** So few calls are written by one statement; of more, half are planned while the other half is being written. */
const FEW_CALLS = 16;

/** A call that waits for its answer. */
export interface Call {
  given: GivenEvent[];
  /** Characters of its content. */
  chars: number;
  resolve(result: AppendResult): void;
  reject(error: unknown): void;
}

/** Those of one statement: with a plan, each gets its places as it is added. */
export class Batch {
  readonly calls: Call[] = [];
  private events = 0;
  private chars = 0;

  constructor(public plan?: Plan) {}

  hasRoomFor({ given, chars }: Call): boolean {
    if (this.calls.length === 0) return true;
    return this.events + given.length <= MOST_EVENTS && this.chars + chars <= MOST_CHARS;
  }

  add(call: Call): void {
    this.calls.push(call);
    this.events += call.given.length;
    this.chars += call.chars;
    this.plan?.add(call.given);
  }
}

/** How many of so many calls one statement writes. */
export function shareOf(calls: number): number {
  return Math.max(Math.min(calls, FEW_CALLS), Math.ceil(calls / 2));
}
