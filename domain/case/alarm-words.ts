/** The words of alarms in English: for each point of a clock and each event, for what is to be done, for each kind of work. */
import type { About, Threshold, Todo, WorkKind } from './alarm';

/** The point of the clock, or the event, in a few words. */
export function thresholdWords(threshold: Threshold, about?: About): string {
  if (threshold.kind === 'acknowledgement-expired') return 'acknowledged, not done';
  if (about?.kind === 'follow-up') return 'no progress';
  if (about?.kind === 'disclosure') return threshold.kind === 'margin' ? 'disclosure soon' : 'disclosure due';
  switch (threshold.kind) {
    case 'start':
      return 'new';
    case 'elapsed':
      return `${threshold.percent} % of the clock`;
    case 'margin':
      return 'margin reached';
    case 'due':
      return 'deadline reached';
    case 'overdue':
      return `overdue, reminder ${threshold.times}`;
    case 'undeliverable':
      return 'not delivered';
    case 'came-back':
      return 'mails came back';
    case 'text-changed':
      return 'text changed';
    case 'undecided':
      return 'outcome unknown';
    case 'not-mailed':
      return 'not mailed';
    case 'cancel-requested':
      return 'cancellation requested';
    case 'forked':
      return 'stopped: not the run on record';
    case 'register-damaged':
      return 'register damaged';
    case 'declared':
      return 'declared by Tocsin';
    case 'merge-failed':
      return 'merge failed';
    case 'unmerged':
      return 'to be decided again';
    case 'unmerge-failed':
      return 'merge not undone';
    case 'after-decision':
      return 'detected again';
    case 'severity-changed':
      return `severity ${threshold.from} → ${threshold.to}`;
    case 'refuted':
      return 'still vulnerable';
    case 'waiver-ended':
      return 'waiver ended';
    case 'recorded-only':
      return 'not done: recorded only';
    case 'first-of-two':
      return '1 of 2';
    case 'failing':
    case 'failed':
    case 'refused':
      return threshold.kind;
  }
}

/** What is to be done, to be read after "To do:". */
export const TODO_WORDS: Record<Todo, string> = {
  contain: 'contain the incident, then set its status to contained',
  'contain-by-hand': 'contain it by hand, then record the measure',
  'agree-to-block':
    'somebody else looks at it and asks for the same, which blocks it at once, or withdraws it; meanwhile block narrower ranges, which take one person',
  'answer-data-question': 'say whether personal data is affected: yes, no, or possible while it is not clear',
  approve: 'approve, hold or waive the notice',
  'approve-update': 'approve, hold or waive the update',
  'make-public':
    'its page alone informs nobody: make it public and record by which channel, when and in which languages',
  release: 'it is held: release, approve or waive it',
  'correct-update':
    'correct its text and approve it again; or publish it there by hand, then record when it stood there and where',
  'decide-not-owed': 'confirm with a reason that it is not owed, or correct the assessment',
  file: 'file the report, then record its reference',
  'decide-authority': 'decide which authority it goes to, or assess where the affected people live',
  review: 'hold the review and record it',
  'complete-record': 'complete the record: assess the facts, or record the measures',
  'decide-law': 'have counsel decide what the local law requires, then record the decision with its reason',
  'tell-organisations':
    'tell the organisations and institutions that may reduce the harm and record it, or decide with a reason that none could',
  'look-into': 'find out why, and fix it',
  'tell-by-hand': 'tell them by another channel and record it, or decide with a reason to leave them untold',
  'count-again':
    'see who they were for, and reopen the incident: who was told is then counted again, and the rest can be told otherwise',
  'settle-batch':
    'look in the log of the mail provider whether it was accepted there, then record that it was, and when, or that it was not: it is then sent, unless the sending was stopped',
  'waive-and-close': 'waive what does not apply, then close the incident',
  'verify-register': 'verify the register',
  resume: 'resume it from the register, then send again whatever it was told since',
  'check-awareness':
    'confirm the instant if it is right, or correct it: an awareness with assess --aware-at and --reason, a detection with correct --detected-at',
  'decide-detections': 'declare it, dismiss it or merge it',
  'decide-where': 'merge it into another incident that is open, or leave it where it is',
  'take-out-again': 'look at that incident and reopen it if it is closed; then take the case out of it again',
  'look-again': 'look whether what was decided still holds; if not, declare an incident by hand',
  'follow-incident': 'take the incident over',
  'acknowledge-report': 'read the report and acknowledge it',
  'publish-disclosure': 'publish it, and record where',
  'decide-report': 'accept the report, decline it or mark it as a duplicate',
  'fix-report': 'fix it, and record in which version',
  'close-report': 'close the report when nothing is left to do',
  'write-to-reporter': 'write to the reporter yourself',
  patch: 'patch it, or waive it with a reason',
};

/** What fails, where work fails. */
export const WORK_WORDS: Record<WorkKind, string> = {
  draft: 'drafting it',
  dispatch: 'sending it',
  publish: 'publishing it',
  send: 'sending it',
  'open-filing': 'opening the filing task',
  contain: 'containment',
  undo: 'undoing containment',
  'verify-register': 'verifying the register',
  alarm: 'sending alarms',
  'tell-acknowledged': 'passing an acknowledgement on',
  register: 'writing to the breach register',
  mail: 'mailing the reporter',
  declare: 'declaring the incident',
  merge: 'handing over to the incident',
  unmerge: 'taking it out of the incident',
  recheck: 'checking the package again',
  settle: 'recording that the task is done',
  'settle-batch': 'recording what became of a batch',
  'stop-delivery': 'stopping its mails',
  recount: 'counting again who was told',
  'recount-detections': 'telling the incident of further detections',
  'tell-in-app': 'handing it to the product, to be shown there',
};
