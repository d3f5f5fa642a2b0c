/** Links in mails and pages to staff: to the form that acknowledges, to the notice that is to be approved, to the form that holds it. */
import { ACKNOWLEDGE_ALARMS } from '../../domain/case/acknowledge';
import { type Alarm, obligationOf } from '../../domain/case/alarm';
import { type Instant, toMs } from '../../domain/kernel/time';
import { type ActionLink, type ActionLinks, LINK_LIVES_MS } from '../../platform/links/action-link';

export interface StaffLink {
  label: string;
  url: string;
  act: ActionLink['act'];
  /** What the address carries. */
  token: string;
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
  /** Where it is posted, if it is no mail. */
  through?: ActionLink['through'];
}

/** Of more notices than these the page has no links: the case has them all. */
const NOTICES = 2;

/** The links of the mail of one alarm. */
export function linksOfAlarm(
  maker: LinkMaker | undefined,
  mailed: Mailed,
  alarm: Alarm & { seq: number },
): StaffLink[] {
  return [
    ...linkOf(maker, mailed, 'Acknowledge this alarm', { act: ACKNOWLEDGE_ALARMS, alarms: [alarm.seq] }),
    ...linksOfNotice(maker, mailed, alarm),
  ];
}

/** Of an alarm of a notice that waits for its approval. */
function linksOfNotice(maker: LinkMaker | undefined, mailed: Mailed, { about, todo }: Alarm): StaffLink[] {
  if (about.kind !== 'obligation' || (todo !== 'approve' && todo !== 'approve-update')) return [];
  const { obligation, hold } = about;
  return [
    ...linkOf(maker, mailed, 'Read the notice and approve it', { act: 'approve', obligation }),
    ...(hold ? linkOf(maker, mailed, 'Hold it back', { act: 'hold', obligation }) : []),
  ];
}

/** Of more alarms than these a link would be too long for an address: it is for the latest, and says so. */
const LISTED = 40;

/** The link of a page that repeats alarms: for those that it tells of, and no other. */
export function linksOfPage(
  maker: LinkMaker | undefined,
  mailed: Mailed,
  alarms: readonly { seq: number }[],
): StaffLink[] {
  const numbers = alarms.map(({ seq }) => seq).sort((a, b) => a - b);
  const which = numbers.length > LISTED ? `the latest ${LISTED} of these` : 'these';
  const what = { act: ACKNOWLEDGE_ALARMS, alarms: numbers.slice(-LISTED) } as const;
  return linkOf(maker, mailed, `Acknowledge ${which} alarms`, what);
}

/** Of the notices that a page's alarms are about, the latest first. */
export function linksOfNotices(
  maker: LinkMaker | undefined,
  mailed: Mailed,
  alarms: readonly (Alarm & { seq: number })[],
): StaffLink[] {
  const latest = new Map(
    [...alarms].sort((a, b) => a.seq - b.seq).map((alarm) => [obligationOf(alarm) ?? `alarm ${alarm.seq}`, alarm]),
  );
  const found = [...latest.values()].reverse().map((alarm) => linksOfNotice(maker, mailed, alarm));
  return found
    .filter((of) => of.length > 0)
    .slice(0, NOTICES)
    .flat();
}

function linkOf(
  maker: LinkMaker | undefined,
  { caseId, to, at, through }: Mailed,
  label: string,
  what: Pick<ActionLink, 'act' | 'alarms' | 'obligation'>,
): StaffLink[] {
  if (!maker || !INCIDENT.test(caseId)) return [];
  const token = maker.links.tokenOf({ id: caseId, to, endsAtMs: toMs(at) + LINK_LIVES_MS, through, ...what });
  return token === undefined ? [] : [{ label, url: `${maker.address}/link?t=${token}`, act: what.act, token }];
}
