/** The typed client of incidents and of all other cases: what scripts, detectors, the intake and the command use. */
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { EntryWriter } from '../domain/case/backlog-id';
import type { Pace, Receipt } from '../domain/case/contract';
import type { ClosedInput, ResumedInput } from '../domain/case/resumed';
import { type EscalationState, escalationId } from '../domain/escalation/escalation';
import { type ClosedIncidentInput, type IncidentInput, TASK_QUEUE } from '../domain/incident/contract';
import type { Explanation } from '../domain/incident/explain';
import { tocsin } from '../domain/kernel/command-lines';
import { MINUTE_MS } from '../domain/kernel/time';
import { askWorkflow } from './ask-workflow';
import type { CaseClient, Started } from './cases';
import { declared } from './declaration';
import { writeAgain } from './entry-writers';
import { type CommandError, NeverOpened, refused, usage } from './errors';
import { howItStands } from './how-it-ended';
import {
  type AfterClosing,
  type Answers,
  KINDS,
  type KindName,
  kindOf,
  type MessageInput,
  type MessageName,
  messageProblems,
} from './kinds';
import { type LatestRun, latestRun } from './latest-run';
import { listCases } from './list';
import type { ListedCase } from './listed-case';
import { incidentMustTake } from './merging';
import { receiptFrom, stamped, updateIdOf } from './receipt';
import { refusalOf } from './refusal';
import { sendAfterClosing } from './send-after-closing';
import { type CaseStart, incidentStart, startOptions } from './start-options';
import { stoppedError } from './stopped';
import { untilOpened } from './taken';
import { CALL_MS, timed } from './timed';

/** A worker that is there opens a case within it, also a busy one. */
const OPENED_MS = 10_000;

const nounOf = (id: string) => ({ id, noun: KINDS[kindOf(id) ?? 'incident'].noun });

const othersRun = (id: string) =>
  refused(
    `the workflow of "${id}" ended or was resumed meanwhile, by somebody else: see how it stands, \`${tocsin('list', {})}\``,
  );

/** Cases straight at Temporal, and what only whoever reaches Temporal can do. */
export class TocsinClient implements CaseClient {
  /**
   * @param temporal connected, with the data converter of the workers.
   * @param taskQueue the queue that the workers listen on.
   * @param openedWithinMs how long a start waits for a worker to open the case.
   */
  constructor(
    readonly temporal: Client,
    private readonly taskQueue = TASK_QUEUE,
    private readonly openedWithinMs = OPENED_MS,
  ) {}

  /** When what was signalled was last seen to be opened by a worker, or to wait for one. */
  private lookedAt = 0;

  /** Closes the connection. */
  async close(): Promise<void> {
    await this.temporal.connection.close();
  }

  async declare(input: IncidentInput): Promise<Started> {
    const { declaration, exercise } = declared(input);
    return this.start(incidentStart(input, declaration, exercise !== undefined));
  }

  /**
   * Starts a case of any kind, and waits until it is opened. The same id twice is one case, also when it is closed: `created`
   * says whether this call made it. Throws an OtherKeys when the workers cannot read what was sealed here.
   */
  async start(start: CaseStart): Promise<Started> {
    const created = await this.unlessStarted(start.id, (again) =>
      this.temporal.workflow.start(start.workflow, {
        ...startOptions(start),
        ...again,
        taskQueue: this.taskQueue,
        // Not USE_EXISTING: that leaves no way to tell whether this call started it. The effect is the same.
        workflowIdConflictPolicy: 'FAIL',
      }),
    );
    const taken = await untilOpened(this.temporal, nounOf(start.id), this.openedWithinMs);
    return { id: start.id, created, ...(taken === 'waiting' && { waiting: true }) };
  }

  /**
   * Signals a case, and starts it where there is none. `late`: it is closed already; nothing was signalled. Throws an OtherKeys
   * when the workers cannot read what was sealed here, for which it looks once a minute.
   */
  async signalWithStart(start: CaseStart, signal: string, payload: unknown): Promise<{ id: string; late: boolean }> {
    const taken = await this.unlessStarted(start.id, (again) => this.signalStart(start, signal, payload, again));
    if (taken && Date.now() - this.lookedAt > MINUTE_MS) {
      await untilOpened(this.temporal, nounOf(start.id), this.openedWithinMs);
      this.lookedAt = Date.now();
    }
    return { id: start.id, late: !taken };
  }

  /**
   * Signals a case whose workflow is over, as it is closed: a new run of it begins from the register, takes the signal and ends
   * when nothing is left to do. `start` says how lists show it.
   */
  async signalClosed(
    start: CaseStart & { input: ClosedInput | ClosedIncidentInput },
    signal: string,
    payload: unknown,
  ): Promise<void> {
    await this.timed(() => this.signalStart(start, signal, payload, { workflowIdReusePolicy: 'ALLOW_DUPLICATE' }));
  }

  private signalStart(start: CaseStart, signal: string, payload: unknown, again: object): Promise<unknown> {
    return this.temporal.workflow.signalWithStart(start.workflow, {
      ...startOptions(start),
      ...again,
      taskQueue: this.taskQueue,
      signal,
      signalArgs: [payload],
    });
  }

  /**
   * Sends a message and waits for the receipt: what it caused. `commandId` makes a repeat harmless; one is made up when it
   * is left out. Rejects with a CommandError that lists what is wrong when the message is refused.
   */
  async send<N extends MessageName>(id: string, name: N, message: MessageInput<N>): Promise<Receipt> {
    const sent = stamped(message);
    const update = { args: [sent] as [unknown], updateId: updateIdOf(name, sent) };
    try {
      const given = await this.timed(() => this.handle(id).executeUpdate<Receipt, [unknown]>(name, update));
      return receiptFrom(this.temporal, sent, given, id);
    } catch (error) {
      throw refusalOf(error, `${nounOf(id).noun} "${id}"`) ?? (await this.orStopped(id, error));
    }
  }

  /** An error that says no more than that a workflow is over, as what it means of the case. */
  private async orStopped(id: string, error: unknown): Promise<unknown> {
    if (!(error instanceof WorkflowNotFoundError)) return error;
    const stands = await this.stands(id).catch(() => undefined);
    if (stands === 'never opened') return new NeverOpened(nounOf(id).noun, id);
    return typeof stands === 'object' ? stoppedError(id, stands) : error;
  }

  /** How a case stands by its workflow: it runs, is closed, never began, or has stopped; `undefined`: there is none. */
  async stands(id: string): ReturnType<typeof howItStands> {
    return this.timed(() => howItStands(this.temporal, id));
  }

  /**
   * Sends a message that an incident or a triage case takes also after it was closed, when its workflow is over: a new run of
   * it begins from the register, takes the message and ends when nothing is left to do. Else like `send`.
   *
   * @param options.inRegister asked where Temporal knows it no longer, as after its retention: whether the register has it closed.
   */
  async sendEvenIfClosed<N extends AfterClosing>(
    id: string,
    name: N,
    message: MessageInput<N>,
    { inRegister }: { inRegister?: () => Promise<boolean> } = {},
  ): Promise<Receipt> {
    if (kindOf(id) === 'triage') {
      const view = () => this.view<'triage'>(id);
      const [find, stands] = [this.find.bind(this), this.stands.bind(this)];
      await incidentMustTake({ find, stands, view }, id, name, message as object);
      const standing = await this.stands(id);
      const isClosed = standing === 'closed' || (standing === undefined && (await inRegister?.()));
      if (!isClosed) return this.send(id, name, message);
    }
    return sendAfterClosing(
      { temporal: this.temporal, taskQueue: this.taskQueue, inRegister },
      id,
      name,
      stamped(message),
    );
  }

  /**
   * Sends a message without waiting for what becomes of it. As nobody answers, it is checked here: throws a CommandError.
   * What the case refuses on its facts stands in its register as rejected.
   */
  async signal<N extends MessageName>(id: string, name: N, message: MessageInput<N>): Promise<void> {
    const problems = messageProblems(kindOf(id) ?? 'incident', name, message);
    if (problems.length > 0) throw usage(`the message "${name}" is not valid`, problems);
    try {
      await this.timed(() => this.handle(id).signal(name, stamped(message)));
    } catch (error) {
      throw await this.orStopped(id, error);
    }
  }

  /** How a case stands; `undefined` in the moment before it is opened. */
  async view<K extends KindName = 'incident'>(id: string): Promise<Answers[K]['view'] | undefined> {
    const view = await askWorkflow<Answers[K]['view'] | undefined>(this.temporal, id, 'state');
    if (!view && (await this.stands(id)) === 'never opened') throw new NeverOpened(nounOf(id).noun, id);
    return view;
  }

  /** The latest events of a case, oldest first. The register holds all of them. */
  async timeline<K extends KindName = 'incident'>(id: string): Promise<Array<Answers[K]['event']>> {
    return askWorkflow<Array<Answers[K]['event']>>(this.temporal, id, 'timeline');
  }

  /** How the escalation of the alarms of a case stands. Rejects where it has none, as an incident that never rang. */
  async escalation(id: string): Promise<EscalationState | undefined> {
    return askWorkflow<EscalationState | undefined>(this.temporal, escalationId(id), 'state');
  }

  /** Of an incident: why each obligation applies or not, from which instant, by which citation. */
  async explain(id: string): Promise<Explanation[]> {
    return askWorkflow<Explanation[]>(this.temporal, id, 'explain');
  }

  /** Cases of a kind, the next deadline first; those without one last, latest first. `open: false` lists the closed ones too. */
  async list(
    kind: KindName = 'incident',
    { open = true, limit = 500 }: { open?: boolean; limit?: number } = {},
  ): Promise<ListedCase[]> {
    return (await this.listUpTo(kind, { open, limit })).cases;
  }

  /** The same; `cut`: there are more than were looked at. */
  async listUpTo(kind: KindName, { open, limit }: { open: boolean; limit: number }): ReturnType<typeof listCases> {
    return this.timed(() => listCases(this.temporal, KINDS[kind].workflow, { open, limit }));
  }

  /** The latest run under an id, whatever it is. Needs no worker. `undefined` when there is nothing. */
  async find(id: string): Promise<LatestRun | undefined> {
    return latestRun(this.temporal, id);
  }

  /**
   * Begins a new run of a case from the register alone, where its workflow is gone; resolves when it runs. `start`
   * says how lists and the Web UI show it. Throws a CommandError when the worker finds that it cannot go on, and an OtherKeys
   * when it cannot read what was sealed here.
   */
  async resume(start: CaseStart & { input: ResumedInput }): Promise<void> {
    const { id } = start;
    await this.timed(() =>
      this.temporal.workflow.start(start.workflow, {
        ...startOptions(start),
        taskQueue: this.taskQueue,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
      }),
    ).catch((error: unknown) => {
      throw error instanceof WorkflowExecutionAlreadyStartedError ? othersRun(id) : error;
    });
    const taken = await untilOpened(this.temporal, nounOf(id), CALL_MS);
    const { status } = await this.timed(() => this.handle(id).describe());
    if (status.name !== 'RUNNING') throw await this.whyEnded(id);
    if (taken === 'waiting')
      throw refused(`"${id}" was started again, but has not read the register yet: is a worker running?`);
  }

  private async whyEnded(id: string): Promise<CommandError> {
    try {
      await this.handle(id).result();
      return refused(`"${id}" has ended again: it is closed`);
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
      return refused(`"${id}" was not resumed: ${cause.message}`);
    }
  }

  /**
   * Has entries of a case written that a workflow of its own was given and did not write, as somebody ended it. Answers which
   * those were, once they are written. Throws a CommandError while they are not, as when Postgres is away.
   */
  async writeAgain(id: string): Promise<EntryWriter[]> {
    return writeAgain(this.temporal, id);
  }

  /**
   * Ends a running workflow without a trace in its case: only where another run takes its place at once. `was`: it, as it was found;
   * one that has taken its place since is not ended.
   */
  async terminate(id: string, reason: string, was?: Pick<LatestRun, 'first'>): Promise<void> {
    const options = was?.first ? { firstExecutionRunId: was.first } : {};
    await this.timed(() => this.temporal.workflow.getHandle(id, undefined, options).terminate(reason)).catch(
      (error: unknown) => {
        throw error instanceof WorkflowNotFoundError ? othersRun(id) : error;
      },
    );
  }

  /** Exercises only: how far the incident's clock may run. */
  async pace(id: string, pace: Pace): Promise<void> {
    await this.timed(() => this.handle(id).signal('pace', pace));
  }

  /** Waits for the workflow to end. */
  async finished(id: string): Promise<void> {
    await this.handle(id).result();
  }

  private handle(id: string) {
    return this.temporal.workflow.getHandle(id);
  }

  /** Whether a call that starts did so; false when there is, or was, one of this id already. */
  private async unlessStarted(id: string, start: (again: object) => Promise<unknown>): Promise<boolean> {
    for (const again of [{}, { workflowIdReusePolicy: 'ALLOW_DUPLICATE' }]) {
      try {
        await this.timed(() => start(again));
        return true;
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
      // What ended without having opened a case, as nobody sealed its input, takes its id from nobody.
      if ((await this.stands(id)) !== 'never opened') return false;
    }
    return false;
  }

  private timed<T>(call: () => Promise<T>): Promise<T> {
    return timed(this.temporal, call);
  }
}
