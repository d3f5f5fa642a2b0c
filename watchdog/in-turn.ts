/**
 * Which of many a look asks after. Whoever reaches Temporal may start any number of workflows, so a look asks after so many
 * only, in turn: half of them of those that were found before, and half of the others.
 */
export class InTurn<Found> {
  private readonly known = new Map<string, Found>();
  private readonly last = { again: '', other: '' };

  constructor(private readonly most: number) {}

  /**
   * What is found among `all`: what `ask` says of those whose turn it is, and what it said last of those found before. `ask`
   * answers nothing for one with which nothing is wrong.
   */
  async found<T>(
    all: readonly T[],
    idOf: (one: T) => string,
    ask: (one: T) => Promise<Found | undefined>,
  ): Promise<Found[]> {
    const ids = new Set(all.map(idOf));
    for (const id of this.known.keys()) if (!ids.has(id)) this.known.delete(id);
    const sorted = [...all].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
    const again = sorted.filter((one) => this.known.has(idOf(one)));
    const others = sorted.filter((one) => !this.known.has(idOf(one)));
    const half = Math.ceil(this.most / 2);
    const ofOthers = Math.min(others.length, Math.max(half, this.most - again.length));
    const turn = [
      ...this.turn('other', others, idOf, ofOthers),
      ...this.turn('again', again, idOf, this.most - ofOthers),
    ];
    for (const one of turn) {
      const found = await ask(one);
      if (found === undefined) this.known.delete(idOf(one));
      else this.known.set(idOf(one), found);
    }
    return [...this.known.values()];
  }

  private turn<T>(which: 'again' | 'other', of: readonly T[], idOf: (one: T) => string, most: number): T[] {
    const from = of.findIndex((one) => idOf(one) > this.last[which]);
    const some = (from < 0 ? of : [...of.slice(from), ...of.slice(0, from)]).slice(0, most);
    const latest = some.at(-1);
    if (latest !== undefined) this.last[which] = idOf(latest);
    return some;
  }
}
