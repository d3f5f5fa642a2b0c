/** Who is on call at an instant, and who comes next, level by level. Pure. */
import { DAY_MS, type Instant, toInstant, toMs } from '../kernel/time';
import { onCall, type Rota, type Turn, turns } from './rota';

/** Turns in which somebody else must come for there to be an end: no rota of a file ends by itself. */
const LOOKED_AT = 60;

/** A level of the rota at an instant. Without `now` nobody is on call there. */
export interface LevelNow {
  /** Counted from 1. */
  level: number;
  name: string;
  /** `until`: when somebody else takes over; missing where nobody does. */
  now?: Omit<Turn, 'until'> & { until?: Instant };
  /** The next turn of somebody else. */
  next?: Turn;
  /** The handovers of the next day, where several shifts follow the sun. */
  handovers?: Turn[];
}

export function levelsAt(rota: Rota, at: Instant): LevelNow[] {
  return rota.levels.map(({ name }, index) => levelAt(rota, index + 1, name, at));
}

function levelAt(rota: Rota, level: number, name: string, at: Instant): LevelNow {
  const now = onCall(rota, level, at);
  const following = turns(rota, level, at, LOOKED_AT).filter(({ from }) => from > at);
  const next = following.find(({ who }) => who !== now?.who);
  // Turns of the same person that follow one another are one; where they go on and on, it has no end.
  const until = next?.from;
  const dayOn = toInstant(toMs(at) + DAY_MS);
  const handovers =
    rota.levels[level - 1]!.shifts.length > 1 ? following.filter(({ from }) => from <= dayOn) : undefined;
  return { level, name, now: now && { ...now, until }, next, ...(handovers && { handovers }) };
}
