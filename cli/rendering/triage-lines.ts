/** A triage case as lines for a terminal: what waits, until when, what was decided, what happened. */
import { thresholdText } from '../../domain/case/alarm-text';
import { human } from '../../domain/incident/contents';
import { type TriageEvent, type TriageState, triageLifecycle } from '../../domain/triage/triage';
import { grouped, relative, shortInstant } from './format';
import { visibleLine } from './hostile-text';
import type { Output } from './output';
import { hanging } from './table';

/** What happened, in words. */
export function triageEventText(event: TriageEvent): string {
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
      return `not merged: ${event.data.problem}`;
    case 'alarm-raised':
      return `alarm ${event.seq}, ${thresholdText(event.data.threshold, event.data.about)}`;
    case 'alarm-acknowledged':
      return `alarms ${event.data.alarms.join(', ')} seen`;
    case 'rejected':
      return `refused "${event.data.message}": ${event.data.problems.join('; ')}`;
    case 'noted':
      return `${event.data.message}: ${event.data.note}`;
  }
}

/** One event on one line, by whom where it was a person. */
export function triageEventLines(out: Output, event: TriageEvent, now: string): string[] {
  const by = event.by === 'tocsin' ? '' : ` (${event.by})`;
  const text = visibleLine(triageEventText(event) + by, 500);
  const at = shortInstant(now, event.at);
  return hanging(`${out.style(at, 'dim')}  `, text, out.width, at.length + 2);
}

/** The lines of `tocsin triage show`. */
export function triageLines(out: Output, state: TriageState, events: TriageEvent[], now: string): string[] {
  const facts = Object.entries(state.detection.facts).map(([name, value]) => `${name} ${[value].flat().join(', ')}`);
  return [
    `${out.style(state.caseId, 'bold')}  ${state.severity}  ${out.style(state.status, 'cyan')}  owner ${visibleLine(state.owner, 60)}`,
    ...hanging('  ', visibleLine(state.title), out.width),
    ...hanging('  ', visibleLine(state.ruleTitle), out.width),
    ...triageLifecycle.rows(state, now).flatMap(({ what, dueAt, state: stands }) => {
      const due = dueAt ? `; due ${shortInstant(now, dueAt)} UTC (${relative(now, dueAt)})` : '';
      return hanging(`  ${what}: `, `${visibleLine(stands, 500)}${due}`, out.width);
    }),
    ...(facts.length > 0 ? hanging('  Facts: ', visibleLine(facts.join('; '), 1000), out.width) : []),
    ...(events.length > 0 ? ['', ...events.flatMap((event) => triageEventLines(out, event, now))] : []),
  ];
}
