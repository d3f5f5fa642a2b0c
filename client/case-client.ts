/** The typed client of cases of any kind: start, signal, send, view, list. What intake, scripts and the command use. */
import { randomUUID } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import type { CaseView, Receipt } from '../domain/case/contract';
import type { CaseMessage, CaseState } from '../domain/case/lifecycle';
import { TASK_QUEUE } from '../domain/incident/contract';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import type { Instant } from '../domain/kernel/time';
import { ATTRIBUTES, cutBytes } from './tocsin-client';
import { byDeadline, plain, queryWorkflow, timed } from './workflow-calls';

/** How a case is started. The texts are what lists and the Web UI show before its first task has run. */
export interface CaseStart {
  /** The workflow's type, such as `triage`. */
  workflow: string;
  /** The case's id, which is the workflow's. One id is one case, for ever. */
  id: string;
  input: unknown;
  title: string;
  severity: string;
  owner: string;
  status: string;
  nextDeadline?: Instant;
  /** A few lines for the Web UI; hostile texts may stand in it. */
  details?: string[];
}

/** A case as a list shows it, from visibility: it lags behind by a moment. */
export interface ListedCase {
  id: string;
  title?: string;
  open: boolean;
  startedAt: Instant;
  severity?: string;
  status?: string;
  owner?: string;
  nextDeadline?: Instant;
}

export class CaseClient {
  /**
   * @param temporal connected, with the data converter of the workers.
   * @param taskQueue the queue that the workers listen on.
   */
  constructor(
    readonly temporal: Client,
    private readonly taskQueue = TASK_QUEUE,
  ) {}

  /** Starts a case. The same id twice is one case, also when it is closed: `created` says whether this call made it. */
  async start(start: CaseStart): Promise<{ id: string; created: boolean }> {
    try {
      await this.timed(() =>
        this.temporal.workflow.start(start.workflow, { ...this.options(start), workflowIdConflictPolicy: 'FAIL' }),
      );
      return { id: start.id, created: true };
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return { id: start.id, created: false };
      throw error;
    }
  }

  /** Signals a case, and starts it where there is none. `late`: it is closed already; nothing was signalled. */
  async signalWithStart(start: CaseStart, signal: string, payload: unknown): Promise<{ id: string; late: boolean }> {
    try {
      await this.timed(() =>
        this.temporal.workflow.signalWithStart(start.workflow, {
          ...this.options(start),
          signal,
          signalArgs: [payload],
        }),
      );
      return { id: start.id, late: false };
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return { id: start.id, late: true };
      throw error;
    }
  }

  /** Signals a case that runs. Answers false when there is none that runs. */
  async signal(id: string, name: string, payload: unknown): Promise<boolean> {
    try {
      await this.timed(() => this.temporal.workflow.getHandle(id).signal(name, payload));
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  /**
   * Sends a message as an update and waits for what it caused. `commandId` makes a repeat harmless; one is made up when
   * it is left out. Throws what is wrong with the message as WorkflowUpdateFailedError.
   */
  async update<M extends CaseMessage>(id: string, name: string, message: M): Promise<Receipt> {
    const sent = { ...message, commandId: message.commandId ?? randomUUID() };
    return this.timed(() =>
      this.temporal.workflow
        .getHandle(id)
        .executeUpdate<Receipt, [unknown]>(name, { args: [sent], updateId: sent.commandId }),
    );
  }

  /** The state of a case; `undefined` in the moment before it is opened. */
  async view<S extends CaseState>(id: string): Promise<CaseView<S> | undefined> {
    return this.query<CaseView<S> | undefined>(id, 'state');
  }

  /** The latest events of a case, oldest first. The register holds all of them. */
  async timeline<E extends RecordedEvent>(id: string): Promise<E[]> {
    return this.query<E[]>(id, 'timeline');
  }

  /** Cases of one kind, the next deadline first. `open: false` lists the closed ones too. */
  async list(
    workflow: string,
    { open = true, limit = 500 }: { open?: boolean; limit?: number } = {},
  ): Promise<ListedCase[]> {
    const query = `WorkflowType="${workflow}"${open ? ' AND ExecutionStatus="Running"' : ''}`;
    const cases: ListedCase[] = [];
    for await (const execution of this.temporal.workflow.list({ query })) {
      const attributes = execution.typedSearchAttributes;
      const title = execution.memo?.title;
      cases.push({
        id: execution.workflowId,
        ...(typeof title === 'string' ? { title } : {}),
        open: execution.status.name === 'RUNNING',
        startedAt: execution.startTime.toISOString(),
        severity: attributes.get(ATTRIBUTES.severity),
        status: attributes.get(ATTRIBUTES.status),
        owner: attributes.get(ATTRIBUTES.owner),
        nextDeadline: attributes.get(ATTRIBUTES.nextDeadline)?.toISOString(),
      });
      if (cases.length >= limit) break;
    }
    return cases.sort(byDeadline);
  }

  /** The workflow type of whatever runs or ran under an id, and whether it runs; `undefined` when there is nothing. */
  async find(id: string): Promise<{ workflow: string; open: boolean } | undefined> {
    try {
      const { type, status } = await this.timed(() => this.temporal.workflow.getHandle(id).describe());
      return { workflow: type, open: status.name === 'RUNNING' };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  private options({ id, input, title, severity, owner, status, nextDeadline, details }: CaseStart) {
    const typedSearchAttributes: SearchAttributePair[] = [
      { key: ATTRIBUTES.severity, value: severity },
      { key: ATTRIBUTES.status, value: status },
      { key: ATTRIBUTES.owner, value: owner.slice(0, 120) },
      ...(nextDeadline ? [{ key: ATTRIBUTES.nextDeadline, value: new Date(nextDeadline) }] : []),
    ];
    return {
      workflowId: id,
      taskQueue: this.taskQueue,
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
      memo: { title },
      typedSearchAttributes,
      staticSummary: cutBytes(`${severity} ${title}`, 200),
      staticDetails: [`**${plain(title)}**`, ...(details ?? []).map(plain)].join('\n\n'),
    };
  }

  private query<T>(id: string, name: string): Promise<T> {
    return queryWorkflow<T>(this.temporal, id, name);
  }

  private timed<T>(call: () => Promise<T>): Promise<T> {
    return timed(this.temporal, call);
  }
}
