/** Looks whether workflows that were to write entries of open cases have ended before. */
import type { EntryWriter, NamedWriter } from '../domain/case/backlog-id';
import type { RegisteredCase } from '../domain/watch/registered-case';
import { InTurn } from './in-turn';

/** Names that a look takes from visibility, which has the latest first. */
export const MOST_NAMED = 5_000;
/** Workflows that a look asks after. */
const MOST_ASKED = 50;

export class WritersEye {
  private readonly turns = new InTurn<EntryWriter>(MOST_ASKED);

  /** Those of these that ended before they had written all of an open case. `ask`: how one stands; throws while Temporal is away. */
  async ended(
    named: readonly NamedWriter[],
    cases: readonly RegisteredCase[],
    ask: (writer: NamedWriter) => Promise<EntryWriter | undefined>,
  ): Promise<EntryWriter[]> {
    const known = new Map(cases.map((each) => [each.id, each]));
    // What the register has is written, whoever wrote it.
    const missing = named.filter(({ caseId, last }) => {
      const written = known.get(caseId);
      return written?.open && !written.exercise && written.seq < last;
    });
    return this.turns.found(
      missing,
      ({ workflowId }) => workflowId,
      async (writer) => {
        const stands = await ask(writer);
        return stands && !stands.running ? stands : undefined;
      },
    );
  }
}
