/** What the Web UI shows of an incident: current details as a Markdown table, and typed search attributes for the list. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { nextDeadline, overdueCount } from '../../domain/incident/clocks';
import { board } from '../../domain/incident/explain';
import type { IncidentState } from '../../domain/incident/state';
import { type Instant, minuteText } from '../../domain/kernel/time';
import type { Policy } from '../../domain/policy/policy';
import { cell } from './markdown-cell';
import { KEYS } from './search-attributes';

/** Keeps the Web UI in step with the state; upserts only what changed. */
export class BoardView {
  private shown = '';

  refresh(state: IncidentState, pack: Policy, now: Instant, backlog: number): void {
    setCurrentDetails(details(state, pack, now, backlog));
    const deadline = nextDeadline(state);
    const { severity, owner } = state.declaration;
    const attributes = {
      severity,
      owner: owner.slice(0, 120),
      status: state.closedAt ? 'closed' : state.status,
      deadline: deadline ?? null,
      overdue: overdueCount(state, now),
      personalData: state.assessment?.facts.personalData ?? 'unknown',
    };
    const text = JSON.stringify(attributes);
    if (text === this.shown) return;
    this.shown = text;
    upsertSearchAttributes([
      { key: KEYS.severity, value: severity },
      { key: KEYS.status, value: attributes.status },
      { key: KEYS.owner, value: attributes.owner },
      { key: KEYS.nextDeadline, value: deadline ? new Date(deadline) : null },
      { key: KEYS.overdue, value: attributes.overdue },
      { key: KEYS.personalData, value: attributes.personalData },
      { key: KEYS.exercise, value: state.exercise },
    ]);
  }
}

function details(state: IncidentState, pack: Policy, now: Instant, backlog: number): string {
  const { title, severity, owner } = state.declaration;
  const head = [
    `${state.exercise ? '**EXERCISE** · ' : ''}**${cell(title)}** · ${severity} · ${state.closedAt ? 'closed' : state.status} · owner ${cell(owner)}`,
    `as of ${minuteText(now)} UTC${backlog > 0 ? ` · ${backlog} register entries not yet written` : ''}`,
  ];
  const rows = board(state, pack, now).map(
    (r) =>
      `| ${r.commitments.join(' ')} | ${cell(r.title)} | ${r.dueAt ? minuteText(r.dueAt) : ''} | ${r.time} | ${cell(r.status)} |`,
  );
  return [...head, '', '| | Obligation | Due (UTC) | Time | State |', '|---|---|---|---|---|', ...rows].join('\n');
}
