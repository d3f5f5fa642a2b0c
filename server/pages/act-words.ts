/** What a button or a form calls what it does, as something to do. */
import { words } from './words';

/** By the name of the message, where the name itself is no request. */
const ACTS: Record<string, string> = {
  'acted-at': 'State when it was done',
  'cannot-establish': 'Decide what cannot be established',
  contain: 'Ask for a measure',
  correct: 'Correct the declaration',
  'decide-authority': 'Decide the authority',
  duplicate: 'Mark as a duplicate',
  filed: 'Record the filing',
  fixed: 'Record the fix',
  'follow-up': 'Record what followed',
  'leave-untold': 'Leave somebody untold',
  measure: 'Record a measure',
  merge: 'Merge into an incident',
  'not-material': 'Decide: not material',
  'not-owed': 'Confirm: not owed',
  note: 'Add a note',
  patched: 'Report as patched',
  sender: 'Change the sender',
  settle: 'Record what became of it',
  status: 'Set the status',
  told: 'Record who was told',
  translate: 'Add translations',
  unmerge: 'Take out of the incident',
};

export function actWords(message: string): string {
  return Object.hasOwn(ACTS, message) ? ACTS[message]! : words(message);
}
