/** What the Web UI shows of a case: current details as a Markdown table, and typed search attributes for the list. */
import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { AnyLifecycle, CaseState } from '../../domain/case/lifecycle';
import { ownerHandle } from '../../domain/case/owner-handle';
import { type Instant, minuteText } from '../../domain/kernel/time';
import { cell } from './markdown-cell';
import { KEYS } from './search-attributes';

/** Keeps the Web UI in step with the state; upserts only what changed, and says whether anything did. */
export function showCase(lifecycle: AnyLifecycle, state: CaseState, now: Instant, backlog: number): boolean {
  setCurrentDetails(details(lifecycle, state, now, backlog));
  const shown = workflowInfo().typedSearchAttributes;
  const changed = attributesOf(lifecycle, state, now).filter(
    ({ key, value }) => plain(shown.get(key as typeof KEYS.owner)) !== plain(value),
  );
  if (changed.length > 0) upsertSearchAttributes(changed);
  return changed.length > 0;
}

/** For the list, which is the on-call board when it is sorted by the next deadline. */
function attributesOf(lifecycle: AnyLifecycle, state: CaseState, now: Instant): SearchAttributeUpdatePair[] {
  const { severity, status, owner, exercise, closedAt } = state;
  const dueAt = closedAt ? undefined : lifecycle.nextDueAt(state);
  const more = lifecycle.attributes?.(state, now);
  return [
    { key: KEYS.severity, value: severity },
    { key: KEYS.status, value: closedAt ? 'closed' : status },
    { key: KEYS.owner, value: shownOwner(owner) },
    { key: KEYS.nextDeadline, value: dueAt ? new Date(dueAt) : null },
    { key: KEYS.exercise, value: exercise },
    ...(more
      ? [
          { key: KEYS.overdue, value: more.overdue },
          { key: KEYS.personalData, value: more.personalData },
        ]
      : []),
  ];
}

/** As one text, to compare: an attribute that is not set is null. */
function plain(value: unknown): string {
  return JSON.stringify(value ?? null);
}

function details(lifecycle: AnyLifecycle, state: CaseState, now: Instant, backlog: number): string {
  const { title, severity, owner, status, exercise, closedAt } = state;
  const head = [
    `${exercise ? '**EXERCISE** · ' : ''}**${cell(title)}** · ${severity} · ${closedAt ? 'closed' : cell(status)} · owner ${cell(owner)}`,
    `as of ${minuteText(now)} UTC${backlog > 0 ? ` · ${backlog} register entries not yet written` : ''}`,
  ];
  const rows = lifecycle
    .rows(state, now)
    .map(
      ({ what, dueAt, time = '', state: stands }) =>
        `| ${cell(what)} | ${dueAt ? minuteText(dueAt) : ''} | ${time} | ${cell(stands)} |`,
    );
  return [...head, '', '| | Due (UTC) | Time | State |', '|---|---|---|---|', ...rows].join('\n');
}

/** The owner as a handle; one that an earlier version showed whole stays, so that its history is still replayed. */
function shownOwner(owner: string): string {
  const whole = owner.slice(0, 120);
  return workflowInfo().typedSearchAttributes.get(KEYS.owner) === whole ? whole : ownerHandle(owner);
}
