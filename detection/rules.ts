/** The detection rules, judged by someone who knows which senders and providers there are. */
import { credentialProblem } from '../activities/containment/providers';
import { OWN_FORMATS } from '../domain/detection/detection';
import type { DetectionRules, RulesSnapshot } from '../domain/detection/detection-rules';
import { neverGiven } from '../domain/detection/matcher';
import { loadDetectionRules } from '../policy/load-detection-rules';
import { MAPPED_FORMAT } from './intake/mapping/mapped-adapter';
import { INTAKE_FORMATS } from './intake/sources';

/**
 * Reads, checks and hashes the rules of a file; without one, of `policy/detection.yaml`. A format that nobody sends and a
 * provider that there is not are found here, not when the detection comes.
 *
 * @throws PolicyError with all problems found, each naming rule, field and remedy.
 */
export function loadRules(file?: string): RulesSnapshot {
  return loadDetectionRules(file, problemsOfNames);
}

function problemsOfNames({ rules }: DetectionRules): string[] {
  const formats = [...INTAKE_FORMATS, MAPPED_FORMAT, ...OWN_FORMATS];
  return rules.flatMap((rule) => {
    const format = rule.when.format === undefined ? undefined : neverGiven(rule.when.format, formats);
    const credentials = 'incident' in rule ? rule.incident.credentials : [];
    return [
      ...(format ? [`rules[${rule.id}].when.format: ${format}`] : []),
      ...credentials.flatMap((credential, index) => {
        const problem = credentialProblem(credential);
        return problem ? [`rules[${rule.id}].incident.credentials.${index}: ${problem}`] : [];
      }),
    ];
  });
}
