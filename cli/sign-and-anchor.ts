/** Signs the register now, and gives the checkpoint to each anchor once. */

import type { AnchorSettings } from '../register/anchors/anchor-settings';
import type { CheckpointMailer } from '../register/anchors/mail-anchor';
import type { Anchoring } from '../register/log/anchor';
import type { RegisterLog } from '../register/log/open-log';
import type { Output } from './rendering/output';
import type { Shell } from './shell';

/** The signed checkpoint, and what each anchor made of it. */
export interface SignedAndAnchored {
  size: number;
  root: string;
  checkpoint: string;
  anchors: Array<{ name: string; outcome: Anchoring | 'failed'; problem?: string }>;
}

/** Every anchor is tried, whatever becomes of another. @throws what `RegisterLog.sign` throws. */
export async function signAndAnchor(shell: Shell, log: RegisterLog): Promise<SignedAndAnchored> {
  const { createAnchors } = await import('../register/anchors/create-anchors.js');
  const settings = shell.settings.anchors;
  const anchors = createAnchors(settings, log, await mailerOf(shell, settings));
  const { size, root, note } = await log.sign();
  const outcomes = await Promise.all(
    anchors.map(async (anchor): Promise<SignedAndAnchored['anchors'][number]> => {
      try {
        return { name: anchor.name, outcome: await anchor.put(note) };
      } catch (error) {
        return { name: anchor.name, outcome: 'failed', problem: (error as Error).message };
      }
    }),
  );
  return { size, root: root.toString('base64'), checkpoint: note, anchors: outcomes };
}

/** One line an anchor. */
export function anchorLines({ anchors }: SignedAndAnchored, out: Output): string[] {
  const words: Record<Anchoring, string> = { taken: 'received', present: 'already had it', waits: 'not due yet' };
  return anchors.map(({ name, outcome, problem }) =>
    outcome === 'failed' ? `  ${out.style('✗', 'red')} ${name}: ${problem}` : `  ${name}: ${words[outcome]}`,
  );
}

/** Mail as a worker sends it; its settings are read only where checkpoints are mailed at all. */
async function mailerOf(shell: Shell, { mail }: AnchorSettings): Promise<CheckpointMailer> {
  const { checkpointMailer } = await import('../worker/signing.js');
  if (mail === undefined) return { send: async () => undefined, wasSent: async () => undefined };
  const { mailOfCli } = await import('../settings/cli.js');
  const { createResendMail } = await import('../activities/mail/resend-mail.js');
  return checkpointMailer(createResendMail(mailOfCli(shell.env)));
}
