/** What is wrong with a rota: names that nobody has, and times at which nobody is on call, or two are. Pure. */
import type { PagingService } from '../case/acknowledge';
import { upperFirst } from '../kernel/first-letter';
import { atLocal, DAY_MS, type Instant, localTime, minuteText, toInstant, toMs } from '../kernel/time';
import { beginOn, type Rotation, type Shift, WEEKDAYS } from './shift';

/** As much of a rota as is looked at. */
interface Planned {
  people: Record<string, { [service in PagingService]?: string | undefined }>;
  levels: ReadonlyArray<{ shifts: readonly Shift[] }>;
  overrides: ReadonlyArray<{ level: number; from: Instant; to: Instant; who: string }>;
}
type Problem = { path: PropertyKey[]; message: string };

/** The field of each problem, as the file has it, and what is wrong there. */
export function rotaProblems(rota: Planned): Problem[] {
  const known = Object.keys(rota.people);
  const unknown = (who: string) =>
    known.includes(who) ? [] : [`"${who}" is not under "people": add them, or correct the name`];
  const problems: Problem[] = sharedIds(rota.people);
  rota.levels.forEach(({ shifts }, level) => {
    const problemsBefore = problems.length;
    shifts.forEach(({ rotations }, shift) => {
      const within = shifts.length > 1 ? ['levels', level, 'shifts', shift] : ['levels', level];
      rotations.forEach((rotation, index) => {
        const path = [...within, 'rotations', index];
        rotation.people.forEach((who, place) => {
          for (const message of unknown(who)) problems.push({ path: [...path, 'people', place], message });
        });
        for (const message of placeProblems(rotation, rotations[index + 1])) {
          problems.push({ path: [...path, 'end'], message });
        }
      });
    });
    // What is not covered can be told once each shift is right by itself.
    if (shifts.length > 1 && problems.length === problemsBefore) problems.push(...coverageProblems(shifts, level));
  });
  rota.overrides.forEach((override, index) => {
    const path = ['overrides', index];
    for (const message of unknown(override.who)) problems.push({ path: [...path, 'who'], message });
    if (override.level > rota.levels.length) {
      problems.push({ path: [...path, 'level'], message: `there are ${rota.levels.length} levels` });
    }
    if (override.from >= override.to) problems.push({ path: [...path, 'to'], message: 'must be after "from"' });
    const before = rota.overrides.findIndex((other, place) => place < index && overlap(other, override));
    if (before >= 0) {
      const message = `overlaps the override ${before + 1} (${rota.overrides[before]!.who}) at level ${override.level}: move one of them`;
      problems.push({ path, message });
    }
  });
  return problems;
}

/** An id at a paging service is one person's: who acknowledges there is found by it. */
function sharedIds(people: Planned['people']): Problem[] {
  const owners = new Map<string, string>();
  return Object.entries(people).flatMap(([handle, person]) =>
    (['pagerduty', 'slack'] as const).flatMap((service) => {
      const id = person[service];
      if (id === undefined) return [];
      const owner = owners.get(`${service} ${id}`);
      owners.set(`${service} ${id}`, owner ?? handle);
      if (owner === undefined) return [];
      return [{ path: ['people', handle, service], message: `is the id of "${owner}" too: each id is one person's` }];
    }),
  );
}

/** Rotations of a shift follow one another without a gap; only the last one is without an end. */
function placeProblems({ start, end }: Rotation, next: Rotation | undefined): string[] {
  if (end !== undefined && end <= start) return ['must be after "start"'];
  if (!next) {
    return end === undefined
      ? []
      : [`nobody is on call after ${end}: leave "end" out, or add the rotation that follows`];
  }
  if (end === undefined) return [`is missing: the next rotation begins on ${next.start}`];
  if (end < next.start) return [`nobody is on call from ${end} to ${next.start}: close the gap`];
  return end > next.start ? [`overlaps the next rotation, which begins on ${next.start}`] : [];
}

function overlap(a: Planned['overrides'][number], b: Planned['overrides'][number]): boolean {
  return a.level === b.level && a.from < b.to && b.from < a.to;
}

/** After a year and a week every weekday has met every change of the clocks. */
const LOOKED_AT_DAYS = 371;
/** A shift that begins on one weekday begins again within that. */
const WEEK_DAYS = 8;
/** A zone may get another law later. So many years are looked at for that. */
const LATER_YEARS = 20;
/** A law is told by the time that the wall shows on these days of each month, at an hour in UTC at which the date is nearly everywhere the same. */
const LOOKED_AT_OF_MONTH = [1, 15];
const NOON = 12;

interface Begin {
  index: number;
  at: Instant;
  /** When the next shift must have begun: the same local time a day later. */
  endsBy: Instant;
}

/**
 * A shift lasts a day at most, so that nobody is on call for days on end because no other begins; and no two begin at one
 * instant. Each is told at its first instant, for each shift, or two of them, once. Looked at is the year that follows each first
 * turn, with its changes of the clocks, and each later one in which the clocks of a zone go by another law than before, as far
 * as this runtime knows it.
 */
function coverageProblems(shifts: readonly Shift[], level: number): Problem[] {
  const problems = new Map<string, Problem>();
  const tell = (key: string, problem: Problem) => void (problems.has(key) || problems.set(key, problem));
  const starts = [...new Set(shifts.map(({ rotations }) => rotations[0]!.start))].sort();
  const first = starts.map((from, place) => {
    const days = starts[place + 1] ? (toMs(starts[place + 1]!) - toMs(from)) / DAY_MS : LOOKED_AT_DAYS;
    return { from, days: Math.min(days, LOOKED_AT_DAYS) };
  });
  const later = yearsOfAnotherLaw(shifts, starts.at(-1)!).map((from) => ({ from, days: LOOKED_AT_DAYS }));
  for (const { from, days } of [...first, ...later]) {
    const begins = beginsOf(shifts, from, days + WEEK_DAYS);
    begins.slice(0, -1).forEach(({ index, at, endsBy }, i) => {
      const next = begins[i + 1]!;
      const [shift, other] = [shifts[index]!, shifts[next.index]!];
      const path = ['levels', level, 'shifts'];
      if (next.at === at)
        tell(`${index} ${next.index}`, {
          path: [...path, next.index, 'handover'],
          message: `${other.name} and ${shift.name} both begin at ${localText(at, other)} (${minuteText(at)} UTC): two would be on call; give one of them another time, or other days`,
        });
      else if (next.at > endsBy)
        tell(`${index}`, {
          path: [...path, index, 'days'],
          message: `nobody is on call from ${localText(endsBy, shift)} to ${localText(next.at, shift)} (${minuteText(endsBy)} to ${minuteText(next.at)} UTC): a shift lasts a day at most, and none begins between ${localText(at, shift)} and then; have one begin`,
        });
    });
  }
  return [...problems.values()];
}

/** The first days of the years after a start in which the clocks of a zone do not go as in the year before. */
function yearsOfAnotherLaw(shifts: readonly Shift[], start: string): string[] {
  const zones = [...new Set(shifts.map(({ timeZone }) => timeZone))];
  const lawOf = (year: number) =>
    zones
      .flatMap((zone) =>
        Array.from({ length: 12 }, (_, month) =>
          LOOKED_AT_OF_MONTH.map((day) => {
            const shown = localTime(Date.UTC(year, month, day, NOON), zone);
            return shown.msOfDay + (shown.day - day) * DAY_MS;
          }),
        ),
      )
      .join();
  const years = Array.from({ length: LATER_YEARS }, (_, n) => Number(start.slice(0, 4)) + 1 + n);
  return years.filter((year) => lawOf(year) !== lawOf(year - 1)).map((year) => `${year}-01-01`);
}

/** When the shifts begin, from a date on for some days, in order. */
function beginsOf(shifts: readonly Shift[], from: string, days: number): Begin[] {
  return shifts
    .flatMap((shift, index) =>
      Array.from({ length: days }, (_, on): Begin[] => {
        const at = beginOn(shift, from, on);
        return at === undefined ? [] : [{ index, at, endsBy: atLocal(from, shift.handover, shift.timeZone, on + 1) }];
      }).flat(),
    )
    .sort((a, b) => (a.at === b.at ? a.index - b.index : a.at < b.at ? -1 : 1));
}

/** `Sat 2026-01-10 09:00 America/New_York`. */
function localText(at: Instant, { timeZone }: Shift): string {
  const { year, month, day, msOfDay } = localTime(toMs(at), timeZone);
  const wall = Date.UTC(year, month - 1, day) + msOfDay;
  const weekday = WEEKDAYS[(new Date(wall).getUTCDay() + 6) % 7]!;
  return `${upperFirst(weekday)} ${minuteText(toInstant(wall))} ${timeZone}`;
}
