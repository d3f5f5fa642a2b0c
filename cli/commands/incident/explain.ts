/** `tocsin explain`: why each obligation applies or not, from which instant, by which citation. */

import type { Command } from 'commander';
import { usage } from '../../../client/errors';
import { deciderText } from '../../../domain/incident/authorship';
import { periodText, startWords, stateWords } from '../../../domain/incident/board-words';
import type { Explanation } from '../../../domain/incident/explain';
import { inPartText } from '../../../domain/incident/filings';
import { latenessText } from '../../../domain/incident/lateness';
import { inPartWaived } from '../../../domain/incident/narrate-whom';
import { having, nearest } from '../../../domain/kernel/suggest';
import { human, spanText } from '../../../domain/kernel/time';
import { packNames } from '../../../domain/policy/policy';
import type { Output } from '../../rendering/output';
import { hanging } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

export function explainCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'explain <id> [obligation]',
    'Explain why each obligation applies or not, from when, and under which citation.',
    'explain INC-20260401-9f3a gdpr-art33-authority',
  ).action(async (id: string, obligation: string | undefined, options: CommonOptions) => {
    const all = await (await shell.client()).explain(id);
    const explanations = obligation ? only(all, obligation) : all;
    if (options.json) shell.out.json(explanations);
    else for (const line of explanations.flatMap((each) => explanationLines(each, shell.out))) shell.out.line(line);
  });
}

/** The explanations of one obligation. @throws CommandError where there is none of that name, with the one that is meant. */
export function only(all: Explanation[], obligation: string): Explanation[] {
  const rule = obligation.split(':')[0]!;
  const found = all.filter((each) => each.rule === rule);
  if (found.length > 0) return found;
  const known = all.map((each) => each.rule);
  const meant = nearest(rule, known);
  const alike = having(rule, known);
  throw usage(
    `there is no obligation "${obligation}"; ${meant ? `did you mean "${meant}"?` : `there are: ${(alike.length > 0 ? alike : known).join(', ')}`}`,
  );
}

/** One rule: its title, the verdict with its reasons, its clocks, and what became of it. */
export function explanationLines(explanation: Explanation, out: Output): string[] {
  const {
    rule,
    pack,
    title,
    commitments,
    citation,
    confirmWithCounsel,
    applies,
    whenUndecided,
    because,
    author,
    changes,
    waiver,
    questions,
    recipientDecided,
    clocks,
    obligations,
  } = explanation;
  const field = (name: string, text: string) =>
    hanging(`  ${name.padEnd(9)}`, text, out.width).map((line, i) =>
      i === 0 ? out.style(line.slice(0, 11), 'dim') + line.slice(11) : line,
    );
  const verdict = {
    yes: 'applies',
    no: 'does not apply',
    undecided: whenUndecided === 'apply' ? 'undecided: the clock runs regardless' : 'undecided: waiting for a decision',
  }[applies];
  const counted = clocks.map((clock) => {
    const within = periodText(clock.within);
    const target = clock.ownTarget ? " (the product's own target)" : '';
    if (!clock.anchorAt || !clock.dueAt) return `${within} after ${startWords(clock.from)}${target}: has not started`;
    const counts = clock.counts && clocks.length > 1 ? ': this deadline applies' : '';
    const part = clock.partAt ? `, of this part ${human(clock.partAt)}` : '';
    return `${within} after ${startWords(clock.from)}${target}, ${human(clock.anchorAt)}${part}: due ${human(clock.dueAt)}${counts}`;
  });
  const became = obligations.map((o) => {
    const lateness = latenessText(o, spanText);
    const late = lateness ? `, ${lateness}` : '';
    const missed = o.misses?.length ? `, deadlines passed: ${o.misses.map(human).join(', ')}` : '';
    const due = o.dueAt && !['fulfilled', 'not-required', 'waived'].includes(o.status) ? `, due ${human(o.dueAt)}` : '';
    const decided = o.decision
      ? `, by ${deciderText(o.decision.by, o.byRule)}, on ${human(o.decision.at)}: ${o.decision.reason}${o.decision.inPart ? `; ${inPartWaived(o.decision.inPart)}` : ''}`
      : '';
    const changed = o.changed
      ? `, proposed because this changed after it was told: ${o.changed.join(', ')} (approve or file it, or decide that it is not material)`
      : '';
    const proposed = o.proposal ? `, ${o.proposal}. To decide: ${o.confirm}` : '';
    const confirms = o.decision?.proposed ? ` (confirms: ${o.decision.proposed})` : '';
    const word = o.missing && o.status === 'fulfilled' ? inPartText(o.missing) : stateWords(o.status);
    const told = o.told
      ? `, ${o.told}; still untold: ${o.untold}. Telling them, or a decision to leave them untold, settles it`
      : '';
    const withdrawn = o.withdrawn ? `, ${o.withdrawn}` : '';
    const held = [o.stopped, o.held].flatMap((each) => (each ? [`, ${each}`] : [])).join('');
    const authority = o.authority ? `; it has no authority yet: ${o.authority}` : '';
    return `${o.id}: ${word}${withdrawn}${held}${late}${missed}${due}${changed}${decided}${confirms}${proposed}${told}${authority}`;
  });
  return [
    `${out.style(rule, 'bold')}  ${out.style(`[${commitments.join(' ')}]`, 'cyan')}`,
    ...field('what', title),
    ...field('by', `${citation}${confirmWithCounsel ? ' (confirm with counsel)' : ''}`),
    ...field('pack', packNames([pack])),
    ...field('verdict', `${verdict}: ${because.join('; ')}`),
    ...field('author', author),
    ...(recipientDecided ? field('goes to', recipientDecided) : []),
    ...changes.flatMap((text) => field('changes', text)),
    ...field('waiver', waiver),
    ...questions.flatMap(({ id, asks, citation: by }) => field('asks', `${id}: ${asks} (${by})`)),
    ...counted.flatMap((text) => field('clock', text)),
    ...[...new Set(clocks.flatMap(({ stated = [] }) => stated))].flatMap((text) => field('aware', text)),
    ...became.flatMap((text) => field('state', text)),
    '',
  ];
}
