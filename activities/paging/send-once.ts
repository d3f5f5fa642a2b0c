import { ApplicationFailure } from '@temporalio/common';
import { showLine } from '../../domain/case/alarm-commands';
import { commandText } from '../../domain/kernel/command-lines';
import type { Log } from '../../platform/log';
import { failure } from '../failures';
import { effectTags, type MailPort } from '../mail/mail-port';
import type { FrozenNotice } from '../notices/frozen-notice';
import type { ArtefactStore } from '../storage/artefacts';
import type { Contacts } from './contacts';
import type { LinkMaker } from './staff-links';

/** What mails to members of staff need. */
export interface StaffMailDeps {
  mail: MailPort;
  contacts: Contacts;
  /** Makes the links in mails; without it they have none. */
  linkMaker?: LinkMaker | undefined;
  artefacts: ArtefactStore;
  log: Log;
}

/**
 * Mails a member of staff once for a key: the provider's key covers the first 24 hours, a mark the time after.
 * `mark`: its name, where the key may be that of another mail too. An address that the provider refuses is replaced by the
 * fallback. Throws MailRefused when that is refused too.
 */
export async function mailStaffOnce(
  { mail, contacts, artefacts, log }: StaffMailDeps,
  to: string,
  { subject, html, text }: FrozenNotice,
  effect: { incidentId: string; obligation?: string; exercise: boolean },
  key: string,
  mark = key,
): Promise<void> {
  if (await artefacts.isMarked(mark)) return;
  const content = { subject, html, text, tags: effectTags(effect) };
  const address = contacts.addressOf(to);
  // Another mail went out under this key, before the sender or the text changed: an alarm twice is better than none.
  const send = (to: string, under: string) =>
    mail.send({ to, ...content }, under).catch((error: unknown) => {
      if (error instanceof ApplicationFailure && error.type === 'MailKeyConflict')
        return mail.send({ to, ...content }, `${under}/again`);
      throw error;
    });
  let outcome = await send(address, key);
  if (outcome.outcome === 'refused' && address !== contacts.fallback) {
    log.error(
      { caseId: effect.incidentId, key, errorCode: outcome.errorCode },
      'the address of a contact was refused: correct the contacts; the fallback is told',
    );
    outcome = await send(contacts.fallback, `${key}/fallback`);
  }
  if (outcome.outcome === 'refused') {
    throw failure(
      'MailRefused',
      `the mail ${key} was refused (${outcome.errorCode}), also for the fallback contact: correct the contacts, and look at "${commandText(showLine(effect.incidentId))}"`,
    );
  }
  await artefacts.mark(mark);
}
