/** A condition in words: what would have to be so for a rule to apply. */
import type { Condition } from './conditions';
import type { DataSetCondition } from './data-set-facts';

const COUNTRIES_AT_MOST = 6;

/** `personal data is or may be affected, and a data set held as controller has the risk risk or high`. */
export function conditionText(condition: Condition): string {
  if ('all' in condition) return condition.all.map(conditionText).join(', and ');
  if ('any' in condition) return condition.any.map(conditionText).join(', or ');
  if ('not' in condition) return `it is not so that ${conditionText(condition.not)}`;
  if ('always' in condition) return 'every incident';
  if ('serviceAffecting' in condition)
    return condition.serviceAffecting ? 'the incident affects the service' : 'the incident does not affect the service';
  if ('personalData' in condition) return `personal data is assessed as ${condition.personalData.join(' or ')}`;
  if ('dataSet' in condition) return dataSetText(condition.dataSet);
  if ('answers' in condition)
    return Object.entries(condition.answers)
      .map(([question, answer]) => `the question ${question} is answered ${answer}`)
      .join(', and ');
  if ('shareSummary' in condition)
    return `the review ${condition.shareSummary ? 'shares a summary' : 'shares no summary'}`;
  if ('affectsOnly' in condition) return `the incident affects ${condition.affectsOnly.join(' and ')} alone`;
  return `${condition.waived.obligation} is waived on the ground ${condition.waived.ground}`;
}

function dataSetText(wanted: DataSetCondition): string {
  const { role, risk, significantHarm, intelligible, residence, residenceOtherThan } = wanted;
  const parts = [
    ...(role ? [`held as ${role}`] : []),
    ...(risk ? [`of risk ${risk.join(' or ')}`] : []),
    ...(significantHarm ? ['with a real risk of significant harm'] : []),
    ...(intelligible ? [intelligible === 'yes' ? 'that can be read' : 'that cannot be read'] : []),
    ...(residence ? [`with people in ${countries(residence)}`] : []),
    ...(residenceOtherThan?.length ? [`with people elsewhere than in ${countries(residenceOtherThan)}`] : []),
  ];
  return `a data set ${parts.join(' ') || 'is affected'}`;
}

function countries(list: string[]): string {
  if (list.length <= COUNTRIES_AT_MOST) return list.join(', ');
  return `one of ${list.length} countries (${list.slice(0, 3).join(', ')} …)`;
}
