/** Which anchors there are, from the environment. */
import path from 'node:path';
import { exactMs } from '../../domain/kernel/time';
import { registerDir } from '../log/log-settings';
import { NoteError, parseVerifierKey } from '../log/note';
import type { Witness } from './witness';

export interface AnchorSettings {
  /** The file that takes every checkpoint. */
  file: string;
  /** Who is mailed, and how often at most. */
  mail?: { to: string; everyMs: number };
  mailStateFile: string;
  witnesses: Witness[];
  /** Where the last cosigned checkpoint of each witness is kept. */
  witnessDir: string;
}

const MAIL_EVERY = 'PT24H';

/**
 * Reads TOCSIN_ANCHOR_FILE, TOCSIN_ANCHOR_MAIL with its _EVERY, and TOCSIN_WITNESSES (`VERIFIERKEY URL`, separated by
 * commas).
 *
 * @throws Error that names the variable.
 */
export function anchorSettings(env: NodeJS.ProcessEnv = process.env): AnchorSettings {
  const dir = registerDir(env);
  const to = env.TOCSIN_ANCHOR_MAIL?.trim();
  return {
    file: env.TOCSIN_ANCHOR_FILE || path.join(dir, 'checkpoints.txt'),
    mail: to ? { to, everyMs: everyMs(env.TOCSIN_ANCHOR_MAIL_EVERY || MAIL_EVERY) } : undefined,
    mailStateFile: path.join(dir, 'mailed-checkpoint.json'),
    witnesses: (env.TOCSIN_WITNESSES ?? '').split(',').flatMap((text) => (text.trim() ? [witnessOf(text.trim())] : [])),
    witnessDir: path.join(dir, 'witnesses'),
  };
}

function everyMs(text: string): number {
  try {
    const ms = exactMs(text);
    if (ms >= 60_000) return ms;
  } catch {
    // told below
  }
  throw new Error(`TOCSIN_ANCHOR_MAIL_EVERY: "${text}" must be a fixed length of a minute or more, like PT24H`);
}

function witnessOf(text: string): Witness {
  const [verifierKey, url, ...more] = text.split(/\s+/);
  if (!verifierKey || !url || more.length > 0 || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new Error('TOCSIN_WITNESSES: each witness is "VERIFIERKEY URL", separated by commas');
  }
  try {
    parseVerifierKey(verifierKey);
    return { verifierKey, url };
  } catch (error) {
    if (error instanceof NoteError) throw new Error(`TOCSIN_WITNESSES: ${error.message}`);
    throw error;
  }
}
