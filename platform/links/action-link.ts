/**
 * Links in mails and pages to staff that lead to the form of one message. A token holds what the form is for, for whom it was made and
 * until when; it is encrypted and authenticated by AES-256-GCM-SIV (RFC 8452), so nobody reads or makes one without the keys
 * of the workers. The same content is always the same token, as a mail that is sent again must have the same text.
 */
import { createHash, hkdfSync } from 'node:crypto';
import { gcmsiv } from '@noble/ciphers/aes';
import { z } from 'zod';

export const LINK_ACTS = ['acknowledge-alarms', 'approve', 'hold'] as const;

const ContentSchema = z.strictObject({
  /** The incident. */
  id: z.string(),
  act: z.enum(LINK_ACTS),
  /** For whom it was made: a name or an address of staff. */
  to: z.string(),
  /** Milliseconds since the epoch. */
  endsAtMs: z.int(),
  /** Of an acknowledgement: the numbers of the alarms that its mail or page tells of. */
  alarms: z.array(z.int()).optional(),
  obligation: z.string().optional(),
  /** Where it was posted; without: in a mail. */
  through: z.literal('slack').optional(),
});
export type ActionLink = z.infer<typeof ContentSchema>;

/** How long a link is good from the instant of its mail: a shift, and as long as mails of one alarm may be sent again. */
export const LINK_LIVES_MS = 24 * 3_600_000;

/** Longer ones are not looked at: the longest that is made is shorter. */
const MOST_CHARACTERS = 600;

/** RFC 8452 lets a nonce be repeated: equal contents then show as equal, and equal they are meant to be. */
const NONCE = new Uint8Array(12);

export class ActionLinks {
  private readonly keys: Uint8Array[];

  /** @param secrets the first one makes, all open: the sealing keys of workers and servers. */
  constructor(secrets: readonly string[]) {
    this.keys = secrets.map((secret) => new Uint8Array(hkdfSync('sha256', secret, '', 'tocsin links', 32)));
  }

  /** `undefined` where there is no key, or the content is too long for an address. */
  tokenOf(link: ActionLink): string | undefined {
    const [key] = this.keys;
    if (!key) return undefined;
    const { id, act, to, endsAtMs, alarms, obligation, through } = link;
    const content = Buffer.from(JSON.stringify({ id, act, to, endsAtMs, alarms, obligation, through }));
    const token = Buffer.from(gcmsiv(key, NONCE).encrypt(content)).toString('base64url');
    return token.length > MOST_CHARACTERS ? undefined : token;
  }

  /** What a token holds, also when its time is over; `undefined` where none of our keys made it. */
  open(token: unknown): ActionLink | undefined {
    if (typeof token !== 'string' || token.length > MOST_CHARACTERS || !/^[\w-]+$/.test(token)) return undefined;
    for (const key of this.keys) {
      try {
        const content = gcmsiv(key, NONCE).decrypt(new Uint8Array(Buffer.from(token, 'base64url')));
        const read = ContentSchema.safeParse(JSON.parse(Buffer.from(content).toString('utf8')));
        if (read.success) return read.data;
      } catch {
        // Not made with this key.
      }
    }
    return undefined;
  }
}

/** By which a message that a link sends is known: whoever sends it again sends the same. */
export function keyOfLink({ id, act, to, endsAtMs, alarms, obligation, through }: ActionLink): string {
  const of = [id, act, to, endsAtMs, alarms ?? null, obligation ?? null];
  return createHash('sha256')
    .update(JSON.stringify(['link', ...of, ...(through ? [through] : [])]))
    .digest('hex')
    .slice(0, 32);
}
