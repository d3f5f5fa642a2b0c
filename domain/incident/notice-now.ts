/** What a notice would say now, as a fingerprint too: so that a draft that is out of date is seen. */

import { hash64 } from '../kernel/hash64';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { Audience } from './audience';
import { audienceOf } from './audience-of';
import { type ContentValue, NOT_YET_ESTABLISHED } from './content-value';
import { noticeContents } from './contents';
import { draftFingerprint, type NoticeEdit, standingEdits } from './edits';
import type { IncidentState, Obligation } from './state';

/** What a notice would say now, and its fingerprint. A state never changes, so it is worked out once for each. */
export function noticeNow(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): Notice {
  const known = notices.get(state) ?? new Map();
  notices.set(state, known);
  const before = known.get(o.id);
  if (before?.pack === pack) return before;
  const contents = noticeContents(rule, state, pack, o.id);
  const facts = factsFingerprint(contents, state, o.round, audienceOf(rule, state, pack));
  const edits = standingEdits(o.edits, facts);
  const sender = rule.channel === 'email' ? state.sender : undefined;
  const now = { pack, contents, facts, edits, fingerprint: draftFingerprint(facts, edits, sender) };
  known.set(o.id, now);
  return now;
}

/** `facts`: fingerprint of what it says by itself; `fingerprint`: of that with the edits that stand and the sender. */
interface Notice {
  pack: Policy;
  contents: ContentValue[];
  facts: string;
  edits: NoticeEdit[];
  fingerprint: string;
}
const notices = new WeakMap<IncidentState, Map<string, Notice>>();

/**
 * A fingerprint of what a notice says, to see whether a draft is out of date. Not cryptographic.
 * `measures-taken` counts by whether it is established and by the incident's status: a draft is not rendered again at
 * every containment step, but none goes out with "not yet established" once the first measure is known.
 */
function factsFingerprint(contents: ContentValue[], state: IncidentState, round: number, audience?: Audience): string {
  const said = contents.map((c) =>
    c.field === 'measures-taken' || c.field === 'notification-steps'
      ? c.said === undefined
        ? NOT_YET_ESTABLISHED
        : state.status
      : `${c.field}=${JSON.stringify([c.said ?? null, c.own ?? null, c.owed ?? null])}`,
  );
  // Whoever approves sees how many it goes to: with another audience it is another draft.
  const to = audience ? `|${JSON.stringify(audience)}` : '';
  return hash64(`${round}|${state.status}|${said.join('|')}${to}`);
}
