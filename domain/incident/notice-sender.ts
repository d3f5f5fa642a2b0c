/**
 * Whom the notices of an incident are from, where it is not the configured sender: an incident that took over the company's
 * domain or mailbox has made that one the attacker's. The sender is part of what is approved, so a draft is written anew.
 */
import { z } from 'zod';
import type { Instant } from '../kernel/time';

/** Who a mail is from: an address, or `Name <address>`. */
export interface NoticeSender {
  from: string;
  replyTo?: string;
}

const ADDRESS =
  "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=[^>]{1,253}(?:>|$))[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63})+";
const ALONE = new RegExp(`^${ADDRESS}$`);
/** What would need quotes in a name, or end it, is not taken (RFC 5322, 3.2.3). */
const NAMED = new RegExp(`^[^<>"@,;:\\\\()\\[\\]\\p{C}]{1,100} <${ADDRESS}>$`, 'u');

/** An address by itself, its domain in ASCII. */
export const AddressSchema = z
  .string()
  .trim()
  .refine((value) => ALONE.test(value), 'must be a mail address, its domain in ASCII');
/** The same, or with a name before it. */
export const SenderSchema = z
  .string()
  .trim()
  .refine(
    (value) => ALONE.test(value) || NAMED.test(value),
    'must be a mail address, its domain in ASCII, or "Name <address>"',
  );

/** As it stands in the state. */
export type SwitchedSender = NoticeSender & { by: string; since: Instant };
