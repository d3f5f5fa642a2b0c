/** What whoever approves a notice is told of its sender and its recipients: what the mail provider and the DNS say now. */
import { plural } from '../../domain/kernel/plural';
import { dmarcOf, type TxtRecords } from './dmarc';
import type { AccountDomain, MailAccount } from './mail-account';
import { addressKey, addressOfSender, mailDomain } from './mail-address';
import type { Sender } from './mail-port';

/** Who is asked. */
export interface BeforeSending {
  account: MailAccount;
  txt: TxtRecords;
}

/** A draft waits no longer for the answers. */
const WAIT_MS = 10_000;

/** Sentences, one for each question; one that is not answered in time says that it could not be read, and stops nothing. */
export async function notesBeforeSending(
  { account, txt }: BeforeSending,
  { from }: Sender,
  addresses: readonly string[] | undefined,
  waitMs = WAIT_MS,
): Promise<string[]> {
  const domain = mailDomain(addressOfSender(from));
  const signal = AbortSignal.timeout(waitMs);
  const [standing, dmarc, suppressed] = await Promise.all([
    answered(account.domain(domain, signal), signal),
    answered(
      dmarcOf(txt, domain).then((found) => found ?? ('none' as const)),
      signal,
    ),
    answered(account.suppressed(signal), signal),
  ]);
  return [domainNote(domain, standing), dmarcNote(domain, dmarc), suppressionNote(suppressed, addresses)];
}

/** The answer, or undefined when there is none in time. */
function answered<T>(question: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const late = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  return Promise.race([question.catch(() => undefined), late]);
}

function domainNote(domain: string, standing: AccountDomain | 'none' | undefined): string {
  if (!standing) return `Whether ${domain} is verified at the mail provider could not be read.`;
  if (standing === 'none')
    return `${domain} is none of the domains at the mail provider: it refuses every mail from it.`;
  const { name, status } = standing;
  const records = recordWords(standing) || 'its SPF and DKIM could not be read';
  if (status === 'verified') return `${name} is verified at the mail provider (${records}).`;
  return `${name} is not verified at the mail provider: it is ${status} (${records}), and every mail from it is refused.`;
}

/** `SPF verified, DKIM pending`: the provider has several records of a kind. */
export function recordWords({ records }: AccountDomain): string {
  const statuses = new Map<string, Set<string>>();
  for (const { record, status } of records) statuses.set(record, (statuses.get(record) ?? new Set()).add(status));
  return [...statuses].map(([record, all]) => `${record} ${[...all].join(' and ')}`).join(', ');
}

function dmarcNote(domain: string, dmarc: Awaited<ReturnType<typeof dmarcOf>> | 'none'): string {
  if (!dmarc) return `The DMARC policy of ${domain} could not be read.`;
  if (dmarc === 'none') return `${domain} publishes no DMARC policy: the mails may land in spam.`;
  return `DMARC: ${dmarc.policy ? `p=${dmarc.policy}` : 'a record without a policy'} at ${dmarc.name}.`;
}

function suppressionNote(
  list: { addresses: Set<string>; isWhole: boolean } | undefined,
  addresses: readonly string[] | undefined,
): string {
  if (!list) return "The mail provider's suppression list could not be read.";
  if (!addresses) return 'The directory does not answer: nobody knows who of it is on the suppression list.';
  const count = addresses.filter((address) => list.addresses.has(addressKey(address))).length;
  const part = list.isWhole ? '' : ' Only a part of the list could be read: there may be more.';
  if (count > 0) {
    const who = plural(count, 'recipient is', 'recipients are');
    return `${who} on the mail provider's suppression list and will not get it: tell them by another channel.${part}`;
  }
  const where = list.isWhole
    ? "the mail provider's suppression list"
    : "what could be read of the provider's suppression list";
  return `No recipient is on ${where}.`;
}
