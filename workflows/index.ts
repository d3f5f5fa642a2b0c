/**
 * The workflows that a worker runs. Temporal loads the bundle's modules afresh for every execution, so each workflow
 * brings only its own: a delivery, of which there are many, does without the domain and its schemas.
 */
import type { auditWatch as AuditWatch } from './audit-watch';
import type { delivery as Delivery } from './delivery';
import type { dependencyCheck as DependencyCheck } from './dependency-check';
import type { escalation as Escalation } from './escalation';
import type { incident as Incident } from './incident';
import type { patchTask as PatchTask } from './patch-task';
import type { registerBacklog as RegisterBacklog } from './register-backlog';
import type { triage as Triage } from './triage';
import type { vulnerabilityReport as VulnerabilityReport } from './vulnerability-report';

export const incident: typeof Incident = (input) =>
  (require('./incident') as { incident: typeof Incident }).incident(input);

export const delivery: typeof Delivery = (input) =>
  (require('./delivery') as { delivery: typeof Delivery }).delivery(input);

export const registerBacklog: typeof RegisterBacklog = (input) =>
  (require('./register-backlog') as { registerBacklog: typeof RegisterBacklog }).registerBacklog(input);

export const vulnerabilityReport: typeof VulnerabilityReport = (input) =>
  (require('./vulnerability-report') as { vulnerabilityReport: typeof VulnerabilityReport }).vulnerabilityReport(input);

export const triage: typeof Triage = (input) => (require('./triage') as { triage: typeof Triage }).triage(input);

export const auditWatch: typeof AuditWatch = () =>
  (require('./audit-watch') as { auditWatch: typeof AuditWatch }).auditWatch();

export const escalation: typeof Escalation = (input) =>
  (require('./escalation') as { escalation: typeof Escalation }).escalation(input);

export const patchTask: typeof PatchTask = (input) =>
  (require('./patch-task') as { patchTask: typeof PatchTask }).patchTask(input);

export const dependencyCheck: typeof DependencyCheck = (done) =>
  (require('./dependency-check') as { dependencyCheck: typeof DependencyCheck }).dependencyCheck(done);
