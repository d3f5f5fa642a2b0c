/** What incidents answered to a triage case and the case has not used yet. */
import type { Answered } from '../incident/detections';

export class Answers {
  private readonly kept: Map<string, Answered>;
  /** Those that have been used: what still comes answers a question that was sent twice. */
  private readonly used = new Set<string>();

  /** @param carried those that the run before had not used. */
  constructor(carried: Answered[] = []) {
    this.kept = new Map(carried.map((each) => [keyOf(each), each]));
  }

  /** From here on an answer counts. One that came while nobody waited for it is kept: the question need not be sent again. */
  expect(of: Pick<Answered, 'incident' | 'of'>): void {
    this.used.delete(keyOf(of));
  }

  hear(answered: Answered): void {
    if (!this.used.has(keyOf(answered))) this.kept.set(keyOf(answered), answered);
  }

  has(of: Pick<Answered, 'incident' | 'of'>): boolean {
    return this.kept.has(keyOf(of));
  }

  /** The answer, which counts once; `undefined` where there is none and none will be used. */
  use(of: Pick<Answered, 'incident' | 'of'>): Answered | undefined {
    const answered = this.kept.get(keyOf(of));
    this.kept.delete(keyOf(of));
    this.used.add(keyOf(of));
    return answered;
  }

  unused(): Answered[] {
    return [...this.kept.values()];
  }
}

function keyOf({ incident, of }: Pick<Answered, 'incident' | 'of'>): string {
  return `${of} ${incident}`;
}
