/** Whoever approved or edited a draft is told when another takes its place: what they read does not go out. */
import type { Policy } from '../policy/policy';
import { occasionAlarm } from './alarms';
import type { DataOf, NewEvent } from './events';
import type { Rendering } from './evidence';
import { listed } from './listed';
import type { IncidentState, Obligation } from './state';
import { approvalOf } from './two-persons';

/** The alarms about a draft that `next` takes the place of; none of an incident that began before decision 0038. */
export function textChanged(
  o: Obligation,
  next: DataOf<'notice-drafted'>,
  state: IncidentState,
  pack: Policy,
): NewEvent[] {
  if (!o.draft || state.statusSince === undefined) return [];
  const { first } = approvalOf(o, state, pack);
  const dropped = editedIn(o.draft.renderings).filter((language) => !editedIn(next.renderings).includes(language));
  const editors = [...new Set(dropped.flatMap((language) => o.edits?.[language]?.by ?? []))];
  const about = (by: string, did: 'approved' | 'edited'): NewEvent => ({
    kind: 'alarm-raised',
    data: occasionAlarm({ obligation: o.id, threshold: { kind: 'text-changed', by, did } }, state, pack),
  });
  return [
    ...(first ? [about(first.by, 'approved')] : []),
    ...(editors.length > 0 ? [about(listed(editors), 'edited')] : []),
  ];
}

function editedIn(renderings: Rendering[]): string[] {
  return renderings.filter(({ edited }) => edited).map(({ language }) => language);
}
