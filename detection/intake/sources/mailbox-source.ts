/** The source by which the mailbox of `tocsin up` tells what became of its mails. */
import type { Source } from '../config';
import { resend } from './resend';

/** No name that the file of sources can take. */
export const MAILBOX_SOURCE = '-mailbox';

export function mailboxSource(secret: string): Source {
  return {
    name: MAILBOX_SOURCE,
    adapter: resend,
    secrets: [{ value: secret }],
    scope: 'platform',
    perMinute: 1_000_000,
  };
}
