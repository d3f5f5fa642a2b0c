/**
 * Looks whether workflows that were to write entries of open cases have ended before. Whoever reaches Temporal may start any
 * number of workflows that are called like them, so a look asks after so many only: those it has found before, and some of the
 * others, in turn.
 */
import type { EntryWriter, NamedWriter } from '../domain/case/backlog-id';
import type { RegisteredCase } from '../domain/watch/registered-case';

/** Names that a look takes from visibility, which has the latest first. */
export const MOST_NAMED = 5_000;
/** Workflows that a look asks after. */
const MOST_ASKED = 50;

export class WritersEye {
  private last = '';
  private found: ReadonlySet<string> = new Set();

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
    const ended: EntryWriter[] = [];
    for (const writer of this.next(missing)) {
      const stands = await ask(writer);
      if (stands && !stands.running) ended.push(stands);
    }
    this.found = new Set(ended.map(({ workflowId }) => workflowId));
    return ended;
  }

  private next(missing: readonly NamedWriter[]): NamedWriter[] {
    const again = missing.filter(({ workflowId }) => this.found.has(workflowId)).slice(0, MOST_ASKED);
    const others = missing
      .filter(({ workflowId }) => !this.found.has(workflowId))
      .sort((a, b) => (a.workflowId < b.workflowId ? -1 : 1));
    const from = others.findIndex(({ workflowId }) => workflowId > this.last);
    const turned = from < 0 ? others : [...others.slice(from), ...others.slice(0, from)];
    const some = turned.slice(0, MOST_ASKED - again.length);
    this.last = some.at(-1)?.workflowId ?? this.last;
    return [...again, ...some];
  }
}
