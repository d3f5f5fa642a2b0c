/** What the workflow of any case answers, as clients and tools see it. */
import { z } from 'zod';
import type { RecordedEvent } from '../kernel/recorded-event';
import { type Instant, InstantSchema } from '../kernel/time';

/** How a case's clock stands: at `realAt` it showed `incidentAt` and ran at `rate`, up to `until`. */
export interface ClockReading {
  incidentAt: Instant;
  realAt: Instant;
  rate: number;
  until?: Instant;
}

/** Answer of the query `state`. */
export interface CaseView<S> {
  state: S;
  clock: ClockReading;
  /** Events not yet appended to the register. */
  registerBacklog: number;
  /** Work in flight, by its keys. */
  inFlight: string[];
  /** The earliest deadline that is owed; `null`: none. The escalation of its alarms reads it. */
  nextDueAt: Instant | null;
}

/**
 * Within this a workflow task of a case ends, else Temporal has it done anew: a replay of all that one run can hold, or the
 * decision of all that came while no worker was there. Temporal takes 10,000 signals a run and by itself gives each task ten
 * seconds, which a busy machine may need for some thousands of them; a case whose tasks never end in time stands still. It is also
 * how long a case waits whose worker is killed in the midst of a task, which mostly takes milliseconds: less than whoever sends
 * it a message waits for the answer.
 */
export const TASK_TIMEOUT = '15 seconds';

/** Answer of the query `timeline`: as many of the latest events, oldest first. The register holds all of them. */
export const TIMELINE_KEPT = 500;
/** Of them as many as a continue-as-new takes along: its input stays far below 256 KB. */
export const TIMELINE_CARRIED = 200;

/** Answer of an update: the events that the message caused. `note` says why nothing changed, or what the change entails. */
export interface Receipt {
  events: Array<{ seq: number; kind: string; obligation?: string }>;
  /** The command id of the message that it answers: the true answer to another one is none to this. */
  to?: string;
  note?: string;
}

/** What a closed case leaves: the result of its workflow. */
export interface CaseResult {
  caseId: string;
  closedAt: Instant;
  status: string;
  /** How many entries the register holds of it. */
  entries: number;
}

/**
 * An exercise: the same workflow with waiting compressed. While nothing is in flight the case's clock runs `speed` times
 * as fast as real time; while work is being done it runs in real time; it never passes the instant of the last `pace`
 * signal, so that a slow machine changes nothing about who acted when.
 */
export const ExerciseSchema = z.strictObject({ speed: z.number().min(1).max(1_000_000), startAt: InstantSchema });
export type Exercise = z.infer<typeof ExerciseSchema>;

/** Signal of an exercise's driver: the case's clock may run up to `until`; `null`: without a limit. */
export const PaceSchema = z.object({ until: InstantSchema.nullable() });
export type Pace = z.infer<typeof PaceSchema>;

/** The receipt of what a message caused. */
export function receiptOf(events: readonly RecordedEvent[], says?: string): Receipt {
  const noted = events.find(({ kind }) => kind === 'noted')?.data as { note: string } | undefined;
  const note = noted?.note ?? says;
  return {
    events: events.map(({ seq, kind, data }) => {
      const obligation = obligationIn(data);
      return { seq, kind, ...(obligation === undefined ? {} : { obligation }) };
    }),
    ...(note !== undefined && { note }),
  };
}

/** The obligation that an event is about: one of an incident, or an alarm of it. */
function obligationIn(data: { obligation?: string; about?: { obligation?: string } }): string | undefined {
  return data.obligation ?? data.about?.obligation;
}
