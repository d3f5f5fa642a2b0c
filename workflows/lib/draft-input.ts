import type { DraftInput } from '../../activities/types';
import { saysOfIncident } from '../../domain/incident/readers';
import { type IncidentState, toldBefore } from '../../domain/incident/state';
import type { IncidentWork } from '../../domain/incident/work';
import type { Instant } from '../../domain/kernel/time';

/** What a notice or dossier is drafted from. */
export function draftInput(
  work: Extract<IncidentWork, { kind: 'draft' }>,
  { state, now }: { state: IncidentState; now: Instant },
): DraftInput {
  const { obligation: o, rule, contents, edits, authority, audience } = work;
  const { title, severity, detectedAt } = state.declaration;
  const says = saysOfIncident(rule);
  return {
    incidentId: state.caseId,
    exercise: state.exercise,
    obligation: o.id,
    round: o.round,
    at: now,
    title: rule.title,
    template: rule.template!,
    channel: rule.channel as DraftInput['channel'],
    citation: rule.citation,
    pack: rule.pack,
    purpose: o.purpose,
    contents,
    toldBefore: toldBefore(o),
    edits: edits.map(({ language, subject, body, by }) => ({ language, subject, body, by })),
    incident: {
      ...{ title, severity, dueAt: o.dueAt },
      ...(says.includes('status') && { status: state.status }),
      ...(says.includes('detectedAt') && { detectedAt }),
    },
    authority,
    audience,
    ...(rule.channel === 'email' && state.sender && { sender: senderOf(state.sender) }),
  };
}

function senderOf({ from, replyTo }: NonNullable<IncidentState['sender']>): DraftInput['sender'] {
  return { from, ...(replyTo && { replyTo }) };
}
