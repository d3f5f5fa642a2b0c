/** `tocsin register prove ENTRY`: one entry with the proof that it is in the signed log, and nothing else of the register. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { usage } from '../../../client/errors';
import { anchorInFile, vouchingLog } from '../../register-log';
import type { Shell } from '../../shell';
import { verb } from '../../verb';
import { checkLines, type HandOverOptions, handOver } from './hand-over';

interface Options extends HandOverOptions {
  tlogProof?: string;
}

export function registerProveCommand(register: Command, shell: Shell): void {
  const command = verb(
    register,
    'prove <entry>',
    'Hand over one entry with a proof that it is in the signed log. The handover is recorded.',
    'register prove INC-20260401-9f3a/7 --for customer -o proof.jsonl\nregister prove 128 -o proof.jsonl',
  ).option('--tlog-proof <file>', 'also write the proof in the form of C2SP tlog-proof@v1, for other tools');
  handOver(command).action(async (text: string, options: Options) => {
    const { proveEntry, tlogProof } = await import('../../../register/prove.js');
    const { positionOf } = await import('../../../register/export-scope.js');
    const { loadDisclosures } = await import('../../../policy/load-disclosure.js');
    const pool = await shell.register();
    const place = entryOf(text);
    const position = typeof place === 'number' ? place : await positionOf(pool, place.incidentId, place.seq);
    const log = await vouchingLog(shell);
    const { for: audience, reason, recipient, output } = options;
    const proved = await proveEntry(pool, output, position, {
      audience,
      disclosures: loadDisclosures(),
      by: shell.by(options),
      reason,
      recipient,
      log,
    });
    await anchorInFile(shell, log);
    if (options.tlogProof) {
      await writeFile(options.tlogProof, await tlogProof(pool, log, position), { mode: 0o600 });
    }
    if (options.json) {
      shell.out.json({ file: output, position, ...proved, key: log.verifierKey });
      return;
    }
    shell.out.line(`The entry at position ${position} was written to ${output}, with its proof.`);
    shell.out.line(`Recorded at position ${proved.recordedAt}, with SHA-256 ${proved.digest}`);
    for (const line of checkLines(output, log.verifierKey)) shell.out.line(line);
  });
}

function entryOf(text: string): number | { incidentId: string; seq: number } {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  const match = /^(.+)\/([1-9]\d{0,8})$/.exec(text);
  if (match) return { incidentId: match[1]!, seq: Number(match[2]) };
  throw usage(`"${text}" is not an entry. Write its position, like 128, or INCIDENT/NUMBER, like INC-20260401-9f3a/7`);
}
