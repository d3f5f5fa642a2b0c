/**
 * What the register and the ledger say, as gauges, read when Prometheus asks: the same from every worker, so take the
 * maximum over them (of the slack, the minimum). No label holds an id of a case or anything about a person, and exercises do
 * not count. While Postgres cannot be read, the gauges are left out, and `tocsin_register_readable` is 0.
 */
import type { Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { toMs } from '../../domain/kernel/time';
import { type CaseFigures, caseFigures } from '../../domain/watch/registered-case';
import { allEnded } from '../../platform/all-ended';
import { within } from '../../platform/within';
import { EachCase } from '../../register/each-case';
import { type AnchorFigures, anchorFigures } from './read-anchored';
import { type Counts, readCounts } from './read-counts';

/** Several that ask at once, and soon after each other, are answered by one reading: whoever asks often costs Postgres no more. */
const FRESH_MS = 30_000;
/** Prometheus gives up after 10 s. A first reading of a large register goes on, for whoever asks next. */
const WAIT_MS = 7_000;

interface Reading {
  at: number;
  figures: CaseFigures[];
  counts: Counts;
  anchors: AnchorFigures[];
}

/**
 * Adds the gauges to a registry. Answers what reads them anew, to be called before they are shown.
 *
 * @param anchors the names of those that this worker has.
 * @param now in milliseconds.
 */
export function registerGauges(
  registry: Registry,
  pool: Pool,
  anchors: readonly string[],
  now: () => number = Date.now,
): () => Promise<void> {
  const cases = new EachCase(pool, caseFigures, ({ first, openIncident }) => first === 'declared' && !openIncident);
  const gauges = createGauges(registry);
  let last: Reading | undefined;
  let reading: Promise<Reading> | undefined;

  const read = async (): Promise<Reading> => {
    if (last && now() - last.at < FRESH_MS) return last;
    reading ??= readAll().finally(() => (reading = undefined));
    last = await reading;
    return last;
  };
  const readAll = async (): Promise<Reading> => {
    // The next reading begins when all of this one has ended, also where a part of it failed at once.
    const [figures, counts, kept] = await allEnded([cases.all(), readCounts(pool), anchorFigures(pool, anchors)]);
    return { at: now(), figures: figures.filter(({ exercise }) => !exercise), counts, anchors: kept };
  };
  return async () => {
    const found = await within(WAIT_MS, read(), 'the register does not answer').catch(() => undefined);
    gauges.clear();
    if (found) gauges.show(found, now());
    gauges.readable.set(found ? 1 : 0);
  };
}

function createGauges(registry: Registry) {
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const slack = gauge(
    'tocsin_deadline_slack_seconds',
    'Seconds until the next deadline that is owed, by obligation; negative once it has passed.',
    'kind',
    'obligation',
  );
  const overdue = gauge('tocsin_obligations_overdue', 'Deadlines that are owed and have passed.', 'kind', 'obligation');
  const open = gauge('tocsin_cases_open', 'Open cases.', 'kind');
  const alarms = gauge('tocsin_alarms_open', 'Alarms of open cases that nobody has acknowledged.', 'kind');
  const entries = gauge('tocsin_register_entries', 'Entries of the register.');
  const unsigned = gauge('tocsin_register_unsigned_entries', 'Entries that are in no checkpoint yet.');
  const unsignedFor = gauge('tocsin_register_unsigned_seconds', 'For how long the oldest of them has waited.');
  const anchored = gauge(
    'tocsin_anchored_entries',
    'Entries in the last checkpoint that an anchor keeps; 0 before the first.',
    'anchor',
  );
  const unanchoredFor = gauge(
    'tocsin_unanchored_seconds',
    'For how long the oldest entry that an anchor does not keep has waited; 0 where it keeps all.',
    'anchor',
  );
  const deliveries = gauge('tocsin_deliveries', 'Rows of the delivery ledger, by what became of them.', 'status');
  const told = gauge('tocsin_delivery_events', 'What the mail provider told of mails that it had taken.', 'kind');
  const readable = gauge(
    'tocsin_register_readable',
    'Whether the register could be read in time: 1 or 0. While it is 0, what is read from it is left out.',
  );

  return {
    readable,
    /** Nothing is known. */
    clear() {
      for (const each of [slack, overdue, open, alarms, anchored, unanchoredFor, deliveries, told]) each.reset();
      // Without a label `reset` would set them to 0, which is a claim.
      for (const each of [entries, unsigned, unsignedFor]) each.remove();
    },
    show({ figures, counts, anchors }: Reading, at: number) {
      for (const { kind, alarms: rung } of figures) {
        open.inc({ kind });
        alarms.inc({ kind }, rung);
      }
      for (const { kind, obligation, seconds, late } of byObligation(figures, at)) {
        slack.set({ kind, obligation }, seconds);
        overdue.set({ kind, obligation }, late);
      }
      entries.set(counts.entries);
      unsigned.set(counts.unsigned);
      unsignedFor.set(counts.unsignedSeconds);
      for (const { anchor, entries: kept, waitingSeconds } of anchors) {
        anchored.set({ anchor }, kept);
        unanchoredFor.set({ anchor }, waitingSeconds);
      }
      for (const { label, count } of counts.deliveries) deliveries.set({ status: label }, count);
      for (const { label, count } of counts.events) told.set({ kind: label }, count);
    },
  };
}

/** For each obligation of each kind: the time to its next deadline, and how many deadlines have passed. */
function byObligation(figures: readonly CaseFigures[], at: number) {
  const found = new Map<string, { kind: string; obligation: string; seconds: number; late: number }>();
  for (const { kind, owed } of figures) {
    for (const { obligation, dueAt } of owed) {
      const key = `${kind}/${obligation}`;
      const seconds = (toMs(dueAt) - at) / 1000;
      const before = found.get(key);
      found.set(key, {
        kind,
        obligation,
        seconds: Math.min(seconds, before?.seconds ?? seconds),
        late: (before?.late ?? 0) + (seconds < 0 ? 1 : 0),
      });
    }
  }
  return [...found.values()];
}
