/** Counsel edits a drafted notice: what the message means. */
import { tocsin } from '../kernel/command-lines';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { NewEvent } from './events';
import type { MessageBody } from './messages';
import { noticeNow } from './notice-now';
import type { IncidentState, Obligation } from './state';

interface Edited {
  state: IncidentState;
  o: Obligation;
  rule: ObligationRule;
  pack: Policy;
  answer: { rejected(...problems: string[]): NewEvent[]; noted(note: string): NewEvent[] };
}

/** A draft is edited while it awaits a person, and only as the facts are now: the text would speak of others. */
export function onEditDraft(
  { state, o, rule, pack, answer }: Edited,
  { draft, language, subject, body }: MessageBody<'edit-draft'>,
): NewEvent[] {
  if (rule.channel === 'filing')
    return answer.rejected(`obligation: ${o.id} is a dossier for a form: correct its facts with assess`);
  if (o.status !== 'drafted' || !o.draft)
    return answer.rejected(
      `obligation: ${o.id} is ${o.status}: only a draft that awaits a person can be edited; see \`${tocsin('explain', { id: state.caseId, obligation: o.id })}\``,
    );
  const now = noticeNow(o, rule, state, pack);
  if (draft !== now.fingerprint || o.draft.fingerprint !== now.fingerprint)
    return answer.rejected(`draft: ${draft} is out of date; the facts changed: read the present draft and edit that`);
  const before = now.edits.find((edit) => edit.language === language);
  if (before?.subject === subject && before.body === body)
    return answer.noted(`the draft of ${o.id} already says this in ${language}`);
  return [
    {
      kind: 'notice-edited',
      data: { obligation: o.id, round: o.round, draft: now.facts, language, subject, body },
    },
  ];
}
