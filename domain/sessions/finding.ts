/** What a rule finds in authentication events. */
import type { SEVERITIES } from '../kernel/severity';
import { exactMs } from '../kernel/time';
import type { SeenEvent } from './seen-event';
import type { SessionRuleName } from './session-policy';

/** A finding. Its id is the same for all that one `quiet` time covers. */
export interface Finding {
  rule: SessionRuleName;
  id: string;
  atMs: number;
  severity: (typeof SEVERITIES)[number];
  title: string;
  subjects: string[];
  indicators: string[];
  facts: Record<string, string | number | boolean | string[]>;
  /** The event that made it, and in words why. */
  event: SeenEvent;
  why: string[];
}

type Told = Pick<Finding, 'title' | 'facts' | 'why'> & Partial<Pick<Finding, 'subjects' | 'indicators'>>;

/** A finding of a rule; `about`: what tells it from others of the same rule within one `quiet` time. */
export function finding(
  rule: SessionRuleName,
  { severity, quiet }: { severity: Finding['severity']; quiet: string },
  event: SeenEvent,
  about: string[],
  told: Told,
): Finding {
  const time = Math.floor(event.atMs / Math.max(1, exactMs(quiet)));
  const id = [rule, ...about, time].join(' ');
  return { rule, id, atMs: event.atMs, severity, subjects: [event.account], indicators: [], event, ...told };
}

/** The first of each id, in the order of time. */
export function distinct(findings: Finding[]): Finding[] {
  const first = new Map<string, Finding>();
  for (const each of findings.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))) {
    if (!first.has(each.id)) first.set(each.id, each);
  }
  return [...first.values()];
}
