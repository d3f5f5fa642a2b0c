/** `tocsin assess ID` on a terminal: one question at a time, what each answer changes, and nothing sent before it is confirmed. */
import type { Assessment } from '../../../domain/incident/assessment';
import { answered, effectsOf, type GuideQuestion, guideQuestions, NO_FACTS } from '../../../domain/incident/guide';
import { checkedFacts, HOW_ANSWERED, readAnswer } from '../../../domain/incident/guide-answers';
import type { IncidentState } from '../../../domain/incident/state';
import type { Policy } from '../../../domain/policy/policy';
import type { Output } from '../../rendering/output';
import { hanging } from '../../rendering/table';

/** Asks one line of a person; `undefined` at the end of the input. */
export type AskLine = (prompt: string) => Promise<string | undefined>;

/**
 * Goes through the open questions. An empty line leaves one open, `done` ends, `?` says what hangs on it.
 *
 * @returns the facts to send, or `undefined` where nothing was stated or the person does not confirm.
 */
export async function askForFacts(
  state: IncidentState,
  pack: Policy,
  out: Output,
  ask: AskLine,
): Promise<Assessment | undefined> {
  const before = state.assessment?.facts;
  let facts = before ?? NO_FACTS;
  const left = new Set<string>();
  const how =
    'Enter leaves a question open, ? shows what depends on it, "done" ends. Nothing is sent before you confirm.';
  for (const line of hanging('', how, out.width)) out.line(line);
  for (;;) {
    const question = guideQuestions(state, pack, facts).find(({ path }) => !left.has(path.join('.')));
    if (!question) break;
    const line = await answerOf(question, out, ask);
    if (line === undefined || line === 'done') break;
    if (line === '') {
      left.add(question.path.join('.'));
      continue;
    }
    const read = readAnswer(question, line, facts);
    const next = 'problem' in read ? read : checkedFacts(answered(facts, question.path, read.answer));
    if ('problem' in next) {
      out.line(out.style(next.problem, 'yellow'));
      continue;
    }
    tell(effectsOf(state, pack, facts, next.facts), out);
    facts = next.facts;
    // Answered in part, like a place that stays unknown: it is not asked for again.
    left.add(question.path.join('.'));
  }
  if (JSON.stringify(facts) === JSON.stringify(before ?? NO_FACTS)) return undefined;
  out.line('');
  out.line(out.style('In total this changes', 'bold'));
  const changes = effectsOf(state, pack, before, facts);
  tell(changes.length > 0 ? changes : ['no duty; it only completes notices and the register'], out);
  const sure = await ask('Send this assessment? Type yes: ');
  return sure?.trim() === 'yes' ? facts : undefined;
}

async function answerOf(question: GuideQuestion, out: Output, ask: AskLine): Promise<string | undefined> {
  const offered = question.offers ? ', or the number of one above' : '';
  const how = question.choices ? question.choices.join(', ') : `${HOW_ANSWERED[question.form]}${offered}`;
  out.line('');
  for (const line of hanging('', question.asks, out.width)) out.line(out.style(line, 'bold'));
  for (const [i, offer] of (question.offers ?? []).entries()) {
    for (const line of hanging(`  ${i + 1}. `, offer, out.width)) out.line(line);
  }
  if (how) for (const line of hanging('', how, out.width)) out.line(out.style(line, 'dim'));
  for (;;) {
    const line = (await ask('> '))?.trim();
    if (line !== '?') return line;
    tell(question.because, out);
  }
}

function tell(lines: string[], out: Output): void {
  for (const each of lines) for (const line of hanging('  - ', each, out.width)) out.line(line);
}
