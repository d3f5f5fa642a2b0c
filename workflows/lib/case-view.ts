/** What the Web UI shows of a case: current details as Markdown, what is next first; and typed search attributes for the list. */
import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { CaseStep } from '../../domain/case/case-step';
import type { AnyLifecycle, CaseState } from '../../domain/case/lifecycle';
import { ownerHandle } from '../../domain/case/owner-handle';
import { commandText, tocsin } from '../../domain/kernel/command-lines';
import { type Instant, minuteText, toMs } from '../../domain/kernel/time';
import { showWhenAsked } from './details-when-asked';
import { cell, code } from './markdown-cell';
import { KEYS } from './search-attributes';

/** Keeps the Web UI in step with the state; upserts only what changed, and says whether anything did. */
export function showCase(lifecycle: AnyLifecycle, state: CaseState, now: Instant, backlog: number): boolean {
  showWhenAsked(() => details(lifecycle, state, now, backlog));
  const shown = workflowInfo().typedSearchAttributes;
  const changed = attributesOf(lifecycle, state, now).filter(
    ({ key, value }) => plain(shown.get(key as typeof KEYS.owner)) !== plain(value),
  );
  if (changed.length > 0) upsertSearchAttributes(changed);
  return changed.length > 0;
}

/** For the columns of the list. */
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

/** How many steps are shown with what to do; the command tells all. */
const STEPS_SHOWN = 3;

/**
 * As of when something last happened, whenever somebody looks: so it says until when, never how much time is left, which would
 * be wrong a minute later.
 */
function details(lifecycle: AnyLifecycle, state: CaseState, now: Instant, backlog: number): string {
  const { title, severity, owner, status, exercise, closedAt } = state;
  const head = `${exercise ? '**EXERCISE** · ' : ''}**${cell(title)}** · ${severity} · ${closedAt ? 'closed' : cell(status)} · owner ${cell(owner)}`;
  const rows = lifecycle
    .rows(state, now)
    .map(({ what, dueAt, state: stands }) => `| ${cell(what)} | ${dueAt ? unbroken(dueAt) : ''} | ${cell(stands)} |`);
  const behind = backlog > 0 ? ` · ${backlog} register entries not yet written` : '';
  return [
    head,
    '',
    ...nextLines(lifecycle.next(state, now), state, now),
    '| What | Due (UTC) | State |',
    '|---|---|---|',
    ...rows,
    '',
    `as of ${minuteText(now)} UTC, when something last happened${behind}`,
  ].join('\n');
}

/** What people do next, and how. The owner is named as whom to ask: a second confirmation is not the owner's to give. */
function nextLines(steps: CaseStep[], { owner, caseId, closedAt }: CaseState, now: Instant): string[] {
  if (steps.length === 0) return closedAt ? [] : ['**Next:** nothing that waits for a person', ''];
  const shown = steps.slice(0, STEPS_SHOWN).map(({ what, todo, onSilence = '', dueAt, commands }, index) => {
    const due = dueAt ? `, ${toMs(dueAt) < toMs(now) ? 'overdue since' : 'by'} ${minuteText(dueAt)} UTC` : '';
    const doing = commands.find(({ verb }) => verb !== 'explain') ?? commands[0];
    const said = `${todo && `: ${cell(todo)}.`} ${cell(onSilence)}`.trimEnd();
    return `${index + 1}. **${cell(what)}**${due}${said}${doing ? ` ${code(commandText(doing))}` : ''}`;
  });
  const more = steps.length - shown.length;
  const others = more > 0 ? ['', `${more} more: ${code(tocsin('next', { id: caseId }))}`] : [];
  return [`**Next (owner ${cell(owner)}):**`, '', ...shown, ...others, ''];
}

/** An instant that stays on one line in a narrow column. */
function unbroken(at: Instant): string {
  return minuteText(at).replaceAll('-', '\u2011').replace(' ', '\u00a0');
}

/** The owner as a handle; one that an earlier version showed whole stays, so that its history is still replayed. */
function shownOwner(owner: string): string {
  const whole = owner.slice(0, 120);
  return workflowInfo().typedSearchAttributes.get(KEYS.owner) === whole ? whole : ownerHandle(owner);
}
