/** Mails checkpoints to somebody who keeps them: their mailbox is out of reach of whoever runs the database. */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { tocsin } from '../../domain/kernel/command-lines';
import { tryLock } from '../../platform/file-lock';
import { readIfThere } from '../../platform/read-if-there';
import { writeWhole } from '../../platform/write-whole';
import { AnchorError } from '../errors';
import { type Anchor, checkpointOf } from '../log/anchor';

/** A mail with a checkpoint. */
export interface CheckpointMail {
  to: string;
  subject: string;
  text: string;
}

/** Sends mail. The same key within a day sends nothing twice. */
export interface CheckpointMailer {
  /** Answers why it was refused, or nothing when it was sent. Throws when that is not known. */
  send(mail: CheckpointMail, key: string): Promise<{ refused: string } | undefined>;
  /** Whether a mail with this subject was sent since; undefined when nobody can tell. */
  wasSent(mail: CheckpointMail, since: Date): Promise<boolean | undefined>;
}

const StateSchema = z.strictObject({
  /** The checkpoint that was mailed last, or is being mailed. */
  note: z.string(),
  startedAt: z.iso.datetime(),
  /** Missing while it is not known whether it was sent. */
  sentAt: z.iso.datetime().optional(),
});
type State = z.infer<typeof StateSchema>;

/** Providers forget a key after 24 hours. */
const KEY_COUNTS_MS = 23 * 3_600_000;

/**
 * Mails at most every `everyMs`, each checkpoint once. What is about to be sent is written down before: after a crash or
 * an unknown outcome the very same mail is repeated under the same key, or looked for when the key is forgotten.
 */
export function createMailAnchor(options: {
  to: string;
  everyMs: number;
  /** What was mailed last. */
  stateFile: string;
  mailer: CheckpointMailer;
  now?: () => Date;
}): Anchor {
  const { to, everyMs, stateFile, mailer, now = () => new Date() } = options;
  const write = (state: State) => writeWhole(stateFile, `${JSON.stringify(state)}\n`);

  const send = async (state: State) => {
    const mail = mailOf(to, state.note);
    const startedAt = new Date(state.startedAt);
    if (now().getTime() - startedAt.getTime() > KEY_COUNTS_MS) {
      const sent = await mailer.wasSent(mail, startedAt);
      // Nobody can tell: a second mail would break the promise, a missing one is made good by the next checkpoint.
      if (sent !== false) return write({ ...state, sentAt: now().toISOString() });
    }
    const outcome = await mailer.send(mail, keyOf(to, state.note));
    if (outcome) {
      await write({ ...state, startedAt: now().toISOString() });
      throw new AnchorError(`the mail with the checkpoint was refused (${outcome.refused}): check TOCSIN_ANCHOR_MAIL`);
    }
    await write({ ...state, sentAt: now().toISOString() });
  };

  return {
    name: 'mail',
    async put(note) {
      const lock = tryLock(`${stateFile}.lock`);
      if (!('release' in lock)) return 'waits';
      try {
        let last = await readMailed(stateFile);
        if (last && last.sentAt === undefined) {
          await send(last);
          if (last.note === note) return 'taken';
          last = await readMailed(stateFile);
        }
        if (last?.note === note) return 'present';
        if (last && now().getTime() - Date.parse(last.sentAt!) < everyMs) return 'waits';
        const state: State = { note, startedAt: now().toISOString() };
        await write(state);
        await send(state);
        return 'taken';
      } finally {
        lock.release();
      }
    },
  };
}

/** The checkpoint that was mailed last; undefined before the first. @throws AnchorError when the file is damaged. */
export async function readMailed(stateFile: string): Promise<State | undefined> {
  const text = (await readIfThere(stateFile))?.toString('utf8');
  if (text === undefined) return undefined;
  try {
    return StateSchema.parse(JSON.parse(text));
  } catch {
    throw new AnchorError(`${stateFile} is damaged: remove it, and the next checkpoint is mailed at once`);
  }
}

function keyOf(to: string, note: string): string {
  return `checkpoint/${createHash('sha256').update(`${to}\n${note}`).digest('hex').slice(0, 40)}`;
}

function mailOf(to: string, note: string): CheckpointMail {
  const { origin, size } = checkpointOf(note);
  return {
    to,
    subject: `Checkpoint of ${origin} at ${size} entries`,
    text:
      'Keep this mail. It holds the signed state of a breach register: whoever changes, removes or inserts an entry\n' +
      'before it later on contradicts what stands below.\n\n' +
      'To check: save the lines between the rulers as checkpoint.txt, then\n' +
      `  ${tocsin('register verify', { checkpoint: 'checkpoint.txt' })}\n` +
      'or with an export of the register and its public key, using the verifier that comes with the export.\n\n' +
      `----------------------------------------\n${note}----------------------------------------\n`,
  };
}
