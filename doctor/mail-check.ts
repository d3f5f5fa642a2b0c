/** Mail: whether the provider takes the key, whether the sender's domain is verified there and published, and a test mail. */
import { randomUUID } from 'node:crypto';
import { Resend } from 'resend';
import { recordWords } from '../activities/mail/before-sending';
import { dmarcOf } from '../activities/mail/dmarc';
import { createResendAccount } from '../activities/mail/mail-account';
import { addressOfSender, mailDomain } from '../activities/mail/mail-address';
import { createResendMail, type ResendMailConfig } from '../activities/mail/resend-mail';
import { mailSettings } from '../activities/mail/settings';
import { plural } from '../domain/kernel/plural';
import { isLoopbackUrl } from '../platform/loopback-host';
import { watchdogSettings } from '../watchdog/settings';
import {
  type Check,
  type Found,
  messageOf,
  notChecked,
  ok,
  type Patient,
  problem,
  WRONG_SETTINGS,
  warning,
} from './check';

/** Resend's name for a key that may send and nothing else (https://resend.com/docs/api-reference/errors). */
const SENDS_ONLY = 'restricted_api_key';
/** The provider answers within this, or it is said that it did not. */
const ANSWER_MS = 5_000;

export const mail: Check = {
  about: 'Mail',
  of: ['worker', 'watchdog'],
  async look(patient) {
    if (patient.name === 'watchdog' && tellsWithoutMail(patient))
      return [ok('none is needed: the watchdog tells by its webhook alone')];
    const config = patient.read(mailSettings);
    if (!config) return WRONG_SETTINGS;
    const domain = mailDomain(addressOfSender(config.from));
    const local = isLoopbackUrl(config.baseUrl);
    const found = local
      ? [notChecked(`it goes to a mailbox on this machine (${config.baseUrl}): nobody outside gets it`)]
      : [await provider(config, domain), await published(patient, domain), await suppressions(config)];
    if (patient.mailTo) found.push(await test(config, patient.mailTo));
    else if (!local) found.push(notChecked('no test mail was sent', 'Give --mail-to ADDRESS to see that mail arrives'));
    return found;
  },
};

function tellsWithoutMail({ read }: Patient): boolean {
  const settings = read(watchdogSettings);
  return settings !== undefined && settings.mail.length + settings.later.length === 0;
}

/** Whether the provider takes the key and has verified the sender's domain (https://resend.com/docs/api-reference/domains/list-domains). */
export async function provider({ apiKey, baseUrl }: ResendMailConfig, domain: string): Promise<Found> {
  const { data, error } = await new Resend(apiKey, { baseUrl }).domains.list();
  if (error?.name === SENDS_ONLY)
    return notChecked(
      `the key may only send, so nobody can ask whether ${domain} is verified`,
      "Look at the provider's page of domains, or give a key with full access for this look",
    );
  // Resend's client gives no status where nothing answered.
  if (error && !error.statusCode)
    return problem(
      `the provider does not answer at ${baseUrl}: ${error.message}`,
      'Check that this machine may reach it, through its proxy and firewall',
    );
  if (error)
    return problem(`the provider refuses the key: ${error.name} (${error.statusCode})`, 'Check RESEND_API_KEY');
  const own = data?.data.find(({ name }) => domain === name || domain.endsWith(`.${name}`));
  if (own?.status === 'verified') {
    const records = await recordsOf({ apiKey, baseUrl }, domain);
    return ok(`the provider takes the key, and ${own.name} is verified there${records}`);
  }
  return problem(
    own
      ? `${own.name} is not verified at the provider (${own.status}): it refuses every mail`
      : `${domain} is none of the domains of this account: it refuses every mail`,
    'Add the domain at the provider and publish the records that it shows, or correct TOCSIN_MAIL_FROM',
  );
}

/** What the provider says of SPF and DKIM, in parentheses; nothing where it does not. */
async function recordsOf(config: Pick<ResendMailConfig, 'apiKey' | 'baseUrl'>, domain: string): Promise<string> {
  const found = await createResendAccount(config).domain(domain, AbortSignal.timeout(ANSWER_MS));
  if (!found || found === 'none') return '';
  const words = recordWords(found);
  return words ? ` (${words})` : '';
}

/** DMARC (RFC 7489, 6.1): a policy at `_dmarc.` of the domain, or of the organisational domain above it. */
export async function published({ txt }: Pick<Patient, 'txt'>, domain: string): Promise<Found> {
  try {
    const found = await dmarcOf(txt, domain);
    if (found) return ok(`${found.name} says ${found.policy ?? 'no policy'}`);
  } catch (error) {
    return notChecked(`the DNS does not answer: ${messageOf(error)}`);
  }
  return warning(
    `${domain} publishes no DMARC policy: notices may land in spam, and anybody can send in its name`,
    `Publish a TXT record at _dmarc.${domain}, at least "v=DMARC1; p=none"`,
  );
}

/** How many the provider delivers nothing to (https://resend.com/docs/api-reference/suppressions/list-suppressions). */
export async function suppressions(config: ResendMailConfig): Promise<Found> {
  const list = await createResendAccount(config).suppressed(AbortSignal.timeout(ANSWER_MS));
  if (!list)
    return notChecked('the suppression list of the provider could not be read: its API is not open to every account');
  const { size } = list.addresses;
  if (size === 0) return ok('nobody is on the suppression list of the provider');
  const count = `${list.isWhole ? '' : 'at least '}${plural(size, 'address', 'addresses')}`;
  return ok(
    `${count} on the suppression list of the provider: the draft of a notice says how many of its recipients are`,
  );
}

async function test(config: ResendMailConfig, to: string): Promise<Found> {
  const text = `This is the test mail of \`tocsin doctor\`. If you can read it, alarms and notices leave from ${config.from}.`;
  const message = { to, subject: 'Tocsin: test mail', text, html: `<p>${text.replaceAll('`', '')}</p>`, tags: [] };
  try {
    const outcome = await createResendMail(config).send(message, `doctor-${randomUUID()}`);
    if (outcome.outcome === 'refused')
      return problem(`the provider refuses the test mail: ${outcome.errorCode}`, 'Check sender and recipient');
    return ok(`the provider took the test mail to ${to}: see that it arrives`);
  } catch (error) {
    return problem(`the test mail could not be sent: ${messageOf(error)}`);
  }
}
