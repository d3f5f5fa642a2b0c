/**
 * Decisions that one person alone cannot take, where the organisation says so (`twoPersons` of a policy): the first person's
 * message is recorded and changes nothing, the same message of a second person takes effect. Both stand in the register.
 */
import { hash64 } from '../kernel/hash64';
import { toMs } from '../kernel/time';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { asksTwoFor, needsTwoPersons, TWO_PERSON_ACTS, type TwoPersonAct } from '../policy/two-persons';
import type { Answer } from './answer';
import type { NewEvent } from './events';
import { holdersOf } from './holds';
import { listed } from './listed';
import type { Message } from './messages';
import { askedText, DECIDED_ONCE, type FirstOfTwo, firstKey, isSecondPerson } from './second-person';
import { type IncidentState, isSettled, type Obligation } from './state';
import { toldWith } from './telling';

/** The event by which a message decides. */
const DECIDES = {
  approve: 'notice-approved',
  waive: 'obligation-waived',
  'not-owed': 'obligation-not-required',
  'leave-untold': 'left-untold',
  release: 'obligation-released',
} as const satisfies Record<TwoPersonAct, NewEvent['kind']>;

function isTwoPersonAct(message: string): message is TwoPersonAct {
  return (TWO_PERSON_ACTS as readonly string[]).includes(message);
}

/** The events of a message, without those that wait for a second person. */
export function withSecondPerson(
  state: IncidentState,
  message: Message,
  events: NewEvent[],
  pack: Policy,
  answer: Answer,
): NewEvent[] {
  if (!isTwoPersonAct(message.message)) return events;
  const act = message.message;
  const own = new Set<string>();
  const after = events.flatMap((event): NewEvent[] => {
    const data = event.data as { obligation?: string };
    const id = data.obligation;
    if (id === undefined || event.kind === 'delay-reasons-recorded') return [event];
    if (!needsTwo(act, id, state, pack, message.by)) return [event];
    const decision = events.find(
      ({ kind, data: of }) => kind === DECIDES[act] && (of as typeof data).obligation === id,
    );
    if (!decision) return [event];
    const what = whatOf(act, decision, state, pack);
    const first = state.firstOfTwo?.[firstKey(act, id)];
    const known = first?.what === what;
    if (known && isSecondPerson(message.by, first.by))
      return event === decision ? [{ ...event, data: { ...event.data, firstBy: first.by } } as NewEvent] : [event];
    if (known) own.add(id);
    if (known || event !== decision) return [];
    const said = 'incompleteBecause' in message ? message.incompleteBecause : 'reason' in message && message.reason;
    const reason = typeof said === 'string' ? { reason: said } : {};
    const ground = 'ground' in message && typeof message.ground === 'string' ? { ground: message.ground } : {};
    return [{ kind: 'first-of-two', data: { act, obligation: id, what, ...ground, ...reason } }];
  });
  if (after.length > 0 || own.size === 0) return after;
  return answer.noted(`${listed([...own])}: you have decided this already; a second person must decide the same`);
}

/** Also where the notice tells under another duty, to which the rule of two persons applies. */
function needsTwo(act: TwoPersonAct, id: string, state: IncidentState, pack: Policy, by?: string): boolean {
  const o = state.obligations[id];
  // An approval sends what is held or stopped, so it ends that too.
  const releases = act === 'release' || act === 'approve';
  if (releases && isKept(o) && asksTwoFor('releases', pack.organisation) && !isKeeper(by, o, act)) return true;
  if (act === 'release') return false;
  const told = o && (act === 'approve' || act === 'leave-untold') ? toldWith(o, state, pack) : [];
  const served = act === 'approve' ? told : told.filter((other) => !isSettled(other));
  const rules = [o?.rule ?? id, ...served.map((other) => other.rule)].flatMap((rule) => ruleOf(pack, rule) ?? []);
  return rules.some((rule: ObligationRule) => needsTwoPersons(act, rule, pack.organisation));
}

type Kept = Pick<Obligation, 'hold' | 'stopped' | 'round'>;

/** Whether a person keeps it back: holds it, or stopped it. */
function isKept<O extends Kept>(o: O | undefined): o is O {
  return o?.hold !== undefined || o?.stopped !== undefined;
}

/** Whoever alone keeps it back may let it go; of a hold of two, nobody alone. A release of what is held as well ends the hold only. */
function isKeeper(by: string | undefined, { hold, stopped }: Kept, act: 'approve' | 'release'): boolean {
  const keepers = [...(hold ? holdersOf(hold) : []), ...(stopped && (act === 'approve' || !hold) ? [stopped.by] : [])];
  return by !== undefined && !keepers.some((keeper) => isSecondPerson(by, keeper));
}

function whatOf(act: TwoPersonAct, { data }: NewEvent, state: IncidentState, pack: AsksOf): string {
  const { obligation, draft, ground, round, reason: _, ...named } = data as Record<string, unknown>;
  if (act === 'approve') return ofDraft(String(draft), state.obligations[String(obligation)], pack);
  if (act === 'waive') return `${ground}${restsOn(String(obligation), state)}`;
  if (act === 'release') return ofHold(state.obligations[String(obligation)]);
  if (act === 'not-owed') return state.obligations[String(obligation)]?.proposal?.basis ?? '';
  // In whatever order they were named.
  const sorted = Object.entries(named).map(([field, who]) => [
    field,
    Array.isArray(who) ? who.map(written).sort() : who,
  ]);
  return `${ofRound(round)}${hash64(written(sorted))}`;
}

/** The draft that would be sent and, where that takes two persons, the hold or stop that it would end. */
function ofDraft(fingerprint: string, o: Obligation | undefined, { organisation }: AsksOf): string {
  return isKept(o) && asksTwoFor('releases', organisation) ? `${fingerprint} ${ofHold(o)}` : fingerprint;
}

/** The hold that would be released: by another holder, on another ground or until another time it is another decision. */
function ofHold({ hold, stopped, round }: Kept = { round: 0 }): string {
  if (!hold) return stopped ? `${ofRound(round)}${hash64(written({ stopped }))}` : '';
  const { ground, until } = hold;
  return `${ofRound(round)}${hash64(written({ holders: holdersOf(hold).sort(), ground, until }))}`;
}

function written(value: unknown): string {
  return JSON.stringify(value);
}

function ofRound(round: unknown): string {
  return `round ${round}: `;
}

/** The round and the facts for which a ground was found. */
function restsOn(obligation: string, { obligations, assessment }: IncidentState): string {
  return `, round ${obligations[obligation]?.round ?? 0}, assessment ${assessment?.revision ?? 0}`;
}

/** Whether the same decision of a second person would take effect now. */
function stillCounts(act: Exclude<TwoPersonAct, 'approve'>, { what }: FirstOfTwo, o: Obligation, state: IncidentState) {
  if (isSettled(o)) return false;
  if (act === 'waive') return what.endsWith(restsOn(o.id, state));
  if (act === 'release') return what === ofHold(o);
  if (act === 'not-owed') return o.status === 'proposed-not-owed' && what === o.proposal?.basis;
  return what.startsWith(ofRound(o.round));
}

/** A policy, or what is known of it: `organisation` is missing where the policy of the incident cannot be read. */
type AsksOf = Omit<Policy, 'organisation'> & Partial<Pick<Policy, 'organisation'>>;

/**
 * How many persons must approve a notice, where `by` is the next of them, and who has approved the draft that lies there, where
 * it takes one more. `of` is missing where the policy of the incident cannot be read, and with it what the organisation asks for.
 */
export function approvalOf(
  o: Obligation,
  state: IncidentState,
  pack: AsksOf,
  by?: string,
): { of?: 1 | 2; first?: FirstOfTwo } {
  const { organisation } = pack;
  const of = organisation && (needsTwo('approve', o.id, state, { ...pack, organisation }, by) ? 2 : 1);
  const first = of === 1 ? undefined : approvedOnce(o, state, pack);
  return { ...(of && { of }), ...(first && { first }) };
}

/** Who approved the draft that lies there, under the hold that it is under now. */
function approvedOnce(o: Obligation, state: IncidentState, pack: AsksOf): FirstOfTwo | undefined {
  if (o.approved || o.status !== 'drafted' || !o.draft) return undefined;
  const first = state.firstOfTwo?.[firstKey('approve', o.id)];
  return first?.what === ofDraft(o.draft.fingerprint, o, pack) ? first : undefined;
}

/** Which of two persons has approved an earlier text of this round. */
function approvedBefore({ id, status, draft, roundStartedAt }: Obligation, state: IncidentState) {
  const first = state.firstOfTwo?.[firstKey('approve', id)];
  if (!first || status !== 'drafted' || !draft || state.statusSince === undefined) return undefined;
  const isOfRound = roundStartedAt === undefined || toMs(first.at) >= toMs(roundStartedAt);
  return isOfRound && first.what.split(' ')[0] !== draft.fingerprint ? first : undefined;
}

/** `waived by lead@example.com, 1 of 2: a second person must decide the same (asked: …); `, of what was decided once of an open duty. */
export function onceText(o: Obligation, state: IncidentState, pack: Policy): string {
  const { first: approved } = approvalOf(o, state, pack);
  const others = (['waive', 'not-owed', 'leave-untold', 'release'] as const).flatMap((act) => {
    const first = state.firstOfTwo?.[firstKey(act, o.id)];
    return first && stillCounts(act, first, o, state)
      ? [
          `${DECIDED_ONCE[act]} by ${first.by}, 1 of 2: a second person must decide the same (${askedText(state.owner, first.by)}); `,
        ]
      : [];
  });
  const before = approvedBefore(o, state);
  return [
    ...(before
      ? [
          `approved by ${before.by} before it changed (its text, its sender or whom it goes to), which no longer counts; `,
        ]
      : []),
    ...(approved
      ? [
          `approved by ${approved.by}, 1 of 2: a second person must approve it (${askedText(state.owner, approved.by)}); `,
        ]
      : []),
    ...others,
  ].join('');
}
