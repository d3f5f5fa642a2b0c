/** `tocsin notice proof`: one file by which an outsider checks what was told, when, and what became of it; without addresses. */
import { rm } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ArtefactStore } from '../../../activities/storage/artefacts';
import { refused } from '../../../client/errors';
import type { IncidentEvent } from '../../../domain/incident/events';
import type { Rendering } from '../../../domain/incident/evidence';
import { tocsin } from '../../../domain/kernel/command-lines';
import { plural } from '../../../domain/kernel/plural';
import type { NoticeStatement } from '../../../register/verifier/notice';
import { noticeStore } from '../../notice-store';
import { anchorInFile, vouchingLog } from '../../register-log';
import { wrap } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { OPTIONS, verb } from '../../verb';
import { checkLines } from '../register/hand-over';
import { countStates, stateOf } from './mail-state';

interface Options extends CommonOptions {
  reason?: string;
  recipient?: string;
  output?: string;
}

export function noticeProofCommand(notice: Command, shell: Shell): void {
  verb(
    notice,
    'proof <id> <obligation>',
    'Write one file that proves a notice to an outsider: the texts that went out, when, to how many, what came back, with ' +
      "the register's entries. It holds no recipient and no recipient's address. The handover is recorded.",
    'notice proof INC-20260401-9f3a enterprise-notice -o proof.jsonl --recipient "CNIL"',
  )
    .option('--reason <text>', 'why it is handed over, for the record')
    .option('--recipient <who>', 'who receives it, for the record')
    .option(...OPTIONS.by)
    .option('-o, --output <file>', 'the file to write (default: ID-OBLIGATION.proof.jsonl)')
    .action(async (id: string, obligation: string, options: Options) => {
      const { reason, recipient, output = `${id}-${obligation}.proof.jsonl` } = options;
      const { exportRegister } = await import('../../../register/export.js');
      const { verifyFile } = await import('../../../register/verifier/verify-export.js');
      const { loadDisclosures } = await import('../../../policy/load-disclosure.js');
      const statement = await statementOf(shell, id, obligation);
      const log = await vouchingLog(shell);
      const exported = await exportRegister(await shell.register(), output, {
        scope: { kind: 'incident', incidentId: id },
        audience: 'authority',
        disclosures: loadDisclosures(),
        by: shell.by(options),
        reason,
        recipient,
        log,
        notice: statement,
        format: 'notice-proof',
        mustBeSigned: true,
        mustProve: true,
      });
      await anchorInFile(shell, log);
      const { ok, firstBad, notice: shown } = await verifyFile(output, { key: log.verifierKey, witnesses: [] });
      if (!ok || !shown) {
        await rm(output, { force: true });
        const reason = firstBad?.reason ?? 'it shows no notice';
        throw refused(
          `the proof does not verify, so ${output} was removed: ${reason}. Run \`${tocsin('register verify', {})}\``,
        );
      }
      if (options.json) {
        shell.out.json({ file: output, ...exported, key: log.verifierKey, notice: shown });
        return;
      }
      const { count } = shown.ledger.messageIds;
      const written =
        `The proof of ${obligation} was written to ${output}: ${plural(statement.texts.length, 'text')}, ` +
        `${plural(shown.entries.length, 'entry', 'entries')} of the register, ${plural(count, 'message id')}.`;
      for (const line of wrap(written, shell.out.width)) shell.out.line(line);
      for (const { language, sha256, text } of shown.texts)
        if (text === undefined)
          shell.out.line(
            `The text in "${language}" (${sha256.slice(0, 12)}…) is gone, so only its hash is in the file.`,
          );
      const recorded = `Recorded at position ${exported.recordedAt}, with SHA-256 ${exported.digest}`;
      for (const line of wrap(recorded, shell.out.width)) shell.out.line(line);
      for (const line of checkLines(output, log.verifierKey)) shell.out.line(line);
      shell.out.line('or without Tocsin: npx tocsin register verifier -o verify-register.cjs');
    });
}

/** What is stated beside the register: the texts by the hashes that it names, and what the delivery ledger says now. */
async function statementOf(shell: Shell, id: string, obligation: string): Promise<NoticeStatement> {
  const { readIncidentEvents } = await import('../../../register/read-incident.js');
  const { listRecipients } = await import('../../../activities/delivery/ledger/list-deliveries.js');
  const pool = await shell.register();
  const { isOfNotices } = await import('../../../register/verifier/notice.js');
  const events = (await readIncidentEvents(pool, id)).filter(({ kind }) => isOfNotices(kind));
  const hashes = sentTexts(events, obligation);
  if (hashes.length === 0)
    throw refused(`no notice of ${obligation} of ${id} has gone out; see \`${tocsin('explain', { id, obligation })}\``);
  const texts = await textsOf(await noticeStore(shell), hashes);
  const mails = await listRecipients(pool, id, obligation);
  const states = countStates(mails.map(stateOf));
  return { obligation, texts, ledger: { states, messageIds: await messageIds(mails) } };
}

/** Hashes of the texts of a notice that went out, as those entries say that a proof opens; ascending. */
function sentTexts(events: readonly IncidentEvent[], obligation: string): string[] {
  const found = events.flatMap(({ data }) => {
    const { obligation: of, evidence } = data as { obligation?: string; evidence?: { renderings?: Rendering[] } };
    return of === obligation ? (evidence?.renderings ?? []) : [];
  });
  return [...new Set(found.map(({ sha256 }) => sha256))].sort();
}

/** The texts that are still there. One that is not costs itself: its hash stays in the entries. */
async function textsOf(artefacts: ArtefactStore, hashes: readonly string[]): Promise<NoticeStatement['texts']> {
  const texts: NoticeStatement['texts'] = [];
  for (const sha256 of hashes) {
    const bytes = await artefacts.get(sha256).catch(() => undefined);
    if (bytes) texts.push({ sha256, text: bytes.toString('utf8') });
  }
  return texts;
}

async function messageIds(mails: ReadonlyArray<{ providerMessageId?: string }>) {
  const { idsHash, MOST_IDS } = await import('../../../register/verifier/notice.js');
  const { createHash } = await import('node:crypto');
  // An id in the form of an address may hold one.
  const inert = (id: string) => (id.includes('@') ? `sha256:${createHash('sha256').update(id).digest('hex')}` : id);
  const ids = [...new Set(mails.flatMap(({ providerMessageId: id }) => (id ? [inert(id)] : [])))].sort();
  return { count: ids.length, sha256: idsHash(ids), ...(ids.length <= MOST_IDS && { ids }) };
}
