/** A case whose workflow is gone though it is open: what it means, and what brings it back. */
import { tocsin } from '../domain/kernel/command-lines';
import { type Instant, minuteText } from '../domain/kernel/time';
import { type CommandError, refused } from './errors';
import { KINDS, kindOf } from './kinds';

/** A workflow that ended though its case is open: nothing watches its deadlines. */
export interface Stopped {
  /** `missing`, `ended`: Temporal has none, or one that came to its end, and the register has the case as open. */
  how: 'terminated' | 'failed' | 'timed out' | 'cancelled' | 'missing' | 'ended';
  at?: Instant;
}

/** How a case stands by its workflow: it runs, is closed, never began, or has stopped. */
export type Standing = 'running' | 'closed' | 'never opened' | Stopped;

/** `its workflow was terminated at 2026-04-01 12:00 UTC`. */
export function stoppedText({ how, at }: Stopped): string {
  if (how === 'missing') return 'Temporal has no workflow of it';
  const was = how === 'terminated' || how === 'cancelled' ? `was ${how}` : how;
  return `its workflow ${was}${at ? ` at ${minuteText(at)} UTC` : ''}`;
}

/** What brings it back. */
export function stoppedRemedy(id: string): string {
  return `Resume it: \`${tocsin('resume', { 'incident-or-case': id })}\``;
}

export function stoppedError(id: string, stopped: Stopped): CommandError {
  const { noun } = KINDS[kindOf(id) ?? 'incident'];
  return refused(
    `${noun} "${id}" is open but has stopped: ${stoppedText(stopped)}. It takes no message, and nothing watches its deadlines. ${stoppedRemedy(id)}`,
  );
}
