import { Context } from '@temporalio/activity';
import type { ContainmentPort } from '../activities/containment';
import type { Ledgers } from '../activities/delivery/ledgers';
import { openDelivery } from '../activities/delivery/open-delivery';
import { sendBatches } from '../activities/delivery/send-batches';
import { settleByPerson } from '../activities/delivery/settle-by-person';
import { stopDelivery } from '../activities/delivery/stop-delivery';
import { mergeSpool, recountDelivery, summariseDelivery } from '../activities/delivery/summarise-delivery';
import type { DirectoryPort } from '../activities/directory/directory-port';
import type { InAppPort } from '../activities/in-app/in-app-port';
import { tellInApp } from '../activities/in-app/tell-in-app';
import type { BeforeSending } from '../activities/mail/before-sending';
import type { MailPort } from '../activities/mail/mail-port';
import { draftNotice } from '../activities/notices/draft-notice';
import { thawNotice } from '../activities/notices/frozen-notice';
import { publishPublicNotice } from '../activities/notices/public-notice';
import { renderingFor } from '../activities/notices/rendering-for';
import { openFilingTask, raiseAlarm } from '../activities/paging/alarms';
import type { Contacts } from '../activities/paging/contacts';
import { type EscalationDeps, pageOnCall, tellAcknowledged, tellResolved } from '../activities/paging/escalate';
import { appendToRegister, incidentInRegister, type RegisterPort, verifyInRegister } from '../activities/register';
import { mailReporter, type ReporterPort } from '../activities/reports/mail-reporter';
import { caseToResume, snapshotPolicy } from '../activities/resume';
import { publicStatus, type StatusPagePort } from '../activities/status-page/status-page-port';
import type { ArtefactStore } from '../activities/storage/artefacts';
import type { Site } from '../activities/storage/site';
import type { Activities, EffectContext } from '../activities/types';
import { type AuditPort, checkAuditLog } from '../detection/audit/check-audit-log';
import { type DependencyPort, dependencyActivities } from '../detection/dependencies/dependency-activities';
import type { Detection } from '../domain/detection/detection';
import type { PolicySnapshot } from '../domain/policy/policy';
import type { Log } from '../platform/log';

/** Whatever has an effect outside. In an exercise every one of them is a recorder. */
export interface OutwardPorts {
  mail: MailPort;
  /** Who says how the provider takes the mails; none for a mailbox on this machine. */
  before?: BeforeSending;
  directory: DirectoryPort;
  statusPage: StatusPagePort;
  inApp: InAppPort;
}

/** The inbox, as activities use it. */
export interface DetectionPort {
  /** Takes detections that Tocsin itself makes. Resolves when they are stored for good; a repeated one changes nothing. */
  accept(detections: Detection[]): Promise<void>;
  /** Has those handed over anew that were sent before a decision and came after it; gives the places of the others. */
  handBack(caseId: string, detections: Detection[]): Promise<number[]>;
}

/** All that the activities need from outside. Every worker of a namespace shares register, ledger, artefacts and site. */
export interface ActivityDeps {
  /** The worker's current policy pack. */
  policy: () => Promise<PolicySnapshot>;
  register: RegisterPort;
  ledgers: Ledgers;
  artefacts: ArtefactStore;
  site: Site;
  ports: { live: OutwardPorts; exercise: OutwardPorts };
  containment: { live: ContainmentPort; exercise: ContainmentPort };
  contacts: Contacts;
  /** How alarms of live cases are repeated; exercises have none of it. */
  escalation: EscalationDeps;
  detections: DetectionPort;
  audit: AuditPort;
  dependencies: DependencyPort;
  reporters: ReporterPort;
  log: Log;
  /** The real clock. */
  now: () => Date;
}

/** The activities of a worker. Every one is safe to repeat; none puts an address or a secret into its result or errors. */
export function createActivities(deps: ActivityDeps): Activities {
  const { ledgers, artefacts, contacts, log, now, site } = deps;
  const outward = ({ exercise }: EffectContext) => deps.ports[exercise ? 'exercise' : 'live'];
  const containment = ({ exercise }: EffectContext) => deps.containment[exercise ? 'exercise' : 'live'];
  const organisation = async () => (await deps.policy()).pack.organisation.name;
  const staffMail = (input: EffectContext) => ({ mail: outward(input).mail, contacts, artefacts, log });
  const escalating = { ...deps.escalation, contacts, artefacts, log };
  return {
    snapshotPolicy: () => snapshotPolicy(deps),
    caseToResume: (input) => caseToResume({ ...deps, events: deps.register.events }, input),
    appendEntries: (input) => appendToRegister(deps.register, input),
    incidentInRegister: (input) => incidentInRegister(deps.register, input),
    verifyRegister: (input) => verifyInRegister(deps.register, input),
    draftNotice: (input) =>
      draftNotice(
        {
          ...{ artefacts, site, organisation, log },
          directory: outward(input).directory,
          sender: outward(input).mail.sender,
          unsubscribe: outward(input).mail.unsubscribe,
          before: outward(input).before,
        },
        input,
      ),
    async publishStatus(input) {
      if (input.own) return publishPublicNotice({ artefacts, site }, input);
      const rendering = renderingFor(input.renderings, 'en');
      const { subject, text } = await thawNotice(artefacts, rendering?.sha256 ?? 'none');
      const { incidentId, obligation, round, at, detectedAt, exercise, correction } = input;
      const status = publicStatus(input.status);
      return outward(input).statusPage.publish({
        incidentId,
        obligation,
        round,
        at,
        status,
        subject,
        text,
        detectedAt,
        exercise,
        ...(correction && { correction }),
      });
    },
    tellInApp: (input) => tellInApp({ artefacts, inApp: outward(input).inApp }, input),
    openDelivery: (input) => openDelivery({ ledgers, artefacts, log, directory: outward(input).directory }, input),
    sendBatches: (input) => sendBatches({ ledgers, artefacts, log, now, mail: outward(input).mail }, input),
    settleBatch: (input) => settleByPerson(ledgers, input),
    stopDelivery: (input) => stopDelivery(ledgers, input),
    recountDelivery: (input) => recountDelivery({ ledgers, directory: outward(input).directory }, input),
    summariseDelivery: (input) => summariseDelivery({ ledgers, directory: outward(input).directory }, input),
    mergeSpool: ({ spool }) => mergeSpool(ledgers, spool),
    raiseAlarm: (input) => raiseAlarm({ ...staffMail(input), escalation: deps.escalation }, input),
    pageOnCall: (input) => pageOnCall(escalating, input),
    standingOfAlarms: ({ caseId, alarms }) => deps.escalation.cases.standing(caseId, alarms),
    tellAcknowledged: (input) => tellAcknowledged(escalating, input),
    tellResolved: (input) => tellResolved(escalating, input),
    openFilingTask: (input) => openFilingTask({ ...staffMail(input), linkMaker: deps.escalation.linkMaker }, input),
    applyMeasure: (input) => containment(input).apply(input),
    undoMeasure: (input) => containment(input).undo(input),
    async auditLogs() {
      await deps.audit.noteConfiguration();
      return deps.audit.logs.map(({ name }) => name);
    },
    checkAuditLog: (input) => checkAuditLog(deps.audit, input.log, (lines) => Context.current().heartbeat(lines)),
    raiseDetections: ({ detections }) => deps.detections.accept(detections),
    async handBackDetections({ caseId, detections }) {
      return { stay: await deps.detections.handBack(caseId, detections) };
    },
    mailReporter: (input) =>
      mailReporter({ reporters: deps.reporters, mail: outward(input).mail, organisation, now }, input),
    ...dependencyActivities(deps),
  };
}
