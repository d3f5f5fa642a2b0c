/** The anchors that are configured. */

import type { Anchor } from '../log/anchor';
import type { RegisterLog } from '../log/open-log';
import type { AnchorSettings } from './anchor-settings';
import { createFileAnchor } from './file-anchor';
import { type CheckpointMailer, createMailAnchor } from './mail-anchor';
import { createWitnessAnchor } from './witness-anchor';

/** Always the file; mail and witnesses as configured. */
export function createAnchors(settings: AnchorSettings, log: RegisterLog, mailer: CheckpointMailer): Anchor[] {
  const { file, mail, mailStateFile, witnesses, witnessDir } = settings;
  return [
    createFileAnchor(file),
    ...(mail ? [createMailAnchor({ ...mail, stateFile: mailStateFile, mailer })] : []),
    ...witnesses.map((witness) => createWitnessAnchor(witness, log, witnessDir)),
  ];
}
