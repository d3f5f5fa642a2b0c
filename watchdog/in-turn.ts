/**
 * Which of many a look asks after. Whoever reaches Temporal may start any number of workflows, so a look asks after so many
 * only: those that it found before, and some of the others, in turn.
 */
export class InTurn {
  private last = '';
  private found: ReadonlySet<string> = new Set();

  constructor(private readonly most: number) {}

  /** Those of these to ask after now. */
  next<T>(all: readonly T[], idOf: (one: T) => string): T[] {
    const again = all.filter((one) => this.found.has(idOf(one))).slice(0, this.most);
    const others = all.filter((one) => !this.found.has(idOf(one))).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
    const from = others.findIndex((one) => idOf(one) > this.last);
    const turned = from < 0 ? others : [...others.slice(from), ...others.slice(0, from)];
    const some = turned.slice(0, this.most - again.length);
    const latest = some.at(-1);
    if (latest !== undefined) this.last = idOf(latest);
    return [...again, ...some];
  }

  /** What was found among those: it is asked after at each look from now on. */
  remember(found: readonly string[]): void {
    this.found = new Set(found);
  }
}
