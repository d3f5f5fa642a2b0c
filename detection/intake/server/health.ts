/** Whether the intake can take detections: Postgres or Temporal must be there. */
import { unanswered } from '../../../client/answers';
import { within } from '../../../platform/within';

/** How the parts stand: `ok`, or what is missing. */
export interface Readiness {
  ready: boolean;
  parts: Record<'postgres' | 'temporal', string>;
}

const LOOK_AGAIN_MS = 1_000;
const GIVE_UP_MS = 2_000;

/** Looks at most once a second, however often it is asked: a probe must not load what it probes. */
export class Health {
  private last: { at: number; outcome: Promise<Readiness> } | undefined;

  constructor(private readonly probes: Record<'postgres' | 'temporal', () => Promise<unknown>>) {}

  look(): Promise<Readiness> {
    const now = Date.now();
    if (!this.last || now - this.last.at >= LOOK_AGAIN_MS) this.last = { at: now, outcome: this.probe() };
    return this.last.outcome;
  }

  private async probe(): Promise<Readiness> {
    const [postgres, temporal] = await Promise.all([
      outcomeOf(this.probes.postgres, () => 'cannot be reached: check DATABASE_URL'),
      outcomeOf(this.probes.temporal, unanswered),
    ]);
    return { ready: postgres === 'ok' || temporal === 'ok', parts: { postgres, temporal } };
  }
}

async function outcomeOf(probe: () => Promise<unknown>, missing: (error: unknown) => string): Promise<string> {
  try {
    await within(GIVE_UP_MS, probe(), 'the probe is late');
    return 'ok';
  } catch (error) {
    return missing(error);
  }
}
