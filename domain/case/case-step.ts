/** What a person does next about a case: every kind of case gives it in this shape. Pure. */
import type { CommandLine } from '../kernel/command-lines';
import type { Instant } from '../kernel/time';
import type { Alarm } from './alarm';
import { alarmText } from './alarm-text';

/** One thing to do. */
export interface CaseStep {
  /** What it is about, as a title. */
  what: string;
  /** What to do about it, or what it waits for; empty where the title says it. */
  todo: string;
  /** What happens by itself if nobody does it, as a sentence. */
  onSilence?: string;
  dueAt?: Instant;
  /** The commands that do it, the usual one first. */
  commands: CommandLine[];
}

/** The step that an alarm asks for. */
export function stepOf(alarm: Alarm, what: string, now: Instant): CaseStep {
  const { todo, onSilence } = alarmText(alarm, now);
  const { dueAt, commands } = alarm;
  return { what, todo, ...(onSilence && { onSilence }), ...(dueAt && { dueAt }), commands };
}
