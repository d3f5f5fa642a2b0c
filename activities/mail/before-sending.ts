/** What whoever approves a notice is told of its sender and its recipients: what the mail provider and the DNS say now. */
import { plural } from '../../domain/kernel/plural';
import { dmarcOf, type TxtRecords } from './dmarc';
import type { AccountDomain, MailAccount } from './mail-account';
import { addressOfSender, mailDomain } from './mail-address';
import type { Sender } from './mail-port';

/** Who is asked. */
export interface BeforeSending {
  account: MailAccount;
  txt: TxtRecords;
}

/** A draft waits no longer for the answers. */
const WAIT_MS = 10_000;

/** What was answered in time; undefined what was not. */
export interface AnswersBefore {
  domain: string;
  standing: AccountDomain | 'none' | undefined;
  dmarc: Awaited<ReturnType<typeof dmarcOf>> | 'none';
  suppressed: Awaited<ReturnType<MailAccount['suppressed']>>;
}

/** Never rejects. */
export async function askBeforeSending(
  { account, txt }: BeforeSending,
  { from }: Sender,
  waitMs = WAIT_MS,
): Promise<AnswersBefore> {
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
  return { domain, standing, dmarc, suppressed };
}

/**
 * Sentences, one for each question; one that was not answered in time says that it could not be read, and stops nothing.
 *
 * @param count of the recipients, how many are on the list that was read; undefined when they could not be counted.
 */
export function notesBeforeSending(
  { domain, standing, dmarc, suppressed }: AnswersBefore,
  count: number | undefined,
): string[] {
  return [domainNote(domain, standing), dmarcNote(domain, dmarc), suppressionNote(suppressed, count)];
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

function dmarcNote(domain: string, dmarc: AnswersBefore['dmarc']): string {
  if (!dmarc) return `The DMARC policy of ${domain} could not be read.`;
  if (dmarc === 'none') return `${domain} publishes no DMARC policy: the mails may land in spam.`;
  return `DMARC: ${dmarc.policy ? `${dmarc.of}=${dmarc.policy}` : 'a record without a policy'} at ${dmarc.name}.`;
}

function suppressionNote(list: AnswersBefore['suppressed'], count: number | undefined): string {
  if (!list) return "The mail provider's suppression list could not be read.";
  if (count === undefined)
    return 'The recipients could not be counted: nobody knows who of them is on the suppression list.';
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
