/** What of an incident and its policy the fields of a form let choose, by what people call it. */

import { authorityKeys } from '../../domain/incident/authority-decision';
import { stepWords } from '../../domain/incident/board-words';
import { undelivered } from '../../domain/incident/filings';
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
  const isMeant = ({ rule, status }: Obligation) => {
    if (name === 'stop-sending') return status === 'dispatching';
    return !known || !OF_REPORTS.includes(name) || ruleOf(pack, rule)?.dispatch === 'filing';
  };
  const duty = textOf(typed.obligation);
  const chosen = Object.hasOwn(state.obligations, duty) ? [state.obligations[duty]!] : all;
  const duties = sorted.filter(isMeant);
  return {
    // Where there is none to choose, its id is asked for: a report may have been filed although none is owed.
    ...(duties.length > 0 && { obligation: named(duties.map((o) => ({ value: o.id, text: titleIn(o, pack) }))) }),
    ...(steps.length > 0 && { undo: steps.map(([value, step]) => ({ value, text: stepWords(step) })) }),
    // Another policy than the incident's own may have other keys.
    ...(known && { ...ofPolicy(name, chosen, pack) }),
  };
}

/** What only the policy says: authorities, grounds of the law, the questions of a report's form. */
function ofPolicy(name: string, of: readonly Obligation[], pack: Policy): Choices {
  const rules = of.flatMap(({ rule }) => ruleOf(pack, rule) ?? []);
  const [chosen, ...others] = of;
  const reported = name === 'filed' && others.length === 0 ? chosen?.recipient : undefined;
  const reports = rules.length === 1 ? rules : pack.obligations;
  const takes = reported !== undefined ? [reported] : reports.flatMap((rule) => authorityKeys(rule, pack));
  const grounds = rules.flatMap((rule) => (name === 'hold' ? (rule.holdGrounds ?? []) : groundsOf(rule, pack)));
  const open = name === 'cannot-establish' ? of.flatMap(undelivered) : [];
  const questions = rules.flatMap(({ contents }) => contents.filter(({ title }) => open.includes(title)));
  const authorities = pack.authorities
    .filter(({ key }) => takes.includes(key))
    .map(({ key, name: called, country }) => ({ value: key, text: `${called} (${country})` }));
  return {
    ...(authorities.length > 0 && { authority: authorities.toSorted((a, b) => a.text.localeCompare(b.text, 'en')) }),
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
