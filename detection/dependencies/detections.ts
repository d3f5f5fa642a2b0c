/** Findings as detections: for the record, and for the rules of `policy/detection.yaml`. */

import { type Detection, DetectionSchema } from '../../domain/detection/detection';
import type { CheckSummary } from '../../domain/patch/dependencies';
import { caseIdOf, type PatchRow } from '../../domain/patch/patch-row';

const SOURCE = 'dependencies';
/** A vulnerable package is no incident yet, so none is a sev1; what is unknown has no severity. */
const SEVERITY = { critical: 'sev2', high: 'sev3', medium: 'sev4', low: 'sev4', unknown: undefined } as const;

/** One detection for each finding and round: the same one tomorrow has the same event id, and is none. */
export function detectionOf(row: PatchRow): Detection {
  const { finding, round, foundAt, task } = row;
  return DetectionSchema.parse({
    source: SOURCE,
    format: 'dependencies',
    eventId: `${finding.key}-${round}`,
    type: finding.malicious ? 'dependency.malicious' : 'dependency.vulnerable',
    at: foundAt,
    title: `${finding.package} ${finding.versions.join(', ')} in ${finding.inventory}: ${finding.advisory}`,
    severity: SEVERITY[finding.severity],
    scope: 'platform',
    systems: [finding.inventory],
    facts: {
      advisory: finding.advisory,
      aliases: finding.aliases.map((alias) => alias.slice(0, 200)),
      ecosystem: finding.ecosystem,
      package: finding.package.slice(0, 500),
      versions: finding.versions.map((version) => version.slice(0, 200)),
      fixedIn: finding.fixedIn.map((version) => version.slice(0, 200)),
      rating: finding.severity,
      development: finding.dev,
      ...(task ? { patchTask: caseIdOf(row) } : {}),
    },
  });
}

/** A check that could not read everything must be seen: one detection a day. */
export function incompleteDetection(summary: CheckSummary): Detection {
  return DetectionSchema.parse({
    source: SOURCE,
    format: 'dependencies',
    eventId: `incomplete-${summary.at.slice(0, 10)}`,
    type: 'dependency.check-incomplete',
    at: summary.at,
    title: `The dependency check is not complete: ${summary.problems.length} problems, ${summary.undecided} undecided`,
    severity: 'sev4',
    scope: 'platform',
    facts: { problems: summary.problems.slice(0, 20).map((problem) => problem.slice(0, 200)) },
  });
}
