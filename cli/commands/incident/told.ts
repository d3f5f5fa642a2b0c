/** `tocsin told`: people were told outside of the product. */
import type { Command } from 'commander';
import { CHANNELS } from '../../../domain/incident/tally';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { hashedFile } from '../../file-hash';
import { whenFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';
import { type WhomOptions, whomOf, whomOptions } from './whom';

interface Options extends MessageOptions, WhomOptions {
  channel: string;
  at?: string;
  note?: string;
  evidence?: string;
}

export function toldCommand(program: Command, shell: Shell): void {
  const command = messageVerb(
    program,
    'told <id> <obligation>',
    'Record that customers or individuals were told outside Tocsin, by phone or letter for example. They then count as told.',
    'told INC-20260401-9f3a enterprise-notice --channel phone --workspaces ws-delta,ws-kappa --evidence calls.pdf\ntold INC-20260401-9f3a gdpr-art34-individuals --channel letter --data-set account-data --country FR --count 851',
  ).requiredOption('--channel <channel>', `how: ${CHANNELS.join(', ')}`);
  whomOptions(command)
    .option(
      '--at <time>',
      'when they were told, with zone, or a date, a range or "about …"; the last day if it took several (default: now)',
    )
    .option('--note <text>', 'anything else the record should say')
    .option('--evidence <file>', 'a file that proves it; its SHA-256 is recorded, and the file stays with you')
    .action(async (id: string, obligation: string, { channel, at, note, evidence, ...options }: Options) => {
      const { workspaces: _w, dataSet: _d, country: _c, count: _n, rest: _r, ...sending } = options;
      const body = { obligation, channel, at: whenFlag('--at', at), note, ...whomOf(options) };
      await sendMessage(shell, 'incident', id, 'told', { ...body, evidence: evidenceOf(evidence) }, sending);
    });
}

/** The hash and the length of a file. */
function evidenceOf(file: string | undefined): { sha256: string; bytes: number } | undefined {
  if (file === undefined) return undefined;
  const { sha256, bytes } = hashedFile('--evidence', file);
  return { sha256, bytes };
}
