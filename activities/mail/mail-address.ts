/**
 * Mail addresses: what is one, the one spelling in which it is stored and mailed, and what two of them are compared by. Whoever
 * reads, compares or counts an address does so by these.
 */
import { isIPv4 } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';
import { z } from 'zod';

/** Longer ones find no place in the commands of SMTP (RFC 5321, 4.5.3.1.3; RFC 3696, erratum 1690). */
const LONGEST = 254;
const ADDRESS = /^[^\s@<>"(),;:\\[\]]{1,64}@(?=.{1,253}$)[^\s@<>"(),;:\\[\].]+(\.[^\s@<>"(),;:\\[\].]+)+$/;
/** Nobody sees these in an address: soft hyphens, zero-width spaces and joiners, direction marks, variation selectors. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
/** What a URL gives a meaning in its host: such a domain is none, and is not read as one. */
const OF_URLS = /[%/?#]/;

/** True for what can be an email address: one `@`, a domain with a dot, no white space, no list, no display name. */
export function isMailAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/**
 * An address in its one spelling: NFKC (UAX 15) without characters that nobody sees, the domain in ASCII (UTS 46) without the
 * dot of the root. The case of what stands before the `@` is kept, as the receiving server may tell it apart (RFC 5321, 2.4).
 * Undefined for what is no address.
 */
export function mailAddress(text: string): string | undefined {
  const plain = text.normalize('NFKC').trim();
  const at = plain.lastIndexOf('@');
  const local = plain.slice(0, Math.max(at, 0)).replace(UNSEEN, '').normalize('NFKC');
  const address = `${local}@${asciiDomain(plain.slice(at + 1)) ?? ''}`;
  return isMailAddress(address) && address.length <= LONGEST ? address : undefined;
}

/**
 * What is the same for all spellings of one address, in any case; of what is no address, its text in lower case. Subaddresses
 * (`ann+1@`) and whatever else one provider alone takes for the same mailbox have keys of their own.
 */
export function addressKey(text: string): string {
  return (mailAddress(text) ?? text.trim()).toLowerCase().normalize('NFKC');
}

/** Whether two texts are one address. */
export function isSameAddress(a: string, b: string): boolean {
  return addressKey(a) === addressKey(b);
}

/** The domain of an address, in ASCII and lower case; of what is no address, what stands behind its last `@`. */
export function mailDomain(text: string): string {
  const key = addressKey(text);
  return key.slice(key.lastIndexOf('@') + 1);
}

/** The address of a sender, who is one or `Name <address>`. */
export function addressOfSender(from: string): string {
  return /<([^<>]*)>\s*$/.exec(from)?.[1] ?? from;
}

/** Each address once. */
export function distinctAddresses(texts: readonly string[]): string[] {
  return [...new Map(texts.map((text) => [addressKey(text), text])).values()];
}

/** A mail address, given back in its one spelling. */
export function mailAddressSchema(error: string) {
  return z.string().transform((text, context) => {
    const address = mailAddress(text);
    if (address !== undefined) return address;
    context.addIssue({ code: 'custom', message: error });
    return z.NEVER;
  });
}

/** Domains of which the ASCII form is kept in mind: the addresses of a notice have few, and each is read several times. */
const MOST_DOMAINS = 5_000;
/** Of what stands behind the `@`, no longer than an address: its ASCII form, or that it is no domain. */
const domains = new Map<string, string | undefined>();

function asciiDomain(text: string): string | undefined {
  if (text.length > LONGEST) return asciiDomainOf(text);
  const before = domains.get(text);
  if (before !== undefined || domains.has(text)) return before;
  const ascii = asciiDomainOf(text);
  if (domains.size >= MOST_DOMAINS) domains.clear();
  domains.set(text, ascii);
  return ascii;
}

function asciiDomainOf(text: string): string | undefined {
  if (OF_URLS.test(text)) return undefined;
  // Joiners belong to some names, such as Persian ones (RFC 5892, A.1); elsewhere the name is none with them.
  const ascii = domainToASCII(text) || domainToASCII(text.replace(UNSEEN, ''));
  return isIPv4(ascii) || !isDecodable(ascii) ? undefined : ascii.replace(/\.$/, '');
}

/** Whether each Punycode label stands for a name (RFC 5891, 5.4); Node 24 takes over as they are those that stand for none. */
function isDecodable(ascii: string): boolean {
  const unicode = domainToUnicode(ascii);
  return !/(^|\.)xn--/.test(unicode) && domainToASCII(unicode) === ascii;
}
