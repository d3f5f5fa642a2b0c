/** R6 of the breach register: what went out for an obligation, one notification each. */
import type { Evidence } from '../domain/incident/evidence';
import { attachmentsIn } from '../domain/incident/filings';
import { latenessOf } from '../domain/incident/lateness';
import { namedText } from '../domain/incident/narrate-whom';
import { ORGANISATIONS } from '../domain/incident/organisations-told';
import { PUBLIC_NOTICE } from '../domain/incident/readers';
import type { Obligation } from '../domain/incident/state';
import type { StatedBefore } from '../domain/incident/stated-before';
import { withdrawalOf } from '../domain/incident/withdrawn-report';
import { type InexactInstant, whenText } from '../domain/kernel/inexact-instant';
import { standInOf } from '../domain/policy/disclosure';
import type { NotificationSent } from './incident-record';

/** Fulfilled through these channels, an obligation was a notification; the rest are containment, review and records. */
const NOTICE_CHANNELS = ['email', 'status-page', 'filing', 'outside', PUBLIC_NOTICE, ORGANISATIONS];

/** All that went out for the obligations of an incident, in the order of time. */
export function notificationsOf(obligations: Obligation[]): NotificationSent[] {
  return obligations
    .flatMap(sentFor)
    .filter(({ channel }) => NOTICE_CHANNELS.includes(channel))
    .concat(obligations.flatMap(toldOutside), obligations.flatMap(madePublic), obligations.flatMap(organisationsTold))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** What was told outside of the product, one notification each. */
function toldOutside({ id, rule, outside = [] }: Obligation): NotificationSent[] {
  return outside.map(({ round, at, inexact, channel, by, note, evidence, ...named }) => ({
    ...{ obligation: id, who: rule, channel: 'outside', round, at, renderings: [], attachments: [] },
    ...statedAs(inexact),
    outside: {
      ...{ how: channel, by, who: namedText(named) },
      ...(note !== undefined && { note }),
      ...(evidence !== undefined && { evidenceSha256: evidence.sha256 }),
    },
  }));
}

/** By which channels a public communication was made public, one notification each. */
function madePublic({ id, rule, publications = [] }: Obligation): NotificationSent[] {
  return publications.map(({ round, at, inexact, channel, languages, by, note, evidence }) => ({
    ...{ obligation: id, who: rule, channel: 'outside', round, at, renderings: [], attachments: [] },
    ...statedAs(inexact),
    outside: {
      ...{ how: channel, by, who: `the public, in ${standInOf(languages) ?? languages.join(', ')}` },
      ...(note !== undefined && { note }),
      ...(evidence !== undefined && { evidenceSha256: evidence.sha256 }),
    },
  }));
}

/** Which other organisations were told that may reduce the harm, one notification each time. */
function organisationsTold({ id, rule, organisations = [] }: Obligation): NotificationSent[] {
  return organisations.map(({ round, at, inexact, channel, organisations: names, by, note, evidence }) => ({
    ...{ obligation: id, who: rule, channel: 'outside', round, at, renderings: [], attachments: [] },
    ...statedAs(inexact),
    outside: {
      ...{ how: channel, by, who: standInOf(names) ?? names.join(', ') },
      ...(note !== undefined && { note }),
      ...(evidence !== undefined && { evidenceSha256: evidence.sha256 }),
    },
  }));
}

/** The first notice and every later round, each with its lateness after its own deadline. */
function sentFor(obligation: Obligation): NotificationSent[] {
  const { fulfilledAt, fulfilledAs, statedBefore, evidence, delayReasons, supplements } = obligation;
  const isWithdrawn = withdrawalOf(obligation) === 'told';
  const uncounted = obligation.recount !== undefined && ({ uncounted: true } as const);
  const rounds = supplements.map(
    (
      { round, at, inexact, lateByMs, inTimeUntil, statedBefore: before, evidence: later },
      index,
    ): NotificationSent => ({
      ...notification(obligation, round, at, later),
      ...statedAs(inexact, before),
      ...(lateByMs !== undefined && { lateByMs }),
      ...(inTimeUntil && { inTimeUntil }),
      ...(isWithdrawn && index === supplements.length - 1 && { withdraws: true }),
      ...(index === supplements.length - 1 && uncounted),
    }),
  );
  if (fulfilledAt === undefined || evidence === undefined) return [...sentInPart(obligation), ...rounds];
  const { correctedLateByMs, ...late } = latenessOf(obligation);
  const corrected = correctedLateByMs === undefined ? {} : { correctedLateByMs };
  const first = notification(obligation, 1, fulfilledAt, evidence);
  const { cameBack } = obligation;
  const back = cameBack === undefined ? {} : { cameBack };
  return [
    {
      ...first,
      ...back,
      ...(rounds.length === 0 && uncounted),
      ...statedAs(fulfilledAs, statedBefore),
      ...late,
      ...corrected,
      delayReasons,
    },
    ...rounds,
  ];
}

/** What was mailed of a notice that has not told everybody: it may never do so, as when it is waived. */
function sentInPart(o: Obligation): NotificationSent[] {
  const { delivery } = o;
  const at = delivery?.lastSentAt ?? o.roundStartedAt;
  return delivery?.sent && at !== undefined ? [{ ...notification(o, 1, at, delivery), inPart: true }] : [];
}

/** An instant that is not known exactly as it was stated, with both of its readings; and as it was stated before that. */
export function statedAs(inexact: InexactInstant | undefined, before: StatedBefore[] = []): { stated?: string } {
  const first = before[0] && `${whenText(before[0].inexact)} before it was known more exactly`;
  const stated = [...(inexact ? [whenText(inexact)] : []), ...(first ? [first] : [])];
  return stated.length > 0 ? { stated: stated.join(', and as ') } : {};
}

function notification(
  { id, rule, recipient, caseNumber, attachments = [] }: Obligation,
  round: number,
  at: string,
  evidence: Evidence,
): NotificationSent {
  const { channel, authority, recipients, sent, failed, firstSentAt, lastSentAt, renderings, reference, url } =
    evidence;
  const { of, told, firstToldAt, lastToldAt, missing } = evidence;
  return {
    obligation: id,
    who: authority ?? recipient ?? rule,
    channel,
    round,
    at,
    firstSentAt,
    lastSentAt,
    recipients,
    sent,
    failed,
    of,
    told,
    firstToldAt,
    lastToldAt,
    reference,
    caseNumber: evidence.caseNumber ?? (round === 1 ? caseNumber : undefined),
    missing,
    // What the authority gave later belongs to the report as a whole.
    attachments: [...attachmentsIn(evidence), ...(round === 1 ? attachments : [])],
    url,
    renderings: (renderings ?? []).map(({ language, sha256 }) => ({ language, sha256 })),
  };
}
