/**
 * One case a look, in turn, is asked how it stands. Its workflow may run, and have nothing that waits, while somebody else than
 * our workers takes its tasks and lets every deadline pass: only whoever has the keys can answer as the register has it.
 */
import type { RegisteredCase } from '../domain/watch/registered-case';

/** How many entries a case has taken, as it says itself; `undefined` before it is open. Throws where nobody answers. */
export type AskCase = (id: string) => Promise<number | undefined>;

export class RollCall {
  private last = '';
  /** Asked again at the next look: one look alone is not told. */
  private silent: string | undefined;

  /** The case of these that does not answer as the register has it, if the one whose turn it is does not. */
  async silentOne(cases: readonly RegisteredCase[], ask: AskCase): Promise<string | undefined> {
    const asked = cases.find(({ id }) => id === this.silent) ?? this.next(cases);
    if (!asked) return undefined;
    // What is said of it by whoever answers in our place is not passed on.
    const entries = await ask(asked.id).catch(() => undefined);
    this.silent = entries !== undefined && entries >= asked.seq ? undefined : asked.id;
    return this.silent;
  }

  private next(cases: readonly RegisteredCase[]): RegisteredCase | undefined {
    const sorted = [...cases].sort((a, b) => (a.id < b.id ? -1 : 1));
    const next = sorted.find(({ id }) => id > this.last) ?? sorted[0];
    this.last = next?.id ?? '';
    return next;
  }
}
