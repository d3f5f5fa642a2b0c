/** Mails checkpoints to somebody who keeps them: their mailbox is out of reach of whoever runs the database. */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { tocsin } from '../../domain/kernel/command-lines';
import { tryLock } from '../../platform/file-lock';
import { readIfThere } from '../../platform/read-if-there';
import { writeWhole } from '../../platform/write-whole';
import { AnchorError } from '../errors';
import { type Anchor, checkpointOf } from '../log/anchor';
import type { AnchorMemory, Kept } from './anchor-memory';

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
  /** When it was given up, as nobody can tell any more whether it was sent: it paces the next mail, and counts for nothing else. */
  givenUpAt: z.iso.datetime().optional(),
});
type State = z.infer<typeof StateSchema>;

/** Providers forget a key after 24 hours. */
const KEY_COUNTS_MS = 23 * 3_600_000;

/**
 * Mails at most every `everyMs`, each checkpoint once, whichever worker it is. What is about to be sent is written down before,
 * here and in Postgres: after a crash or an unknown outcome the very same mail is repeated under the same key, by this worker
 * or by the one that signs from then on, or looked for when the key is forgotten.
 */
export function createMailAnchor(options: {
  to: string;
  everyMs: number;
  /** What this worker mailed last. */
  stateFile: string;
  /** What all workers remember of it. */
  memory: AnchorMemory;
  mailer: CheckpointMailer;
  now?: () => Date;
}): Anchor {
  const { to, everyMs, stateFile, memory, mailer, now = () => new Date() } = options;
  const write = async (state: State) => {
    // Here first: where Postgres is away by then, this worker at least knows that it was sent.
    await writeWhole(stateFile, `${JSON.stringify(state)}\n`);
    await memory.change((kept) => keptWith(kept, state));
  };

  const send = async (state: State) => {
    const mail = mailOf(to, state.note);
    const startedAt = new Date(state.startedAt);
    if (now().getTime() - startedAt.getTime() > KEY_COUNTS_MS) {
      const sent = await mailer.wasSent(mail, startedAt);
      // Nobody can tell: a second mail would break the promise, a missing one is made good by the next checkpoint.
      if (sent === undefined) return write({ ...state, givenUpAt: now().toISOString() });
      if (sent) return write({ ...state, sentAt: now().toISOString() });
    }
    const outcome = await mailer.send(mail, keyOf(to, state.note));
    if (outcome) {
      await write({ ...state, startedAt: now().toISOString() });
      throw new AnchorError(`the mail with the checkpoint was refused (${outcome.refused}): check TOCSIN_ANCHOR_MAIL`);
    }
    await write({ ...state, sentAt: now().toISOString() });
  };

  /** What was mailed last by any worker; each of the two memories learns of it what it does not know. */
  const last = async (): Promise<State | undefined> => {
    const [own, shared] = [await readMailed(stateFile), stateOf(await memory.read())];
    const known = later(own, shared);
    const isKnown = (other: State | undefined) =>
      other?.note === known?.note && other?.sentAt === known?.sentAt && other?.givenUpAt === known?.givenUpAt;
    if (known && !(isKnown(own) && isKnown(shared))) await write(known);
    return known;
  };

  return {
    name: 'mail',
    async put(note) {
      // A mail that keeps nothing would have the first entries wait for a day.
      if (checkpointOf(note).size === 0) return 'waits';
      const lock = tryLock(`${stateFile}.lock`);
      if (!('release' in lock)) return 'waits';
      try {
        let before = await last();
        const wasOpen = before && settledAt(before) === undefined;
        if (before && wasOpen) {
          await send(before);
          before = await last();
        }
        if (before?.note === note) {
          if (before.sentAt === undefined) return 'waits';
          return wasOpen ? 'taken' : 'present';
        }
        if (before && now().getTime() - Date.parse(settledAt(before)!) < everyMs) return 'waits';
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

/** What is remembered in common, with this. */
function keptWith({ note, keptAt }: Kept, state: State): Kept {
  if (state.sentAt !== undefined) return { note: state.note, keptAt: state.sentAt };
  const { note: sending, startedAt, givenUpAt } = state;
  return {
    ...(note !== undefined && { note }),
    ...(keptAt && { keptAt }),
    sending: { note: sending, startedAt, ...(givenUpAt && { givenUpAt }) },
  };
}

/** When it was last tried for good: from then on the next mail is paced. Undefined while it is to be tried again. */
function settledAt({ sentAt, givenUpAt }: State): string | undefined {
  return sentAt ?? givenUpAt;
}

function stateOf({ note, keptAt, sending }: Kept): State | undefined {
  if (sending) return sending;
  return note !== undefined && keptAt ? { note, startedAt: keptAt, sentAt: keptAt } : undefined;
}

/** Of two memories the one that knows more: the larger tree, and of one tree that it was sent. */
function later(own: State | undefined, shared: State | undefined): State | undefined {
  if (!own || !shared) return own ?? shared;
  const [ownSize, sharedSize] = [checkpointOf(own.note).size, checkpointOf(shared.note).size];
  if (ownSize !== sharedSize) return ownSize > sharedSize ? own : shared;
  if (own.sentAt !== undefined || shared.sentAt !== undefined) return own.sentAt !== undefined ? own : shared;
  if (own.givenUpAt || shared.givenUpAt) return own.givenUpAt ? own : shared;
  return own.startedAt >= shared.startedAt ? own : shared;
}

/** The checkpoint that this worker mailed last, or knows to be mailed; undefined before the first. @throws AnchorError when the file is damaged. */
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
