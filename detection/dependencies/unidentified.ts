/** What an SBOM lists without saying which package it is: counted, the first few with their names. */
import { cut } from './component-list';

const NAMES_SHOWN = 20;

export class Unidentified {
  private readonly names: string[] = [];
  private readonly shown: string[] = [];

  /** `things` is what the format calls them: `components`, `packages`. */
  constructor(private readonly things: string) {}

  /** `name` is the name that it has; without one it is shown as `otherwise`, and may be any package. */
  add(name: string | undefined, otherwise = ''): void {
    this.names.push(name ?? '');
    if (this.shown.length < NAMES_SHOWN) this.shown.push(cut(name ?? otherwise, 80));
  }

  unread(): string[] {
    return [...new Set(this.names)];
  }

  problems(): string[] {
    const count = this.names.length;
    if (count === 0) return [];
    const more = count > this.shown.length ? ' …' : '';
    return [
      count === 1
        ? `1 ${this.things.slice(0, -1)} has no package URL of a known kind, so nothing is known about it: ${this.shown[0]}`
        : `${count} ${this.things} have no package URL of a known kind, so nothing is known about them: ${this.shown.join(', ')}${more}`,
    ];
  }
}
