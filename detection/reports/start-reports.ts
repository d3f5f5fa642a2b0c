/** Starts the workflow of every stored report, at once or, when Temporal was away, as soon as it is back. */
import type { Pool } from 'pg';
import { OtherKeys } from '../../client/errors';
import type { TocsinClient } from '../../client/tocsin-client';
import { human } from '../../domain/kernel/time';
import type { VulnerabilityReportInput } from '../../domain/report/state';
import { VULNERABILITY_REPORT_WORKFLOW } from '../../domain/report/vulnerability-report';
import type { Log } from '../../platform/log';
import { type Repeating, repeating } from '../../platform/repeating';
import { markReportStarted, reportsNotStarted } from './store/not-started';

/** Starts a report's workflow; the same report twice is one workflow. Rejects while Temporal is away. */
export type StartReport = (input: VulnerabilityReportInput) => Promise<void>;

export function reportStarter(cases: TocsinClient): StartReport {
  return async (input) => {
    const { reportId, via, length, owner, receivedAt, clock } = input;
    await cases.start({
      workflow: VULNERABILITY_REPORT_WORKFLOW,
      id: reportId,
      input,
      title: `Vulnerability report by ${via}, ${length} bytes`,
      severity: 'untriaged',
      owner,
      status: 'received',
      nextDeadline: clock.dueAt,
      details: [`received ${human(receivedAt)}; to be acknowledged by ${human(clock.dueAt)}; owner ${owner}`],
    });
  };
}

/** Drains stored reports into Temporal, one drain at a time. */
export class ReportDispatcher {
  private running: Promise<void> | undefined;
  private again = false;
  private ended = false;
  private looking: Repeating | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly start: StartReport,
    private readonly log: Log,
    private readonly now: () => Date,
  ) {}

  /** Looks for reports that were not started every `everyMs`, and now. */
  begin(everyMs: number): void {
    this.looking = repeating(everyMs, () => this.drain());
    this.looking.start();
    void this.drain();
  }

  /** A report that is being started is; the others wait for the next process. */
  async end(): Promise<void> {
    this.ended = true;
    await this.looking?.stop();
    await this.running;
  }

  /** Starts what is not started yet. Never rejects: what could not be started is tried again by the next drain. */
  drain(): Promise<void> {
    this.again = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async run(): Promise<void> {
    while (this.again) {
      this.again = false;
      try {
        for (const input of (await reportsNotStarted(this.pool)) as VulnerabilityReportInput[]) {
          if (this.ended) return;
          await this.start(input);
          await markReportStarted(this.pool, input.reportId, this.now());
        }
      } catch (error) {
        // What another error says may quote a report.
        const problem = error instanceof OtherKeys ? error.problems[0] : undefined;
        this.log.warn(
          { error: (error as Error).name, ...(problem && { problem }) },
          'vulnerability reports could not be started yet; trying again',
        );
        return;
      }
    }
  }
}
