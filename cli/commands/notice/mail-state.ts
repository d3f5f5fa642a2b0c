/** What became of a mail, by the last that is known of it. */
import type { Delivery } from '../../../activities/delivery/ledger/ledger';

export const STATES = {
  waiting: 'not sent yet',
  stopped: 'not sent: a person stopped it',
  refused: 'not sent: the mail provider refused it',
  unknown: 'outcome unknown',
  sent: 'sent: the mail provider took it',
  delayed: 'sent, and delayed on its way',
  delivered: 'delivered',
  'soft-bounced': 'came back for now',
  failed: 'came back: not sent after all',
  suppressed: "came back: on the mail provider's list of suppressed addresses",
  complained: 'came back: marked as spam',
  bounced: 'came back for good',
} as const;
export type State = keyof typeof STATES;

export function stateOf({ status, errorCode, fate }: Pick<Delivery, 'status' | 'errorCode' | 'fate'>): State {
  if (status === 'failed' && errorCode === 'stopped') return 'stopped';
  if (status === 'failed') return 'refused';
  if (status === 'unknown') return 'unknown';
  return status === 'sent' ? (fate?.kind ?? 'sent') : 'waiting';
}

/** How many mails are in each state; states without any are left out. */
export function countStates(states: readonly State[]): Partial<Record<State, number>> {
  const counts: Partial<Record<State, number>> = {};
  for (const state of Object.keys(STATES) as State[]) {
    const n = states.filter((each) => each === state).length;
    if (n > 0) counts[state] = n;
  }
  return counts;
}
