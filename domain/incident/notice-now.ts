/** What a notice would say now, as a fingerprint too: so that a draft that is out of date is seen. */
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { ContentValue } from './content-value';
import { noticeContents, readable } from './contents';
import { draftFingerprint, type NoticeEdit, standingEdits } from './edits';
import { type About, factsFingerprint } from './facts-fingerprint';
import { measuresSaid, stillTaken } from './measures-said';
import { readerOf } from './readers';
import type { MeasuresSaid } from './said';
import { PLAIN, say } from './say/say';
import { firstKey } from './second-person';
import type { IncidentState, Obligation } from './state';

/**
 * What a notice would say now, and its fingerprint. A state never changes, so it is worked out once for each. The measures
 * are those that are taken, or as long as its draft stands all the same, those that the draft says: decision 0038.
 */
export function noticeNow(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): Notice {
  const known = notices.get(state) ?? new Map();
  notices.set(state, known);
  const before = known.get(o.id);
  if (before?.pack === pack) return before;
  const about = { o, rule, state, pack };
  const contents = noticeContents(rule, state, pack, o.id);
  const says = contents.some(({ field, said }) => field === 'measures-taken' && said);
  const measures = says ? measuresSaid(state, readerOf(rule) === 'authority') : undefined;
  const all = { ...saying(contents, about), ...(measures && { measures }) };
  const now = asRead(all, about) ?? all;
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
  /** The measures taken that it says, where it says any. */
  measures?: MeasuresSaid;
}
const notices = new WeakMap<IncidentState, Map<string, Notice>>();

function saying(contents: ContentValue[], { o, rule, state, pack }: About): Notice {
  const facts = factsFingerprint(contents, { o, rule, state, pack });
  const edits = standingEdits(o.edits, facts);
  const sender = rule.channel === 'email' ? state.sender : undefined;
  const fingerprint = draftFingerprint(facts, edits, sender);
  return { pack, contents, facts, edits, fingerprint };
}

/**
 * The notice with the measures of its draft alone, as long as all that the draft says of them holds: where somebody has approved
 * or edited it, and else until the status changes. One that is written anew for another reason says all.
 */
function asRead(all: Notice, about: About): Notice | undefined {
  const { o, rule, state } = about;
  const { draft } = o;
  if (!draft?.measures || draft.fingerprint === all.fingerprint) return undefined;
  const reader = readerOf(rule);
  const said = readable(stillTaken(draft.measures, state, reader === 'authority'), { reader, state });
  if (!said) return undefined;
  const contents = all.contents.map((content) =>
    content.field === 'measures-taken' ? { ...content, said, value: say(said, PLAIN).join('\n') } : content,
  );
  const read = { ...saying(contents, about), measures: draft.measures };
  if (read.edits.length > 0) return read;
  const waits = draft.measures.statusSince === state.statusSince;
  return read.fingerprint === draft.fingerprint && (o.approved || isApprovedOnce(o, state) || waits) ? read : undefined;
}

/** Whether the first of two persons has approved the draft that lies there. */
function isApprovedOnce(o: Obligation, { firstOfTwo }: IncidentState): boolean {
  return firstOfTwo?.[firstKey('approve', o.id)]?.what.split(' ')[0] === o.draft?.fingerprint;
}
