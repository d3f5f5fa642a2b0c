/** How a triage case is told: the rule that fired, the facts of the detection, what happened. */

import { type Telling, toldOfAny } from '../case/told';
import { grouped } from '../kernel/grouped';
import { human, type Instant } from '../kernel/time';
import type { TriageEvent, TriageState } from './state';
import { triageLifecycle } from './triage';

export const TRIAGE_TOLD: Telling<TriageState, TriageEvent> = {
  rows: triageLifecycle.rows,
  about({ ruleTitle, detection }) {
    const facts = Object.entries(detection.facts).map(([name, value]) => `${name} ${[value].flat().join(', ')}`);
    return [ruleTitle, ...(facts.length > 0 ? [`Facts: ${facts.join('; ')}`] : [])];
  },
  told(event) {
    switch (event.kind) {
      case 'detected':
        return `detected by ${event.data.detection.source}, ${event.data.severity}; rule ${event.data.rule}`;
      case 'detections-counted':
        return `${grouped(event.data.count)} detections so far, the last at ${human(event.data.lastAt)}`;
      case 'triage-declared': {
        const { trigger, declaration } = event.data;
        const how = { rule: 'by its rule', silence: 'because nobody decided', person: 'by decision' }[trigger];
        return `declared as ${declaration.id}, ${declaration.severity}, ${how}`;
      }
      case 'incident-started':
        return `incident ${event.data.incidentId} ${event.data.already ? 'was already open' : 'started'}`;
      case 'triage-dismissed':
        return `dismissed: ${event.data.reason}`;
      case 'triage-merged':
        return `merged into ${event.data.into}`;
      case 'merge-delivered':
        return `${event.data.into} has received it`;
      case 'merge-failed':
        return `not merged: ${event.data.problem}${until(event.data.dueAt)}`;
      case 'triage-unmerged':
        return `taken out of ${event.data.from}: ${event.data.reason}`;
      case 'unmerge-delivered':
        return `${event.data.from} has let it go${until(event.data.dueAt)}`;
      case 'unmerge-failed':
        return `not taken out: ${event.data.problem}`;
      case 'recount-failed':
        return `${event.data.into} was not told of further detections: ${event.data.problem}`;
      default:
        return toldOfAny(event);
    }
  },
};

function until(dueAt: Instant | undefined): string {
  return dueAt ? `; to be decided again by ${human(dueAt)}` : '';
}
