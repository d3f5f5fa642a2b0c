/** What keeps signed checkpoints outside the database, so that a change of the past is found. */
import { type Checkpoint, parseCheckpoint } from '../tree/checkpoint';
import { parseNote } from '../tree/note';

/** taken: it is there now · present: it was there before · waits: not yet due. */
export type Anchoring = 'taken' | 'present' | 'waits';

/** One place outside the database. */
export interface Anchor {
  /** For people: `file`, `mail`, `witness NAME`. */
  readonly name: string;
  /**
   * Hands over a checkpoint as the log signed it, without cosignatures. To repeat it is harmless.
   *
   * @throws AnchorError or another error when it may be there or not; WitnessConflictError when a witness contradicts.
   */
  put(note: string): Promise<Anchoring>;
}

/** What a checkpoint says, of one that the log itself has just signed. */
export function checkpointOf(note: string): Checkpoint {
  return parseCheckpoint(parseNote(note).text);
}
