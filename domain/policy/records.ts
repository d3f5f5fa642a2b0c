/** The six record groups of the breach register (GDPR Art. 33(5); commitments R1–R6): what each still lacks. */
import { howItOccurred, measuresTaken } from '../incident/contents';
import { type IncidentState, isSettled } from '../incident/state';
import type { PolicyPack, RECORD_GROUPS } from './policy';

export type RecordGroup = (typeof RECORD_GROUPS)[number];

/** What a record group still lacks, in words; an empty list when it is complete. */
export function lacking(group: RecordGroup, state: IncidentState, pack: PolicyPack): string[] {
  const facts = state.assessment?.facts;
  const noData = facts?.personalData === 'no';
  switch (group) {
    case 'R1':
      return [];
    case 'R2':
      return howItOccurred(state) || state.review ? [] : ['how the incident occurred'];
    case 'R3':
      if (!facts || facts.personalData === 'unknown') return ['an assessment of the personal data'];
      if (noData) return [];
      if (facts.dataSets.length === 0) return ['the affected data sets'];
      return facts.dataSets.flatMap((d) => [
        ...(d.categories.length === 0 ? [`categories of "${d.title}"`] : []),
        ...(d.records === undefined ? [`records in "${d.title}"`] : []),
        ...(d.individuals === undefined ? [`individuals in "${d.title}"`] : []),
      ]);
    case 'R4':
      return noData || facts?.likelyConsequences ? [] : ['the likely consequences'];
    case 'R5':
      return measuresTaken(state).length > 0 || state.status === 'resolved' ? [] : ['a measure taken'];
    case 'R6':
      return notificationsOpen(state, pack);
    case 'R7':
      return state.registerVerified ? [] : ['a verification of the register'];
  }
}

/** Notices and filings that are still owed or undecided. */
function notificationsOpen(state: IncidentState, pack: PolicyPack): string[] {
  const notifying = pack.obligations.filter(
    (r) => ['email', 'status-page', 'filing'].includes(r.channel) && r.template !== 'review-summary',
  );
  return notifying.flatMap((rule) => {
    const instances = Object.values(state.obligations).filter((o) => o.rule === rule.id);
    if (instances.length === 0) return [rule.id];
    return instances.filter((o) => !isSettled(o) && !o.fulfilledAt).map((o) => o.id);
  });
}
