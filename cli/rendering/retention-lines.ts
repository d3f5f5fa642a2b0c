/** How long an incident is kept, for people: the longest period first, each with its start, its end and its citation. */

import type { Instant } from '../../domain/kernel/time';
import { human } from '../../domain/kernel/time';
import { citationOf, type ErasurePlan } from '../../register/erase/erase-incident';
import type { KeptIncident } from '../../register/erase/incident-retention';
import type { Remainder } from '../../register/erase/remains';
import type { Rewritten } from '../../register/erase/rewrite-erased';
import { visibleLine } from './hostile-text';
import type { Output } from './output';
import { hanging } from './table';

export function retentionLines({ incidentId, state, retention, erasedAt }: KeptIncident, now: Instant, out: Output) {
  const { until, because } = retention;
  const over = until !== undefined && until <= now;
  const end = until
    ? `kept until ${human(until)}${over ? ' (over)' : ''}`
    : 'kept with no end date yet: it is still open';
  return [
    out.style(`${incidentId}  ${erasedAt ? `personal data erased ${human(erasedAt)}` : end}`, 'bold'),
    ...hanging('  ', visibleLine(state.declaration.title), out.width),
    ...because.flatMap((reason) =>
      hanging(
        '  - ',
        `${citationOf(reason)}: from ${reason.from}${reason.startAt ? `, ${human(reason.startAt)}` : ''}, as ${reason.because.join(', ')}`,
        out.width,
      ),
    ),
  ];
}

/** What an erasure takes away, and what stays. */
export function erasureLines(plan: ErasurePlan, out: Output): string[] {
  const { entries, fields, deliveries, retention } = plan;
  return [
    ...retention.because.flatMap((reason) => hanging('  kept by: ', citationOf(reason), out.width)),
    ...hanging('  erased: ', `${fields} fields of ${entries} entries: names of staff and free text`, out.width),
    ...hanging('  erased: ', `addresses and references in ${deliveries.total} deliveries`, out.width),
    ...hanging(
      '  stays: ',
      'every leaf of the log, times, kinds, numbers, categories, hashes of notices; what was published, exported or ' +
        "handed over; earlier backups; the audit log; Temporal's history until its retention is over",
      out.width,
    ),
  ];
}

/** Where copies of what was erased may still be, until when, and what was not done of it. */
export function remainderLines(files: Rewritten, remains: readonly Remainder[], out: Output): string[] {
  const undone = files.rewritten
    ? []
    : hanging(
        '',
        `Old bytes may still be in Postgres' files (${files.why}). As their owner, run: ${files.run}`,
        out.width,
      );
  return [
    ...undone,
    'Copies may remain in:',
    ...remains.flatMap(({ where, until }) => hanging('  - ', `${where}: ${until}`, out.width)),
  ];
}
