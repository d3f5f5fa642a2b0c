/** Which anchors take the checkpoints of the log. */
import path from 'node:path';
import { fixedLength } from '../../domain/kernel/time';
import { settingsGroup, text, variable } from '../../platform/settings/variable';
import { registerDir } from '../log/log-settings';
import { NoteError, parseVerifierKey } from '../tree/note';
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

export const anchorSettings = settingsGroup({
  title: 'Where checkpoints are kept',
  unset: '`register/checkpoints.txt` in the data folder; no mail, no witness',
  variables: {
    TOCSIN_ANCHOR_FILE: variable('The file that takes every checkpoint.', text, {
      unset: '`register/checkpoints.txt` in the data folder',
    }),
    TOCSIN_ANCHOR_MAIL: variable('The address to which checkpoints are mailed.', text.trim(), { unset: 'no mail' }),
    TOCSIN_ANCHOR_MAIL_EVERY: variable('How often at most.', fixedLength(60_000, 'a minute or more, like PT24H'), {
      default: 'PT24H',
    }),
    TOCSIN_WITNESSES: variable(
      'Witnesses that cosign, each as `VERIFIERKEY URL`, separated by commas.',
      text.transform((told, context) => {
        const found = told.split(',').flatMap((each) => (each.trim() ? [witnessOf(each.trim())] : []));
        for (const each of found) if ('problem' in each) context.addIssue(each.problem);
        return found.filter((each) => !('problem' in each)) as Witness[];
      }),
      { default: '', unset: 'no witness' },
    ),
  },
  build(values, at): AnchorSettings {
    const dir = registerDir(at);
    const to = values.TOCSIN_ANCHOR_MAIL;
    return {
      file: values.TOCSIN_ANCHOR_FILE ?? path.join(dir, 'checkpoints.txt'),
      mail: to ? { to, everyMs: values.TOCSIN_ANCHOR_MAIL_EVERY } : undefined,
      mailStateFile: path.join(dir, 'mailed-checkpoint.json'),
      witnesses: values.TOCSIN_WITNESSES,
      witnessDir: path.join(dir, 'witnesses'),
    };
  },
});

function witnessOf(text: string): Witness | { problem: string } {
  const [verifierKey, url, ...more] = text.split(/\s+/);
  if (!verifierKey || !url || more.length > 0 || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    return { problem: 'each witness is "VERIFIERKEY URL", separated by commas' };
  }
  try {
    parseVerifierKey(verifierKey);
    return { verifierKey, url };
  } catch (error) {
    if (error instanceof NoteError) return { problem: error.message };
    throw error;
  }
}
