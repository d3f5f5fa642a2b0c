/** Starts the workflow of every stored report, at once or, when Temporal was away, as soon as it is back. */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Log } from '../../activities/log';
import { VULNERABILITY_REPORT_WORKFLOW, type VulnerabilityReportInput } from '../../domain/vulnerability-report';
import { markReportStarted, reportsNotStarted } from '../../register/reports/not-started';

/** Starts a report's workflow; the same report twice is one workflow. Rejects while Temporal is away. */
export type StartReport = (input: VulnerabilityReportInput) => Promise<void>;

const START_MS = 10_000;

export function reportStarter(temporal: Client, taskQueue: string): StartReport {
  return async (input) => {
    const { reportId, via, length, owner } = input;
    try {
      await temporal.withDeadline(Date.now() + START_MS, () =>
        temporal.workflow.start(VULNERABILITY_REPORT_WORKFLOW, {
          workflowId: reportId,
          taskQueue,
          args: [input],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          memo: { title: `Vulnerability report by ${via}, ${length} bytes` },
          staticSummary: `vulnerability report, owner ${owner}`.slice(0, 150),
        }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };
}

/** Drains stored reports into Temporal, one drain at a time. */
export class ReportDispatcher {
  private running: Promise<void> | undefined;
  private again = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly start: StartReport,
    private readonly log: Log,
    private readonly now: () => Date,
  ) {}

  /** Looks for reports that were not started every `everyMs`, and now. */
  begin(everyMs: number): void {
    this.timer = setInterval(() => void this.drain(), everyMs);
    void this.drain();
  }

  async end(): Promise<void> {
    clearInterval(this.timer);
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
          await this.start(input);
          await markReportStarted(this.pool, input.reportId, this.now());
        }
      } catch (error) {
        this.log.warn({ error: (error as Error).name }, 'vulnerability reports wait to be started; trying again');
        return;
      }
    }
  }
}
