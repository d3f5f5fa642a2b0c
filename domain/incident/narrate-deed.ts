/** What was done about an obligation, as its evidence has it. */
import { UNDETERMINED } from '../policy/authorities';
import type { Evidence } from './evidence';
import { attachmentsIn } from './filings';
import { type Context, count, type NarratedPack } from './narrated';
import { ORGANISATIONS } from './organisations-told';
import { PUBLIC_NOTICE } from './readers';

/** What was done, as the evidence has it. */
export function deed(evidence: Evidence, { rule, pack }: Context): string {
  switch (evidence.channel) {
    case 'email': {
      const { sent, recipients, failed = 0, outside = 0, left = 0, toldWith } = evidence;
      const parts = [
        `Sent to ${recipientsText(sent ?? recipients ?? 0, rule?.recipient.to)}`,
        ...(failed ? [`${failed} failed`] : []),
        ...(outside ? [`${outside} told by other means`] : []),
        ...(left ? [`${left} left untold by decision`] : []),
        ...(toldWith ? [`with ${toldWith}`] : []),
      ];
      return parts.join(', ');
    }
    case 'outside':
      return `Told outside of the product: ${evidence.told ?? 0} of ${evidence.of ?? 0}`;
    case 'status-page':
      return 'Published on the status page';
    case ORGANISATIONS:
      return `Told ${count(evidence.told ?? 0, 'other organisation')}`;
    case PUBLIC_NOTICE:
      return `Made public${evidence.note ? `: ${evidence.note}` : ' as a public communication'}`;
    case 'filing':
      return filedText(evidence, pack);
    case 'containment':
      return `Contained: ${evidence.note ?? 'done'}`;
    case 'assessment':
      return `Answered: ${evidence.note ?? 'yes or no'}`;
    case 'review':
      return 'Reviewed';
    default:
      return `Recorded in the register${evidence.note && evidence.note !== 'recorded' ? `: ${evidence.note}` : ''}`;
  }
}

function filedText(evidence: Evidence, pack: NarratedPack): string {
  const { authority, reference, caseNumber, missing = [] } = evidence;
  return [
    `Filed with ${authorityName(authority, pack)}${missing.length > 0 ? ' in part' : ''}`,
    `reference ${reference ?? 'unknown'}`,
    ...(caseNumber ? [`case number ${caseNumber}`] : []),
    ...filesText(evidence),
    ...(missing.length > 0 ? [`not yet: ${missing.join('; ')}`] : []),
  ].join(', ');
}

/** Files by name, each with the beginning of its hash. */
export function filesText(evidence: Pick<Evidence, 'attachments' | 'attachmentNames'>): string[] {
  return attachmentsIn(evidence).map(({ name, sha256 }) => `${name ?? 'a file'} (${sha256.slice(0, 12)}…)`);
}

/** Its name where the pack has it. */
export function authorityName(key: string | undefined, pack: NarratedPack): string {
  if (!key) return 'the authority';
  if (key === UNDETERMINED) return 'the authority, which is still to be determined';
  return pack.authorities?.find((authority) => authority.key === key)?.name ?? key;
}

const RECIPIENTS: Record<string, string> = {
  'workspace-owners': 'workspace owner',
  'status-subscribers': 'subscriber',
};

/** How many were mailed. Of individuals it is their addresses that are counted: several people may share one. */
export function recipientsText(mailed: number, to: string | undefined): string {
  if (to === 'individuals') return `${count(mailed, 'address', 'addresses')} of individuals`;
  return count(mailed, RECIPIENTS[to ?? ''] ?? 'recipient');
}
