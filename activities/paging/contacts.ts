import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { mailAddress, mailAddressSchema } from '../mail/mail-address';

/** Knows at which address a member of staff is alarmed. */
export interface Contacts {
  /** The address of a handle; the fallback for one that nobody knows. A handle that is an address is itself. */
  addressOf(handle: string): string;
  /** Where alarms go that reach nobody else. */
  readonly fallback: string;
}

const Address = mailAddressSchema('must be an email address');
/** `fallback`: an address that is always watched; `contacts`: handle → address. */
export const ContactsSchema = z.strictObject({
  fallback: Address,
  contacts: z.record(z.string(), Address).default({}),
});

/** Contacts from data, as in `examples/contacts.yaml`. Handles match in any case, with or without a leading `@`. */
export function createContacts(data: z.input<typeof ContactsSchema>): Contacts {
  const { fallback, contacts } = ContactsSchema.parse(data);
  const key = (handle: string) => handle.trim().toLowerCase().replace(/^@/, '');
  const byHandle = new Map(Object.entries(contacts).map(([handle, address]) => [key(handle), address]));
  return {
    fallback,
    addressOf(handle) {
      const known = byHandle.get(key(handle));
      if (known) return known;
      return mailAddress(handle) ?? fallback;
    },
  };
}

/** Reads contacts from a YAML or JSON file. Throws an error that names the file and what is wrong in it. */
export async function loadContacts(file: string): Promise<Contacts> {
  const name = path.basename(file);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `the contacts file ${name} cannot be read (${error.code}): use a YAML file with "fallback" and "contacts"`,
    );
  });
  const parsed = ContactsSchema.safeParse(parse(text));
  if (!parsed.success) throw new Error(`the contacts file ${name} is invalid: ${z.prettifyError(parsed.error)}`);
  return createContacts(parsed.data);
}
