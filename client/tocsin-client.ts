/** The typed client of incidents: declare, send, view, list. What scripts, detectors and the command use. */
import { randomUUID } from 'node:crypto';
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import type { z } from 'zod';
import type { Pace, Receipt } from '../domain/case/contract';
import {
  INCIDENT_WORKFLOW,
  type IncidentInput,
  IncidentInputSchema,
  type IncidentView,
  type SEARCH_ATTRIBUTES,
  TASK_QUEUE,
} from '../domain/incident/contract';
import type { IncidentEvent } from '../domain/incident/events';
import type { Explanation } from '../domain/incident/explain';
import type { Declaration } from '../domain/incident/incident';
import { MESSAGE_SCHEMAS, type MessageName } from '../domain/incident/messages';
import type { Instant } from '../domain/kernel/time';
import { usage } from './errors';
import { inputProblems } from './problems';
import { byDeadline, plain, queryWorkflow, timed } from './workflow-calls';

/** A message as a sender writes it, before defaults are filled in. */
export type MessageInput<N extends MessageName> = z.input<(typeof MESSAGE_SCHEMAS)[N]>;

/** How a message is sent: an update waits for the receipt, a signal only for Temporal to have it. */
export type Delivery = 'update' | 'signal';

/** An incident as the list shows it, from visibility: it lags behind the incident by a moment. */
export interface ListedIncident {
  id: string;
  title?: string;
  open: boolean;
  startedAt: Instant;
  severity?: string;
  status?: string;
  owner?: string;
  nextDeadline?: Instant;
  overdue: number;
  personalData?: string;
  exercise: boolean;
}

type AttributeName = keyof typeof SEARCH_ATTRIBUTES;

/** Typed keys of the search attributes in the contract. */
export const ATTRIBUTES = {
  severity: defineSearchAttributeKey('TocsinSeverity' satisfies AttributeName, SearchAttributeType.KEYWORD),
  status: defineSearchAttributeKey('TocsinStatus' satisfies AttributeName, SearchAttributeType.KEYWORD),
  owner: defineSearchAttributeKey('TocsinOwner' satisfies AttributeName, SearchAttributeType.KEYWORD),
  nextDeadline: defineSearchAttributeKey('TocsinNextDeadline' satisfies AttributeName, SearchAttributeType.DATETIME),
  overdue: defineSearchAttributeKey('TocsinOverdue' satisfies AttributeName, SearchAttributeType.INT),
  personalData: defineSearchAttributeKey('TocsinPersonalData' satisfies AttributeName, SearchAttributeType.KEYWORD),
  exercise: defineSearchAttributeKey('TocsinExercise' satisfies AttributeName, SearchAttributeType.BOOL),
};

export class TocsinClient {
  /**
   * @param temporal connected, with the data converter of the workers.
   * @param taskQueue the queue that the workers listen on.
   */
  constructor(
    readonly temporal: Client,
    private readonly taskQueue = TASK_QUEUE,
  ) {}

  /**
   * Starts the lifecycle of an incident. The same id twice is one incident: `created` says whether this call made it.
   * Throws a usage error that lists all problems when the declaration is not valid.
   */
  async declare(input: IncidentInput): Promise<{ id: string; created: boolean; runId?: string }> {
    const parsed = IncidentInputSchema.safeParse(input);
    if (!parsed.success) {
      throw usage(
        'the declaration is not valid',
        inputProblems(parsed.error, input).map((problem) => problem.replace(/^declaration\./, '')),
      );
    }
    const { declaration, exercise } = parsed.data;
    try {
      const handle = await this.timed(() =>
        this.temporal.workflow.start(INCIDENT_WORKFLOW, {
          workflowId: declaration.id,
          taskQueue: this.taskQueue,
          args: [input],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          // Not USE_EXISTING: that leaves no way to tell whether this call started it. The effect is the same.
          workflowIdConflictPolicy: 'FAIL',
          memo: { title: declaration.title },
          typedSearchAttributes: startAttributes(declaration, exercise !== undefined),
          staticSummary: cutBytes(`${exercise ? 'EXERCISE ' : ''}${declaration.severity} ${declaration.title}`, 200),
          staticDetails: staticDetails(declaration),
        }),
      );
      return { id: declaration.id, created: true, runId: handle.firstExecutionRunId };
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return { id: declaration.id, created: false };
      throw error;
    }
  }

  /**
   * Sends a message. By update the answer is the receipt; by signal there is none, and a bad message is recorded as
   * rejected. `commandId` makes repeating it harmless; one is made up when it is left out.
   */
  async send<N extends MessageName>(id: string, name: N, body: MessageInput<N>, by: 'signal'): Promise<undefined>;
  async send<N extends MessageName>(id: string, name: N, body: MessageInput<N>, by?: 'update'): Promise<Receipt>;
  async send<N extends MessageName>(
    id: string,
    name: N,
    body: MessageInput<N>,
    by: Delivery = 'update',
  ): Promise<Receipt | undefined> {
    const schema = MESSAGE_SCHEMAS[name];
    const parsed = schema.safeParse(body);
    if (!parsed.success) {
      throw usage(`the message "${name}" is not valid`, inputProblems(parsed.error, body, Object.keys(schema.shape)));
    }
    const message = { ...body, commandId: body.commandId ?? randomUUID() };
    const handle = this.handle(id);
    if (by === 'signal') {
      await this.timed(() => handle.signal(name, message));
      return undefined;
    }
    // The update id makes Temporal itself drop a repeat while the first is still running.
    return this.timed(() =>
      handle.executeUpdate<Receipt, [unknown]>(name, { args: [message], updateId: message.commandId }),
    );
  }

  /** The state of an incident, its clock and what is in flight; `undefined` in the moment before it is declared. */
  async view(id: string): Promise<IncidentView | undefined> {
    return this.query<IncidentView | undefined>(id, 'state');
  }

  /** The latest events of an incident, oldest first. The register holds all of them. */
  async timeline(id: string): Promise<IncidentEvent[]> {
    return this.query<IncidentEvent[]>(id, 'timeline');
  }

  /** Why each obligation applies or not, from which instant, by which citation. */
  async explain(id: string): Promise<Explanation[]> {
    return this.query<Explanation[]>(id, 'explain');
  }

  /** Exercises only: how far the incident's clock may run. */
  async pace(id: string, pace: Pace): Promise<void> {
    await this.timed(() => this.handle(id).signal('pace', pace));
  }

  /** Whether a workflow runs: an incident, or one that it started. One whose history is gone does not. */
  async isRunning(id: string): Promise<boolean> {
    try {
      const { status } = await this.timed(() => this.handle(id).describe());
      return status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  /** Waits for the workflow to end. */
  async finished(id: string): Promise<void> {
    await this.handle(id).result();
  }

  /** Incidents, the next deadline first; those without one last, latest first. `open: false` lists the closed ones too. */
  async list({ open = true, limit = 500 }: { open?: boolean; limit?: number } = {}): Promise<ListedIncident[]> {
    const query = `WorkflowType="${INCIDENT_WORKFLOW}"${open ? ' AND ExecutionStatus="Running"' : ''}`;
    const incidents: ListedIncident[] = [];
    for await (const execution of this.temporal.workflow.list({ query })) {
      const attributes = execution.typedSearchAttributes;
      const title = execution.memo?.title;
      incidents.push({
        id: execution.workflowId,
        ...(typeof title === 'string' ? { title } : {}),
        open: execution.status.name === 'RUNNING',
        startedAt: execution.startTime.toISOString(),
        severity: attributes.get(ATTRIBUTES.severity),
        status: attributes.get(ATTRIBUTES.status),
        owner: attributes.get(ATTRIBUTES.owner),
        nextDeadline: attributes.get(ATTRIBUTES.nextDeadline)?.toISOString(),
        overdue: attributes.get(ATTRIBUTES.overdue) ?? 0,
        personalData: attributes.get(ATTRIBUTES.personalData),
        exercise: attributes.get(ATTRIBUTES.exercise) ?? false,
      });
      if (incidents.length >= limit) break;
    }
    return incidents.sort(byDeadline);
  }

  private handle(id: string): WorkflowHandle {
    return this.temporal.workflow.getHandle(id);
  }

  private query<T>(id: string, name: string): Promise<T> {
    return queryWorkflow<T>(this.temporal, id, name);
  }

  private timed<T>(call: () => Promise<T>): Promise<T> {
    return timed(this.temporal, call);
  }
}

/** What is known at the start, so that the list is right before the first workflow task. The workflow keeps it current. */
function startAttributes(declaration: Declaration, exercise: boolean): SearchAttributePair[] {
  return [
    { key: ATTRIBUTES.severity, value: declaration.severity },
    { key: ATTRIBUTES.status, value: 'declared' },
    { key: ATTRIBUTES.owner, value: declaration.owner },
    { key: ATTRIBUTES.overdue, value: 0 },
    { key: ATTRIBUTES.personalData, value: declaration.assessment?.personalData ?? 'unknown' },
    { key: ATTRIBUTES.exercise, value: exercise },
  ];
}

/** Shown in the Web UI and never changed: the declaration in a few lines. Temporal renders it as Markdown. */
function staticDetails(declaration: Declaration): string {
  const { title, kind, severity, owner, declaredBy, source, affects, systems, detectedAt } = declaration;
  const lines = [
    `**${plain(title)}**`,
    `${plain(kind)}, ${severity}, affects ${affects.join(', ')}`,
    `detected ${detectedAt} by ${plain(source)}; declared by ${plain(declaredBy)}; owner ${plain(owner)}`,
    ...(systems.length > 0 ? [`systems: ${systems.map(plain).join(', ')}`] : []),
  ];
  return lines.join('\n\n');
}

/** Cuts text to at most `max` bytes of UTF-8, on a character boundary, with "…" where something was cut. */
export function cutBytes(text: string, max: number): string {
  if (Buffer.byteLength(text) <= max) return text;
  let cut = '';
  for (const character of text) {
    if (Buffer.byteLength(cut + character) + Buffer.byteLength('…') > max) break;
    cut += character;
  }
  return `${cut}…`;
}
