/**
 * One case a look, in turn, is asked how it stands. Its workflow may run, and have nothing that waits, while somebody else than
 * our workers takes its tasks and lets every deadline pass: only whoever has the keys can answer as the register has it.
 */
import type { RegisteredCase } from '../domain/watch/registered-case';

/** How many entries a case has taken, as it says itself; `undefined` before it is open. Throws where nobody answers. */
export type AskCase = (id: string) => Promise<number | undefined>;

/** So many that do not answer are asked at each look beside the one whose turn it is: more would be told no better. */
const MOST_SILENT = 5;

export class RollCall {
  private last = '';
  /** Asked again at each look: one look alone is not told, and one that stays silent takes no other's turn. */
  private silent: string[] = [];

  /** Those of the cases asked now that do not answer as the register has them. */
  async silentOnes(cases: readonly RegisteredCase[], ask: AskCase): Promise<string[]> {
    const again = cases.filter(({ id }) => this.silent.includes(id));
    const others = cases.filter(({ id }) => !this.silent.includes(id));
    const next = again.length < MOST_SILENT ? this.next(others) : undefined;
    const isSilent = await Promise.all(
      [...again, ...(next ? [next] : [])].map(async ({ id, seq }) => {
        // What is said of it by whoever answers in our place is not passed on.
        const entries = await Promise.resolve()
          .then(() => ask(id))
          .catch(() => undefined);
        return entries !== undefined && entries >= seq ? [] : [id];
      }),
    );
    this.silent = isSilent.flat();
    return this.silent;
  }

  private next(cases: readonly RegisteredCase[]): RegisteredCase | undefined {
    const sorted = [...cases].sort((a, b) => (a.id < b.id ? -1 : 1));
    const next = sorted.find(({ id }) => id > this.last) ?? sorted[0];
    this.last = next?.id ?? '';
    return next;
  }
}
