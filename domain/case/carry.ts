/**
 * What a run takes along when a new one begins, cut to what fits: the state whole, of everything else what is still needed.
 * Nothing is lost by the cuts: the register holds all events, and what it has not got yet waits in workflows of its own.
 * Pure. Decision 0026.
 */
import { jsonBytes, latestWithin } from '../kernel/bytes';
import { isPacked, type Packed, pack, unpack } from '../kernel/packed';
import type { RecordedEvent } from '../kernel/recorded-event';
import type { Alarm } from './alarm';
import { TIMELINE_CARRIED } from './contract';
import type { Work } from './lifecycle';

/** Of the latest events, for whoever asks for them. */
const RECENT_BYTES = 50_000;
/** Of the events that the register has not got; those beyond are handed over to workflows of their own. */
export const BACKLOG_BYTES = 100_000;
/** Of the work that events caused and that is not done. */
const CAUSED_BYTES = 100_000;
/** A state of this size is taken along as it is, so that it can be read in the history. */
const PLAIN_BYTES = 250_000;

interface Taken {
  caused: Work[];
  recent: RecordedEvent[];
}

/** What is taken along of a run, packed where it is large. */
export function carry<C extends Taken>(run: C): C | Packed {
  const recent = latestWithin(run.recent, RECENT_BYTES, TIMELINE_CARRIED);
  const carried = { ...run, recent, caused: withoutSuperseded(run.caused) };
  return jsonBytes(carried) <= PLAIN_BYTES ? carried : pack(carried);
}

export function carriedOf<C>(carried: C | Packed): C {
  return isPacked(carried) ? unpack<C>(carried) : carried;
}

/**
 * Alarms that could not be sent wait. When they are too many, those go of which a later one about the same thing waits: that
 * one says what is so now, and all of them stand in the register.
 */
function withoutSuperseded(caused: Work[]): Work[] {
  let over = jsonBytes(caused) - CAUSED_BYTES;
  if (over <= 0) return caused;
  const latest = new Map(caused.map((work) => [alarmedAbout(work), work]));
  return caused.filter((work) => {
    const about = alarmedAbout(work);
    if (over <= 0 || about === undefined || latest.get(about) === work) return true;
    over -= jsonBytes(work);
    return false;
  });
}

function alarmedAbout(work: Work & { alarm?: Pick<Alarm, 'about'> }): string | undefined {
  return work.kind === 'alarm' && work.alarm ? JSON.stringify(work.alarm.about) : undefined;
}
