/** The anchors that are configured. */

import type { Anchor } from '../log/anchor';
import type { RegisterLog } from '../log/open-log';
import { anchorMemories, type Paced, remembered } from './anchor-memory';
import type { AnchorSettings } from './anchor-settings';
import { createFileAnchor } from './file-anchor';
import { type CheckpointMailer, createMailAnchor } from './mail-anchor';
import { createWitnessAnchor, witnessName } from './witness-anchor';

/** Their names, and how long an entry waits for each at most. Always the file; mail and witnesses as configured. */
export function configuredAnchors({ mail, witnesses }: AnchorSettings): Paced[] {
  return [
    { name: 'file', everyMs: 0 },
    ...(mail ? [{ name: 'mail', everyMs: mail.everyMs }] : []),
    ...witnesses.map((witness) => ({ name: witnessName(witness), everyMs: 0 })),
  ];
}

/** Each of them. */
export function createAnchors(settings: AnchorSettings, log: RegisterLog, mailer: CheckpointMailer): Anchor[] {
  const { file, mail, mailStateFile, witnesses, witnessDir } = settings;
  const memoryOf = anchorMemories(log, configuredAnchors(settings));
  return [
    remembered(createFileAnchor(file), memoryOf('file')),
    ...(mail ? [createMailAnchor({ ...mail, stateFile: mailStateFile, memory: memoryOf('mail'), mailer })] : []),
    ...witnesses.map((witness) => createWitnessAnchor(witness, log, witnessDir, memoryOf(witnessName(witness)))),
  ];
}
