/** Who established what a dossier says, and when: each answer names the entry of the register that it comes from. */
import type { Instant } from '../kernel/time';
import { type Policy, packNames } from '../policy/policy';
import type { ContentField } from '../policy/rule';
import { counting } from './awareness';
import type { IncidentState } from './state';

/** `entry`: the kind of entry, like `assessment 2`. What comes from the policy has neither a person nor an instant. */
export interface Established {
  entry: string;
  by?: string;
  at?: Instant;
}

/** What established a field that has a value. */
export function establishedBy(field: ContentField, state: IncidentState, pack: Policy): Established {
  const { declaration, assessment } = state;
  const declared: Established = { entry: 'declaration', by: declaration.declaredBy, at: declaration.declaredAt };
  const assessed: Established = assessment
    ? { entry: `assessment ${assessment.revision}`, by: assessment.by, at: assessment.at }
    : declared;
  switch (field) {
    case 'organisation':
    case 'contact-point':
    case 'identifiers':
    case 'representative':
    case 'data-protection-officer':
      return { entry: `policy ${packNames(pack.packs)}` };
    case 'nature':
    case 'detected-at':
    case 'service-status':
      return declared;
    case 'how-it-occurred':
      return assessment?.facts.howItOccurred ? assessed : declared;
    case 'measures-taken':
    case 'measures-proposed': {
      const last = state.measures.findLast(({ planned }) => Boolean(planned) === (field === 'measures-proposed'));
      return last ? { entry: 'measures', by: last.by, at: last.at } : { entry: 'containment' };
    }
    case 'bodies-told':
      return toldBodies(state) ?? assessed;
    case 'notification-steps':
      return { entry: 'notices' };
    case 'aware-at': {
      const stated = counting(state.awareness)?.statement;
      return { entry: 'awareness', ...(stated && { by: stated.by, at: stated.recordedAt }) };
    }
    case 'delay-reasons':
    case 'earlier-reference':
      return { entry: 'filing' };
    default:
      return assessed;
  }
}

/** Who recorded that other organisations were told, where the assessment names nobody that was. */
function toldBodies({ assessment, obligations }: IncidentState): Established | undefined {
  const { bodiesTold, policeTold } = assessment?.facts ?? {};
  if (bodiesTold || policeTold) return undefined;
  const last = Object.values(obligations)
    .flatMap(({ organisations = [] }) => organisations)
    .at(-1);
  return last && { entry: 'telling', by: last.by };
}
