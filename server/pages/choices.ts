/** What of an incident and its policy the fields of a form let choose, by what people call it. */
import { stepWords } from '../../domain/incident/board-words';
import { groundsOf } from '../../domain/incident/grounds';
import { isSettled, type Obligation } from '../../domain/incident/state';
import type { Policy } from '../../domain/policy/policy';
import { ruleOf } from '../../domain/policy/policy';
import { titleIn } from './duty-names';
import type { Form } from './form';
import type { LookedAt } from './looked-at';
import { type Typed, textOf } from './typed';

type Choices = Form['choices'];

/** Messages about reports to authorities alone. */
const OF_REPORTS = ['filed', 'cannot-establish', 'decide-authority'];

/** The choices of the fields of a message. `typed`: what the form is filled in with; a duty in it narrows what goes with it. */
export function choicesOf(name: string, { view: { state }, pack, known }: LookedAt, typed: Typed): Choices {
  const all = Object.values(state.obligations);
  const sorted = [...all.filter((o) => !isSettled(o)), ...all.filter(isSettled)];
  const steps = Object.entries(state.containment);
  // Of a policy that is not at hand nobody knows here which duties are reports.
  const isMeant = ({ rule }: Obligation) =>
    !known || !OF_REPORTS.includes(name) || ruleOf(pack, rule)?.dispatch === 'filing';
  const duty = textOf(typed.obligation);
  const chosen = Object.hasOwn(state.obligations, duty) ? [state.obligations[duty]!] : all;
  return {
    obligation: named(sorted.filter(isMeant).map((o) => ({ value: o.id, text: titleIn(o, pack) }))),
    ...(steps.length > 0 && { undo: steps.map(([value, step]) => ({ value, text: stepWords(step) })) }),
    // Another policy than the incident's own may have other keys.
    ...(known && { ...ofPolicy(name, chosen, pack) }),
  };
}

/** What only the policy says: authorities, grounds of the law, the questions of a report's form. */
function ofPolicy(name: string, of: readonly Obligation[], pack: Policy): Choices {
  const rules = of.flatMap(({ rule }) => ruleOf(pack, rule) ?? []);
  const grounds = rules.flatMap((rule) => (name === 'hold' ? (rule.holdGrounds ?? []) : groundsOf(rule, pack)));
  const questions = name === 'cannot-establish' ? rules.flatMap(({ contents }) => contents) : [];
  const authorities = pack.authorities.map(({ key, name: called, country }) => ({
    value: key,
    text: `${called} (${country})`,
  }));
  return {
    authority: authorities.toSorted((a, b) => a.text.localeCompare(b.text, 'en')),
    ...(grounds.length > 0 && { ground: once(grounds.map(({ id, title }) => ({ value: id, text: title }))) }),
    ...(questions.length > 0 && { field: once(questions.map(({ field, title }) => ({ value: field, text: title }))) }),
  };
}

/** Where two are called the same, their ids tell them apart. */
function named(choices: Choices[string]): Choices[string] {
  return choices.map(({ value, text }) => {
    const isAlone = choices.filter((each) => each.text === text).length === 1;
    return { value, text: isAlone ? text : `${text} (${value})` };
  });
}

function once(choices: Choices[string]): Choices[string] {
  return [...new Map(choices.map((each) => [each.value, each])).values()];
}
