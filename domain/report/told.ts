/** How a vulnerability report is told; without what was reported, which no event holds. */

import { type Telling, toldOfAny } from '../case/told';
import { human } from '../kernel/time';
import { mailedText } from './rows';
import type { VulnerabilityReportEvent, VulnerabilityReportState } from './state';
import { clockText } from './vulnerability-clock';
import { vulnerabilityReportLifecycle } from './vulnerability-report';

export const REPORT_TOLD: Telling<VulnerabilityReportState, VulnerabilityReportEvent> = {
  rows: vulnerabilityReportLifecycle.rows,
  about: () => [],
  told(event) {
    switch (event.kind) {
      case 'report-received':
        return `received by ${event.data.via}, ${event.data.length} bytes; to be acknowledged by ${human(event.data.clock.dueAt)}`;
      case 'acknowledged':
        return `acknowledged ${clockText({ ...event.data, by: event.by })}`;
      case 'deadline-missed':
        return 'not acknowledged in time';
      case 'triaged': {
        const { data } = event;
        if (data.decision === 'accepted') return `accepted as ${data.severity}`;
        return data.decision === 'declined' ? `declined: ${data.reason}` : `a duplicate of ${data.of}`;
      }
      case 'fixed':
        return `fixed in ${event.data.version}`;
      case 'disclosure-agreed':
        return `disclosure agreed for ${event.data.on}`;
      case 'disclosed':
        return `disclosed at ${event.data.url}`;
      case 'credited':
        return event.data.as === 'named' ? 'reporter credited by name' : 'reporter stays anonymous';
      case 'incident-declared':
        return `incident ${event.data.incidentId} declared, ${event.data.declaration.severity}`;
      case 'incident-linked':
        return `incident ${event.data.incidentId} linked`;
      case 'incident-started':
        return `incident ${event.data.incidentId} started`;
      case 'reporter-mailed':
        return `${event.data.mail === 'confirmation' ? 'request to confirm the address' : 'acknowledgement to the reporter'}: ${mailedText(event.data.outcome)}`;
      case 'erased':
        return 'text and reporter erased';
      case 'closed':
        return `closed${event.data.note ? `: ${event.data.note}` : ''}`;
      default:
        return toldOfAny(event);
    }
  },
};
