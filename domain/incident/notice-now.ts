/** What a notice would say now, as a fingerprint too: so that a draft that is out of date is seen. */
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { ContentValue } from './content-value';
import { noticeContents, readable } from './contents';
import { draftFingerprint, type NoticeEdit, standingEdits } from './edits';
import { factsFingerprint, lineFingerprint, measuresSaid } from './facts-fingerprint';
import { takenMeasures } from './measures-said';
import { readerOf } from './readers';
import { PLAIN, say } from './say/say';
import { firstKey } from './second-person';
import type { IncidentState, Obligation } from './state';

/**
 * What a notice would say now, and its fingerprint. A state never changes, so it is worked out once for each. The measures
 * are those that are taken, or where somebody has approved or edited the draft, those that it says: decision 0038.
 */
export function noticeNow(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): Notice {
  const known = notices.get(state) ?? new Map();
  notices.set(state, known);
  const before = known.get(o.id);
  if (before?.pack === pack) return before;
  const about = { o, rule, state, pack };
  const all = saying(noticeContents(rule, state, pack, o.id), about);
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
  /** Fingerprints of the measures taken that it says, line by line; of a notice that nobody can approve or edit, none. */
  measures?: string[];
}
const notices = new WeakMap<IncidentState, Map<string, Notice>>();

interface About {
  o: Obligation;
  rule: ObligationRule;
  state: IncidentState;
  pack: Policy;
}

function saying(contents: ContentValue[], { o, rule, state, pack }: About): Notice {
  const facts = factsFingerprint(contents, { o, rule, state, pack });
  const edits = standingEdits(o.edits, facts);
  const sender = rule.channel === 'email' ? state.sender : undefined;
  const measures = state.measuresAsOf && rule.channel !== 'filing' ? measuresSaid(contents) : [];
  const fingerprint = draftFingerprint(facts, edits, sender);
  return { pack, contents, facts, edits, fingerprint, ...(measures.length > 0 && { measures }) };
}

/**
 * The notice with the measures of its draft alone, where somebody stands behind that draft and all that it says of them still
 * holds: one that is taken later makes nothing of it untrue. One that was undone, or was checked since, does.
 */
function asRead(all: Notice, about: About): Notice | undefined {
  const { o, state } = about;
  if (!o.draft?.measures || o.draft.fingerprint === all.fingerprint) return undefined;
  const contents = withMeasures(o.draft.measures, all.contents, about);
  const read = contents && saying(contents, about);
  if (!read) return undefined;
  const isApproved = read.fingerprint === o.draft.fingerprint && (o.approved || isApprovedOnce(o, state));
  return isApproved || read.edits.length > 0 ? read : undefined;
}

/** The contents with those of the measures that are given, as long as each of them is still said. */
function withMeasures(measures: string[], contents: ContentValue[], about: About): ContentValue[] | undefined {
  const { rule, state } = about;
  const reader = readerOf(rule);
  const taken = takenMeasures(state, reader === 'authority');
  const kept = taken.filter((line) => measures.includes(lineFingerprint(line)));
  const said = readable(kept, { reader, state });
  if (!said || new Set(said.map(lineFingerprint)).size < measures.length) return undefined;
  return contents.map((content) =>
    content.field === 'measures-taken' ? { ...content, said, value: say(said, PLAIN).join('\n') } : content,
  );
}

/** Whether the first of two persons has approved the draft that lies there. */
function isApprovedOnce(o: Obligation, { firstOfTwo }: IncidentState): boolean {
  return firstOfTwo?.[firstKey('approve', o.id)]?.what.split(' ')[0] === o.draft?.fingerprint;
}
