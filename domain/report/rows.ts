/** How a vulnerability report stands, row by row, for lists and pages. */
import type { CaseRow } from '../case/lifecycle';
import { withAcknowledged } from '../case/rings-again';
import type { ReporterMailOutcome, Triage, VulnerabilityReportState } from './state';
import { clockText, dayOf } from './vulnerability-clock';

export function rows(state: VulnerabilityReportState): CaseRow[] {
  const { received, acknowledged: ack, triage, fixedIn, disclosure, credit, incident } = state;
  return [
    {
      what: 'Acknowledged by a person',
      dueAt: received.clock.dueAt,
      state: ack ? clockText(ack) : withAcknowledged(state, 'acknowledgement', state.missed ? 'overdue' : 'owed'),
    },
    ...(ack ? [{ what: 'Reporter told of it', state: toldText(state) }] : []),
    { what: 'Triage', state: triage ? triageText(triage) : 'open' },
    ...(triage?.decision === 'accepted'
      ? [
          { what: 'Fix', state: fixedIn ? `in ${fixedIn}` : 'open' },
          {
            what: 'Disclosure',
            ...(disclosure.on ? { dueAt: dayOf(disclosure.on) } : {}),
            state: disclosure.publishedAt
              ? `published ${disclosure.publishedAt.slice(0, 10)}`
              : disclosure.on
                ? withAcknowledged(state, 'disclosure', 'agreed')
                : 'no day agreed',
          },
          { what: 'Credit', state: credit ?? 'not decided: anonymous' },
        ]
      : []),
    ...(incident ? [{ what: `Incident ${incident.id}`, state: incident.started ? 'runs' : 'is being declared' }] : []),
  ];
}

/** Whether the reporter heard that a person has read the report. */
function toldText({ received, acknowledged: ack, mails }: VulnerabilityReportState): string {
  if (ack?.answered) return `by ${ack.by}`;
  if (mails.acknowledgement) return mailedText(mails.acknowledgement);
  return received.reachable ? 'not mailed yet' : mailedText('no-address');
}

/** What became of a mail to a reporter, in words. */
export function mailedText(outcome: ReporterMailOutcome): string {
  return MAILED[outcome];
}

const MAILED: Record<ReporterMailOutcome, string> = {
  sent: 'mailed',
  'no-address': 'not mailed: there is no address',
  limited: 'not mailed: the address or its network had set off enough mails',
  'no-link': 'not mailed: publicUrl is not set, so that no link to confirm the address can be given',
  'not-confirmed': 'not mailed: nobody has confirmed the address',
  refused: 'not mailed: the provider refused it',
  unknown: 'perhaps mailed: the provider does not say',
};

function triageText(triage: Triage): string {
  switch (triage.decision) {
    case 'accepted':
      return `accepted, ${triage.severity}`;
    case 'declined':
      return `declined: ${triage.reason}`;
    case 'duplicate':
      return `duplicate of ${triage.of}`;
  }
}
