/** Triage cases at their real durations, on the real rules, for tests with a server whose clock skips. */

import { TocsinClient } from '../../client/tocsin-client';
import { openTriage } from '../../detection/intake/inbox/open-triage';
import { foldCase } from '../../domain/case/advance';
import { alarmText } from '../../domain/case/alarm-text';
import type { CaseView, Receipt } from '../../domain/case/contract';
import { judge } from '../../domain/detection/judgement';
import { type IncidentView, TASK_QUEUE } from '../../domain/incident/contract';
import { commandText } from '../../domain/kernel/command-lines';
import { type Instant, toMs } from '../../domain/kernel/time';
import type { TriageEvent, TriageState } from '../../domain/triage/state';
import { triageLifecycle } from '../../domain/triage/triage';
import { detection, RULES } from '../unit/domain/helpers/detections';
import { Pauses } from './pauses';
import { thresholdName } from './threshold-name';
import { endAtRest, largestPayload, plain, type WorkflowHarness } from './workflow-harness';

export class TriageCase {
  private constructor(
    readonly id: string,
    private readonly harness: WorkflowHarness,
  ) {}

  /** Judges a detection at the server's present instant, and opens or joins its case as the dispatcher does. */
  static async detect(
    harness: WorkflowHarness,
    over: Record<string, unknown> = {},
    { wait = true } = {},
  ): Promise<{ case: TriageCase; late: boolean }> {
    const given = detection({ at: await harness.now(), ...over });
    const judgement = judge(given, RULES.rules);
    if (judgement.action === 'ignore') throw new Error(`rule ${judgement.rule} ignores it`);
    const { caseId, late } = await openTriage(new TocsinClient(harness.client, TASK_QUEUE, 0), given, judgement, RULES);
    const found = new TriageCase(caseId, harness);
    if (!late && wait) await found.quiet();
    return { case: found, late };
  }

  get handle() {
    return this.harness.client.workflow.getHandle(this.id);
  }

  send(name: string, message: Record<string, unknown> = {}): Promise<Receipt> {
    return this.handle.executeUpdate<Receipt, [unknown]>(name, { args: [{ by: 'anna', ...message }] });
  }

  view(): Promise<CaseView<TriageState>> {
    return this.handle.query<CaseView<TriageState>>('state');
  }

  async state(): Promise<TriageState> {
    return (await this.view()).state;
  }

  register(): TriageEvent[] {
    return this.harness.world.register(this.id) as unknown as TriageEvent[];
  }

  kinds(): string[] {
    return this.register().map(({ kind }) => kind);
  }

  /** The alarms that people got: threshold, and the instant on the server's clock. */
  alarms(): Array<{ threshold: string; at: Instant; text: string; commands?: string[] }> {
    return this.harness.world.alarms
      .filter(({ input }) => input.incidentId === this.id)
      .map(({ input, at }) => ({
        threshold: thresholdName(input.threshold),
        at,
        text: alarmText(input, input.at).text,
        commands: input.commands.map(commandText),
      }));
  }

  /** Asserts that these alarms came, each within two seconds after its offset in ms from the opening. */
  async expectAlarms(expected: Array<[string, number]>): Promise<void> {
    const { openedAt } = await this.state();
    const alarms = this.alarms();
    expect(alarms.map(({ threshold }) => threshold)).toEqual(expected.map(([name]) => name));
    alarms.forEach(({ at }, index) => {
      const lateMs = toMs(at) - toMs(openedAt) - expected[index]![1];
      expect([index, lateMs >= 0 && lateMs < 2_000]).toEqual([index, true]);
    });
  }

  async sleep(ms: number): Promise<void> {
    await this.harness.sleep(ms);
    await this.quiet();
  }

  async sleepUntil(at: Instant): Promise<void> {
    await this.harness.sleepUntil(at);
    await this.quiet();
  }

  /** The incident that was declared, when it has come to rest. */
  async incident(id: string): Promise<IncidentView> {
    const handle = this.harness.client.workflow.getHandle(id);
    return until(`incident ${id}`, async () => {
      const view = await handle.query<IncidentView | undefined>('state').catch(() => undefined);
      return view && view.registerBacklog === 0 && view.inFlight.length === 0 ? view : undefined;
    });
  }

  async quiet(): Promise<void> {
    await until(`case ${this.id}`, async () => {
      const view = await this.view();
      return view && view.registerBacklog === 0 && view.inFlight.length === 0 ? view : undefined;
    });
  }

  /** What holds after every scenario: the register's fold is the state, payloads are small, no task failed. */
  async check(): Promise<void> {
    await this.quiet();
    const { state } = await this.view();
    const entries = this.register();
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    expect(plain(foldCase(triageLifecycle, entries))).toEqual(state);
    const history = await this.handle.fetchHistory();
    expect(largestPayload(history)).toBeLessThan(64 * 1024);
    const failed = (history.events ?? []).flatMap((event) => event.workflowTaskFailedEventAttributes ?? []);
    expect(failed.map((task) => task.failure?.message)).toEqual([]);
  }

  async end(): Promise<void> {
    for (const id of [this.id, this.id.replace('TRG', 'INC')]) {
      await endAtRest(this.harness.client.workflow.getHandle(id));
    }
  }
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const giveUpAt = Date.now() + 30_000;
  const pauses = new Pauses(20, 100);
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > giveUpAt) throw new Error(`${what} did not come to rest within 30 s`);
    await pauses.next();
  }
}
