/** The sign-ins among the entries of a log under watch, handed to the rules over them while the log is verified. */
import type { AuthEvent } from '../../domain/sessions/auth-event';
import type { AuditHead } from './entry';
import type { VerifyOptions } from './verify';

/** Where sign-ins go. */
export interface SignInRules {
  /** Names of the logs that they are read from. */
  logs: ReadonlySet<string>;
  /** An entry as an authentication event; undefined for what is none. */
  eventOf(entry: unknown): AuthEvent | undefined;
  /** Resolves when they are kept and judged; an event that was before changes nothing. `log` is their source. */
  consume(log: string, events: AuthEvent[]): Promise<unknown>;
}

/**
 * Of one look at one log. Entries that held are handed on, those up to `from` left out. Whoever looks notes no later head unless
 * `all()`: then the next look hands on again what was not kept, and what was is known by the entry's number and hash.
 */
export class SignIns {
  private waiting: AuthEvent[] = [];
  private failed: unknown;

  constructor(
    private readonly rules: SignInRules,
    private readonly log: string,
    private readonly from: number,
  ) {}

  /** For the verification. */
  readonly options: Pick<VerifyOptions, 'onEntry' | 'afterChunk'> = {
    onEntry: (entry, line) => this.take(entry, line),
    afterChunk: () => this.handOver(),
  };

  /** Whether all of them are kept. */
  all(): boolean {
    return this.failed === undefined;
  }

  /** Why not. */
  why(): unknown {
    return this.failed;
  }

  private take({ seq }: AuditHead, line: Uint8Array): void {
    if (seq <= this.from || this.failed !== undefined) return;
    const event = this.rules.eventOf(JSON.parse(Buffer.from(line).toString('utf8')));
    if (event) this.waiting.push(event);
  }

  /** Neither an outage nor anything else that hinders the rules keeps the log from being verified. */
  private async handOver(): Promise<void> {
    const events = this.waiting;
    this.waiting = [];
    if (events.length === 0 || this.failed !== undefined) return;
    try {
      await this.rules.consume(this.log, events);
    } catch (error) {
      this.failed = error ?? new Error('unknown');
    }
  }
}
