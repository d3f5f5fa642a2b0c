/** Links in mails to staff: to the form that acknowledges, to the notice that is to be approved, to the form that holds it. */
import type { Alarm } from '../../domain/case/alarm';
import { type Instant, toMs } from '../../domain/kernel/time';
import { type ActionLink, type ActionLinks, LINK_LIVES_MS } from '../../platform/links/action-link';

export interface StaffLink {
  label: string;
  url: string;
}

/** Where the server is, and the keys by which it knows a link of ours. */
export interface LinkMaker {
  links: ActionLinks;
  /** An origin. */
  address: string;
}

/** Mails of other cases have commands alone. */
const INCIDENT = /^INC-/;

interface Mailed {
  caseId: string;
  /** The person whom the mail is for. */
  to: string;
  at: Instant;
}

/** The links of the mail of one alarm. */
export function linksOfAlarm(
  maker: LinkMaker | undefined,
  mailed: Mailed,
  alarm: Alarm & { seq: number },
): StaffLink[] {
  const { about, todo } = alarm;
  const acknowledge = linkOf(maker, mailed, 'Acknowledge this alarm', { act: 'acknowledge-alarms', alarm: alarm.seq });
  if (about.kind !== 'obligation' || (todo !== 'approve' && todo !== 'approve-update')) return acknowledge;
  const { obligation, hold } = about;
  return [
    ...acknowledge,
    ...linkOf(maker, mailed, 'Read the notice and approve it', { act: 'approve', obligation }),
    ...(hold ? linkOf(maker, mailed, 'Hold it back', { act: 'hold', obligation }) : []),
  ];
}

/** The link of a page that repeats alarms: all that it tells of, which are those up to the latest. */
export function linksOfPage(maker: LinkMaker | undefined, mailed: Mailed, alarms: readonly { seq: number }[]) {
  const upTo = Math.max(...alarms.map(({ seq }) => seq));
  return linkOf(maker, mailed, 'Acknowledge these alarms', { act: 'acknowledge-alarms', upTo });
}

function linkOf(
  maker: LinkMaker | undefined,
  { caseId, to, at }: Mailed,
  label: string,
  what: Pick<ActionLink, 'act' | 'alarm' | 'upTo' | 'obligation'>,
): StaffLink[] {
  if (!maker || !INCIDENT.test(caseId)) return [];
  const token = maker.links.tokenOf({ id: caseId, to, endsAtMs: toMs(at) + LINK_LIVES_MS, ...what });
  return token === undefined ? [] : [{ label, url: `${maker.address}/link?t=${token}` }];
}
