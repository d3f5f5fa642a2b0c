/** A finding for people: what is wrong, what is at stake, and what to type. */
import { INCIDENT_WORKFLOW } from '../incident/contract';
import { commandText } from '../kernel/command-lines';
import { type Instant, leftText, minuteText, spanText, toMs } from '../kernel/time';
import type { Finding } from './finding';

const STATUS_WORDS: Record<string, string> = {
  TERMINATED: 'was terminated',
  FAILED: 'failed',
  TIMED_OUT: 'timed out',
  CANCELLED: 'was cancelled',
  COMPLETED: 'ended',
};

/** One line: what was found. */
export function findingText(finding: Finding, now: Instant): string {
  switch (finding.kind) {
    case 'stopped': {
      const when = finding.endedAt ? ` at ${minuteText(finding.endedAt)} UTC` : '';
      const how = STATUS_WORDS[finding.status] ?? `is ${finding.status}`;
      return `${finding.caseId} is open in the register, but its workflow ${how}${when}: nothing watches its deadlines`;
    }
    case 'missing':
      return `${finding.caseId} is open in the register, but Temporal has no workflow of it: nothing watches its deadlines`;
    case 'astray':
      return (
        `${finding.caseId} is open in the register, but the workflow that runs under its id since ${minuteText(finding.startedAt)} UTC ` +
        `${finding.how}: nothing watches its deadlines. Somebody may have put it in the place of the true one`
      );
    case 'silent':
      return (
        `${finding.caseId} does not answer as the register has it, so its deadlines may be watched by nothing. Are all workers of ` +
        'one version and with the same keys, and does nobody else ask for work on their task queue?'
      );
    case 'stuck':
      return (
        `${finding.caseId} does not move: its workflow task waits since ${minuteText(finding.since)} UTC ` +
        `(attempt ${finding.attempt}), so no deadline is acted on. Is a worker of the right version running?`
      );
    case 'work-failing':
      if (finding.paused)
        return `${finding.caseId}: somebody has paused ${finding.activity} at Temporal, and it is not done before it is unpaused: what it is for does not happen`;
      return finding.nextAt
        ? `${finding.caseId}: ${finding.activity} failed and is not tried again before ${minuteText(finding.nextAt)} UTC: unless a provider asked for that pause, somebody holds it up; what it is for does not happen`
        : `${finding.caseId}: ${finding.activity} has failed ${finding.attempt} times and is tried again; what it is for does not happen`;
    case 'hushed':
      return `${finding.caseId} has alarms that nobody has acknowledged, and ${hushedText(finding)}: nobody is paged about them`;
    case 'unwritten':
      return (
        `${finding.caseId}: the workflow that was to write its entries ${finding.first} to ${finding.last} was ended, and they are ` +
        'not in the register: it takes no later one of this case'
      );
    case 'unregistered':
      return (
        `${finding.caseId} was started at ${minuteText(finding.startedAt)} UTC, and nothing of it stands in the register: ` +
        `its clocks may not have begun (${ago(finding.startedAt, now)})`
      );
    case 'never-written':
      return (
        `${finding.caseId} was started at ${minuteText(finding.startedAt)} UTC, its workflow ${STATUS_WORDS[finding.status] ?? `is ${finding.status}`} ` +
        `at ${minuteText(finding.endedAt)} UTC, and nothing of it stands in the register: nothing watches its deadlines, and there is ` +
        `nothing to resume it from. Temporal still has what it began with: temporal workflow show --workflow-id ${finding.caseId}. ` +
        (finding.workflow === INCIDENT_WORKFLOW
          ? 'Declare it again under another id, with the instants that it had'
          : 'See to it by hand')
      );
    case 'second':
      return (
        `${finding.caseId} is closed in the register, but a workflow of that id runs since ${minuteText(finding.startedAt)} UTC: ` +
        'the register refuses its entries. If another incident was declared under this id, declare it under a new one and end this workflow'
      );
    case 'part':
      return finding.problem;
  }
}

function hushedText({ status, since, how }: Finding & { kind: 'hushed' }): string {
  if (status === 'MISSING') return 'Temporal has no workflow that repeats them';
  const at = since ? `${minuteText(since)} UTC` : '';
  if (status === 'RUNNING')
    return `the workflow that repeats them ${how ?? `does not move: its workflow task waits since ${at}`}`;
  return `the workflow that repeats them ${STATUS_WORDS[status] ?? `is ${status}`}${at && ` at ${at}`}`;
}

/** The next deadline of the case, and the commands that mend it, a line each. */
export function findingDetails(finding: Finding, now: Instant): string[] {
  const due = 'nextDueAt' in finding ? finding.nextDueAt : undefined;
  return [
    ...(due ? [`Next deadline: ${minuteText(due)} UTC, ${leftText(due, now)}`] : []),
    ...finding.remedy.map((line) => commandText(line)),
  ];
}

function ago(at: Instant, now: Instant): string {
  return `${spanText(toMs(now) - toMs(at))} ago`;
}
