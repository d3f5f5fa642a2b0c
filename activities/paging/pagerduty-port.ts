import { pageKeyOf } from '../../domain/escalation/page-key';
import { oneLine } from '../notices/inert';
import type { EscalationPort, PagedCase } from './escalation-port';
import { postJson } from './post-json';

/** `url`: `https://events.pagerduty.com`, in the EU `https://events.eu.pagerduty.com`. */
export interface PagerDutyConfig {
  routingKey: string;
  url: string;
}

const SEVERITIES: Record<string, 'critical' | 'error' | 'warning' | 'info'> = {
  sev1: 'critical',
  sev2: 'error',
  sev3: 'warning',
  sev4: 'info',
};

/**
 * Pages through PagerDuty's Events API v2. One PagerDuty incident stands for one climb, by its deduplication key: the
 * case's id, and for later climbs the id with their number, as an incident that was acknowledged at PagerDuty pages
 * nobody again. Whom PagerDuty pages is its own schedule's matter.
 */
export function createPagerDutyPort({ routingKey, url }: PagerDutyConfig): EscalationPort {
  const enqueue = (action: 'trigger' | 'acknowledge' | 'resolve', dedupKey: string, rest: object = {}) =>
    postJson({
      service: 'PagerDuty',
      url: new URL('/v2/enqueue', url).href,
      body: JSON.stringify({ routing_key: routingKey, event_action: action, dedup_key: dedupKey, ...rest }),
    });
  return {
    name: 'pagerduty',
    async page(page) {
      const { caseId, severity, title, climb, attempt, at, digest } = page;
      if (attempt === 1 && climb.number > 1) await enqueue('resolve', pageKeyOf({ caseId, climb: climb.number - 1 }));
      const payload = {
        summary: oneLine(digest.subject, 1000),
        source: caseId,
        severity: SEVERITIES[severity] ?? 'warning',
        timestamp: at,
        class: 'security incident',
        group: caseId,
        custom_details: { title: oneLine(title), page: attempt, alarms: digest.lines, next: digest.commands },
      };
      await enqueue('trigger', keyOf(page), { client: 'Tocsin', payload });
    },
    async acknowledged(note) {
      if (note.remaining === 0) await enqueue('acknowledge', keyOf(note));
      // What was acknowledged there rings no more: the next page, of what is left, begins a new incident under the same key.
      else if (note.via === 'pagerduty') await enqueue('resolve', keyOf(note));
    },
    resolved: (note) => enqueue('resolve', keyOf(note)),
  };
}

function keyOf({ caseId, climb }: PagedCase): string {
  return pageKeyOf({ caseId, climb: climb.number });
}
