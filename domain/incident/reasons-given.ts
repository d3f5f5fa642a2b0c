/**
 * Every text in which a message says why, and what it must hold. Where a person signs something away that others are owed, it is
 * a reason in words of their own: whoever reads the register in a year must see what was examined (GDPR Art. 5(2), 33(5)).
 */
import { type Policy, ruleOf } from '../policy/policy';
import type { NewEvent } from './events';
import type { Message, MessageName } from './messages';
import { reasonProblem } from './reason';
import type { IncidentState } from './state';
import { toldWith } from './telling';

/**
 * `own-words`: always a reason in own words · `of-law`: where a duty of law is decided; an own promise takes any ·
 * `forward`: where it moves an instant so that something is due later · `free`: it says what happened and ends no duty.
 */
type Takes = 'own-words' | 'of-law' | 'forward' | 'free';

/** By message and field. A field that says why and stands here not fails a test. */
export const REASONS: Partial<Record<MessageName, Record<string, Takes>>> = {
  assess: { reason: 'forward' },
  status: { note: 'free', despite: 'own-words' },
  correct: { reason: 'free' },
  sender: { reason: 'free' },
  approve: { delayReasons: 'own-words', incompleteBecause: 'own-words' },
  told: { note: 'free' },
  'leave-untold': { reason: 'of-law' },
  settle: { reason: 'own-words' },
  'stop-sending': { reason: 'free' },
  hold: { reason: 'of-law' },
  release: { reason: 'free' },
  waive: { reason: 'own-words' },
  'not-owed': { reason: 'own-words' },
  'not-material': { reason: 'of-law' },
  filed: { delayReasons: 'own-words' },
  'decide-authority': { reason: 'own-words' },
  'acted-at': { reason: 'own-words' },
  'cannot-establish': { reason: 'own-words' },
  confirm: { reason: 'free' },
  reopen: { reason: 'free' },
  link: { note: 'free' },
  close: { note: 'free' },
};

/** Words that name what is decided and not why: of no message they are a reason. */
const DECIDED =
  'applicable high low risk unlikely material immaterial changed waived held hold untold left late delay delayed missing';

/** Why the reasons of a message that decides something decide nothing, each as "field: what is wrong: what to do". */
export function reasonsProblems(message: Message, events: NewEvent[], state: IncidentState, pack: Policy): string[] {
  if (events.some(({ kind }) => kind === 'rejected' || kind === 'noted')) return [];
  const { said, isLaw } = saidBefore(message, state, pack);
  const forward = events.some(({ kind }) => kind === 'second-person-asked');
  return Object.entries(REASONS[message.message] ?? {}).flatMap(([field, takes]) => {
    const given = (message as Record<string, unknown>)[field];
    const counts = takes === 'own-words' || (takes === 'of-law' && isLaw) || (takes === 'forward' && forward);
    if (typeof given !== 'string' || !counts) return [];
    // Why it came late may name the report itself: no proposal or ground stands beside it.
    return reasonProblem(given, field === 'delayReasons' ? [DECIDED] : said, field) ?? [];
  });
}

/** What a reason that only says it again does not add to, and whether a duty of law hangs on it. */
function saidBefore(message: Message, state: IncidentState, pack: Policy): { said: string[]; isLaw: boolean } {
  const id = 'obligation' in message ? message.obligation : undefined;
  if (id === undefined) return { said: [DECIDED], isLaw: false };
  const o = state.obligations[id] ?? Object.values(state.obligations).find((each) => each.rule === id);
  const rule = ruleOf(pack, o?.rule ?? id);
  if (!rule) return { said: [DECIDED], isLaw: false };
  // Also one that is fulfilled: what is told once more is owed under it.
  // A promise that is waived before anything was told leaves the law that it would have served standing by itself.
  const byItself = message.message === 'waive' && !o?.fulfilledAt;
  const served = o && !byItself ? toldWith(o, state, pack).flatMap((other) => ruleOf(pack, other.rule) ?? []) : [];
  const laws = [rule, ...served].filter(({ waivable }) => waivable === 'grounds');
  const ground = 'ground' in message ? pack.grounds.find((each) => each.id === message.ground) : undefined;
  const named = [rule, ...laws].flatMap(({ id: ruleId, title, citation }) => [ruleId, title, citation]);
  const facts = [...(o?.changed ?? []), ...(o?.draft?.missing ?? [])];
  return {
    said: [DECIDED, ...named, ...facts, ground?.id ?? '', ground?.title ?? '', ground?.citation ?? ''],
    isLaw: laws.length > 0,
  };
}
