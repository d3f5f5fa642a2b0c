/** Fingerprints of what a notice says by itself: a draft of another one is out of date. Not cryptographic. */
import { hash64 } from '../kernel/hash64';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { audienceOf } from './audience-of';
import { type ContentValue, NOT_YET_ESTABLISHED } from './content-value';
import type { IncidentStatus } from './incident';
import { saysOfIncident } from './readers';
import type { IncidentState, Obligation } from './state';

/** Which notice, in which state. */
export interface About {
  o: Obligation;
  rule: ObligationRule;
  state: IncidentState;
  pack: Policy;
}

/**
 * Of all that its text can say: its fields, and beside them what its template or dossier is given. The status is of them only
 * where the text says it. Whoever approves sees how many it goes to: with another audience it is another draft. When it was
 * written, which a text may say as well, makes none out of date.
 */
export function factsFingerprint(contents: ContentValue[], about: About): string {
  const { o, rule, state, pack } = about;
  if (state.statusSince === undefined) return factsFingerprintBefore(contents, about);
  const fields = contents.map((content) => {
    const { field, title, citation, optional, said, own, owed } = content;
    return [field, title, citation, optional, said, own, owed];
  });
  const notice = [o.round, rule.title, rule.citation, rule.template];
  const { title, severity, detectedAt } = state.declaration;
  const incident = { id: state.caseId, title, severity, status: wordOf(state.status), detectedAt, dueAt: o.dueAt };
  const named = saysOfIncident(rule).map((name) => incident[name]);
  return hash64(JSON.stringify([notice, fields, named, audienceOf(rule, state, pack)]));
}

/** What was declared is investigated: no text tells the two apart. */
function wordOf(status: IncidentStatus): IncidentStatus {
  return status === 'declared' ? 'investigating' : status;
}

/**
 * Of an incident that began before drafts were judged by their text (decision 0038): every status made another draft of each,
 * and measures counted by the status alone.
 */
function factsFingerprintBefore(contents: ContentValue[], { o, rule, state, pack }: About): string {
  const said = contents.map((c) =>
    c.field === 'measures-taken' || c.field === 'notification-steps'
      ? c.said === undefined
        ? NOT_YET_ESTABLISHED
        : state.status
      : `${c.field}=${JSON.stringify([c.said ?? null, c.own ?? null, c.owed ?? null])}`,
  );
  const audience = audienceOf(rule, state, pack);
  const to = audience ? `|${JSON.stringify(audience)}` : '';
  return hash64(`${o.round}|${state.status}|${said.join('|')}${to}`);
}
