/** The six record groups of the breach register (GDPR Art. 33(5); commitments R1–R6): what each still lacks. */

import { sourcesOf } from '../policy/conditions';
import type { Policy } from '../policy/policy';
import type { ObligationRule, RECORD_GROUPS } from '../policy/rule';
import { howItOccurred, likelyConsequences } from './contents';
import { takenMeasures } from './measures-said';
import { type IncidentState, isSettled } from './state';

export type RecordGroup = (typeof RECORD_GROUPS)[number];

/** A past incident that is only taken into the register: nothing of it is sent, contained or alarmed. */
export function isRecordOnly({ declaration }: Pick<IncidentState, 'declaration'>): boolean {
  return declaration.recordedAt !== undefined;
}

/** What a record group still lacks, in words; an empty list when it is complete. */
export function lacking(group: RecordGroup, state: IncidentState, pack: Policy): string[] {
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
      return noData || likelyConsequences(state) ? [] : ['the likely consequences'];
    case 'R5':
      return takenMeasures(state, false).length > 0 || state.status === 'resolved' ? [] : ['a measure taken'];
    case 'R6':
      return notificationsOpen(state, pack);
    case 'R7':
      return state.registerVerified ? [] : ['a verification of the register'];
  }
}

/** True for a notice that the review decides on: it tells what was learned, not of the breach. */
export function tellsOfReview(rule: ObligationRule): boolean {
  return sourcesOf(rule.appliesWhen).has('review');
}

/** Notices and filings that are still owed or undecided. */
function notificationsOpen(state: IncidentState, pack: Policy): string[] {
  const notifying = pack.obligations.filter(
    (rule) => ['email', 'status-page', 'filing'].includes(rule.channel) && !tellsOfReview(rule),
  );
  return notifying.flatMap((rule) => {
    const instances = Object.values(state.obligations).filter((o) => o.rule === rule.id);
    if (instances.length === 0) return [rule.id];
    return instances.filter((o) => !isSettled(o) && !o.fulfilledAt).map((o) => o.id);
  });
}
