/** Duties and grounds by the names that people know, wherever a text of an incident has their ids. */
import type { IncidentEvent } from '../../domain/incident/events';
import { titleOf } from '../../domain/incident/filings';
import { type Narration, narrate } from '../../domain/incident/narrate';
import type { Obligation } from '../../domain/incident/state';
import { TOCSIN } from '../../domain/kernel/recorded-event';
import type { Policy } from '../../domain/policy/policy';
import { ruleOf } from '../../domain/policy/policy';
import { byTitle } from './acts-in-text';
import type { LookedAt } from './looked-at';

type Known = Pick<LookedAt, 'view' | 'pack'>;

/** The duties of an incident by id, also those that have not begun, with their titles. */
export function dutiesOf({ view: { state }, pack }: Known): ReadonlyMap<string, string> {
  const begun = Object.values(state.obligations).map((o): [string, string] => [o.id, titleIn(o, pack)]);
  return new Map([...pack.obligations.map(({ id, title }) => [id, title] as const), ...begun]);
}

export function titleIn(o: Obligation, pack: Policy): string {
  const rule = ruleOf(pack, o.rule);
  return rule ? titleOf(o, rule) : o.id;
}

/** The same with the grounds of its policy; a policy that is not installed here is known without them. */
export function namesOf(looked: Known): ReadonlyMap<string, string> {
  const { grounds = [] } = looked.pack as Partial<Policy>;
  return new Map([...grounds.map(({ id, title }) => [id, title] as const), ...dutiesOf(looked)]);
}

/** The sentence with a title in place of the id that it begins with. */
function beginningByTitle(text: string, names: ReadonlyMap<string, string>): string {
  const [, id, rest] = /^([\w.:-]{1,160})(: .*)$/s.exec(text) ?? [];
  const title = id === undefined ? undefined : names.get(id);
  return title === undefined ? text : `${title}${rest}`;
}

/** An event as the page of its incident tells it. `of`: the duty that it is about, where the text does not begin with it. */
export function toldIn(
  event: IncidentEvent,
  looked: Known,
  names: ReadonlyMap<string, string>,
): Pick<Narration, 'text' | 'tone'> & { of?: string } {
  const { text: told, tone, obligation } = narrate(event, looked.pack);
  // What a person wrote stands as it was written. That a duty is not required, Tocsin says, whoever's facts it follows from.
  const isOwn = event.by === TOCSIN || (event.kind === 'obligation-not-required' && !event.data.proposed);
  const text = isOwn ? byTitle(told, names) : beginningByTitle(told, names);
  const of = obligation === undefined ? undefined : names.get(obligation);
  return { text, tone, ...(of && !text.startsWith(of.replace(/ \([^)]*\)$/, '')) && { of }) };
}
