import { sha256Hex } from '../storage/artefacts';
import { staffMail } from './alarm-text';
import type { EscalationPort } from './escalation-port';
import { mailStaffOnce, type StaffMailDeps } from './send-once';
import { linksOfPage } from './staff-links';

/**
 * Pages by mail, through the same port as all alarms. The key holds the content: a repeat with the same alarms is one
 * mail, a repeat after one of them was acknowledged is another. Acknowledgements are not mailed.
 */
export function createEmailPort(deps: StaffMailDeps): EscalationPort {
  return {
    name: 'email',
    async page({ key, caseId, digest, person, alarms, at }) {
      const { subject, lines, commands } = digest;
      const links = linksOfPage(deps.linkMaker, { caseId, to: person.email, at }, alarms);
      const mail = staffMail({ exercise: false, subject, lines, commands, links });
      const content = sha256Hex(JSON.stringify([person.email, mail.subject, mail.text])).slice(0, 12);
      await mailStaffOnce(deps, person.email, mail, { incidentId: caseId, exercise: false }, `${key}/${content}`);
    },
    async acknowledged() {},
    async resolved() {},
  };
}
