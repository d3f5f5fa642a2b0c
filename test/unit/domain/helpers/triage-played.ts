import { advance, open, record } from '../../../../domain/case/advance';
import type { NewOf } from '../../../../domain/case/lifecycle';
import { onCaseMessage } from '../../../../domain/case/messages';
import { HOUR_MS, type Instant, toInstant, toMs } from '../../../../domain/kernel/time';
import { TRIAGE_MESSAGES, type TriageMessageName } from '../../../../domain/triage/messages';
import { openingOf } from '../../../../domain/triage/opening';
import type { TriageEvent, TriageInput, TriageOutcome, TriageState } from '../../../../domain/triage/state';
import { countIn, emptyTally, recordTally, type Tally } from '../../../../domain/triage/tally';
import { triageLifecycle } from '../../../../domain/triage/triage';
import { thresholdName } from '../../../setup/threshold-name';
import { detection } from './detections';

export const T0 = '2026-04-01T02:00:00.000Z';
export const at = (hours: number): Instant => toInstant(toMs(T0) + Math.round(hours * HOUR_MS));

/** A case run by hand, as the workflow's shell runs it. */
export class Case {
  state: TriageState;
  events: TriageEvent[];
  tally: Tally;

  constructor(
    readonly input: TriageInput,
    now: Instant = T0,
  ) {
    const opened = open(triageLifecycle, input.caseId, [openingOf(input, now)], now);
    this.state = opened.state;
    this.events = opened.events;
    this.tally = emptyTally(opened.state);
  }

  step(
    news: NewOf<TriageEvent>[] | ((state: TriageState) => NewOf<TriageEvent>[]),
    now: Instant,
    by?: string,
    commandId?: string,
  ): TriageEvent[] {
    const recorded = recordTally(this.state, this.tally, this.isLate());
    this.tally = recorded.tally;
    const before = this.events.length;
    this.take(record(triageLifecycle, this.state, recorded.events, now));
    const given = typeof news === 'function' ? news(this.state) : news;
    this.take(advance(triageLifecycle, this.state, given, now, by, commandId));
    return this.events.slice(before);
  }

  private isLate(): boolean {
    return this.state.closedAt !== undefined;
  }

  private take({ state, events }: { state: TriageState; events: TriageEvent[] }): void {
    this.state = state;
    this.events.push(...events);
  }

  tick(now: Instant): TriageEvent[] {
    return this.step([], now);
  }

  send(name: TriageMessageName | 'acknowledge', body: Record<string, unknown>, now: Instant, commandId?: string) {
    if (commandId && this.state.handled.includes(commandId)) return [];
    const schema = name === 'acknowledge' ? undefined : TRIAGE_MESSAGES[name].schema;
    const message = schema ? schema.parse({ by: 'anna', ...body }) : { by: 'anna', alarms: 'all', ...body };
    return this.step(
      (state) => onCaseMessage(triageLifecycle, state, name, message as never, now),
      now,
      'anna',
      commandId,
    );
  }

  /** What came of work that was done outside. */
  comeOf(outcome: TriageOutcome, now: Instant): TriageEvent[] {
    return this.step((state) => triageLifecycle.onOutcome(state, outcome, now), now);
  }

  detect(over: Record<string, unknown>, now: Instant): void {
    const given = detection(over);
    const severity = given.severity ?? 'sev4';
    const counted = countIn(this.state, this.tally, { detection: given, severity }, this.isLate());
    this.tally = counted.tally;
    if (counted.record) this.step([], now);
  }

  /** The same, with what the run of a closed case records before it ends. */
  gathered(over: Record<string, unknown>, now: Instant): void {
    this.detect(over, now);
    this.step([], now);
  }

  /** Lets time pass as the timer does: at each wake and at no other instant. */
  runUntil(end: Instant): void {
    let now = this.state.openedAt;
    for (;;) {
      const wake = triageLifecycle.nextWake(this.state, now);
      if (!wake || toMs(wake.at) > toMs(end)) return;
      now = wake.at;
      this.tick(now);
    }
  }

  kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }

  alarms(): Array<[string, number]> {
    return this.events.flatMap((event) =>
      event.kind === 'alarm-raised'
        ? [[thresholdName(event.data.threshold), (toMs(event.at) - toMs(T0)) / HOUR_MS] as [string, number]]
        : [],
    );
  }
}
