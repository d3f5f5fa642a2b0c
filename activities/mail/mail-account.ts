/** What the account at the mail provider says of a sender and of recipients before a mail goes out. */
import { Resend } from 'resend';
import { addressKey } from './mail-address';
import { RatePacer } from './rate-pacer';
import type { ResendMailConfig } from './resend-mail';

/** A domain at the provider. `status` and those of its records are the provider's own words. */
export interface AccountDomain {
  name: string;
  status: string;
  /** SPF and DKIM, where the provider tells them one by one. */
  records: { record: string; status: string }[];
}

export interface MailAccount {
  /** The domain of the account that covers this one, or `none`; undefined when it could not be read, as with a key that may only send. */
  domain(name: string, signal: AbortSignal): Promise<AccountDomain | 'none' | undefined>;
  /**
   * Who is on the suppression list, by `addressKey`: a mail to them is not delivered. `isWhole`: false when there are more than
   * were read. Undefined when it could not be read.
   */
  suppressed(signal: AbortSignal): Promise<{ addresses: Set<string>; isWhole: boolean } | undefined>;
}

/** Pages of 100 of the suppression list that are read at most: it is asked for while somebody waits for a draft. */
const MAX_PAGES = 20;

/** Whose turn it is: as of a notice, so that no mail is behind all the pages of the list. */
const PARTY = 'account';

/**
 * The account at Resend (https://resend.com/docs/api-reference/domains/list-domains, …/suppressions/list-suppressions).
 *
 * @param pacer of the mails through the same account: these requests count in the same limit. Never rejects; where the provider
 * asks for a long pause, nothing could be read.
 */
export function createResendAccount(
  { apiKey, baseUrl }: Pick<ResendMailConfig, 'apiKey' | 'baseUrl'>,
  pacer = new RatePacer(),
): MailAccount {
  const client = new Resend(apiKey, { baseUrl });
  const ask = <T extends { data: unknown; headers: Record<string, string> | null }>(request: () => Promise<T>) =>
    pacer.turn(PARTY, request).catch(() => ({ data: null }));
  return {
    async domain(name, signal) {
      const { data: listed } = await ask(() => client.domains.list({}, { signal }));
      if (!Array.isArray(listed?.data)) return undefined;
      // The domain itself is the longest of those that cover it.
      const [own] = listed.data
        .filter((each) => name === each.name || name.endsWith(`.${each.name}`))
        .sort((a, b) => b.name.length - a.name.length);
      if (!own) return listed.has_more ? undefined : 'none';
      const { data } = await ask(() => client.domains.get(own.id, { signal }));
      const records = (data?.records ?? []).flatMap(({ record, status }) =>
        record === 'SPF' || record === 'DKIM' ? [{ record, status }] : [],
      );
      return { name: own.name, status: own.status, records };
    },
    async suppressed(signal) {
      const addresses = new Set<string>();
      let after: string | undefined;
      for (let page = 0; page < MAX_PAGES; page++) {
        const { data } = await ask(() => client.suppressions.list({ limit: 100, ...(after && { after }) }, { signal }));
        if (!Array.isArray(data?.data)) return page === 0 ? undefined : { addresses, isWhole: false };
        for (const { email } of data.data) addresses.add(addressKey(email));
        after = data.data.at(-1)?.id;
        if (!data.has_more || after === undefined) return { addresses, isWhole: true };
      }
      return { addresses, isWhole: false };
    },
  };
}
