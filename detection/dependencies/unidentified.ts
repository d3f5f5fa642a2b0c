/** What an SBOM lists without saying which package it is: counted, the first few with their names. */
const NAMES_KEPT = 20;

export class Unidentified {
  private readonly names: string[] = [];
  private count = 0;

  /** `things` is what the format calls them: `components`, `packages`. */
  constructor(private readonly things: string) {}

  add(name: string): void {
    this.count++;
    if (this.names.length < NAMES_KEPT) this.names.push(name);
  }

  problems(): string[] {
    if (this.count === 0) return [];
    const more = this.count > this.names.length ? ' …' : '';
    return [
      `${this.count} ${this.things} have no package URL of a known kind, so nothing is known about them: ${this.names.join(', ')}${more}`,
    ];
  }
}
