/** `tocsin told`: people were told outside of the product. */
import type { Command } from 'commander';
import { CHANNELS } from '../../../domain/incident/counted';
import { PUBLIC_CHANNEL_CODES } from '../../../domain/incident/public-channels';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { hashedFile } from '../../file-hash';
import { collect, collectText, whenFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';
import { type WhomOptions, whomOf, whomOptions } from './whom';

interface Options extends MessageOptions, WhomOptions {
  channel: string;
  languages?: string[];
  organisation?: string[];
  at?: string;
  note?: string;
  evidence?: string;
}

export function toldCommand(program: Command, shell: Shell): void {
  const command = messageVerb(
    program,
    'told <id> <obligation>',
    'Record that customers or individuals were told outside Tocsin, by phone or letter for example. They then count as told. Of a public communication: by which channel it was made public, and in which languages. Of other organisations that may reduce the harm: which, and with --rest that these are all.',
    'told INC-20260401-9f3a enterprise-notice --channel phone --workspaces ws-delta,ws-kappa --evidence calls.pdf\ntold INC-20260401-9f3a gdpr-art34-individuals --channel letter --data-set account-data --country FR --count 851\ntold INC-20260401-9f3a gdpr-art34-3c-public-communication --channel newspaper --languages fr --at 2026-04-03\ntold INC-20260401-9f3a pipeda-other-organisations --channel phone --organisation "Bank of Montreal" --rest',
  ).requiredOption(
    '--channel <channel>',
    `how: ${CHANNELS.join(', ')}; to the public: ${PUBLIC_CHANNEL_CODES.join(', ')}`,
  );
  whomOptions(command)
    .option(
      '--at <time>',
      'when they were told; also a date, a range or "about …"; the last day if it took several (default: now)',
    )
    .option('--languages <codes>', 'of a public communication: its languages there, separated by commas', collect)
    .option(
      '--organisation <name>',
      'another organisation or institution that may reduce the harm; may be repeated',
      collectText,
    )
    .option('--note <text>', 'anything else the record should say')
    .option('--evidence <file>', 'a file that proves it; its SHA-256 is recorded, and the file stays with you')
    .action(
      async (
        id: string,
        obligation: string,
        { channel, languages, organisation, at, note, evidence, ...options }: Options,
      ) => {
        const { workspaces: _w, dataSet: _d, country: _c, count: _n, rest: _r, ...sending } = options;
        const whom = languages
          ? {}
          : organisation
            ? { organisations: organisation, rest: options.rest }
            : whomOf(options);
        const body = { obligation, channel, languages, at: whenFlag('--at', at), note, ...whom };
        await sendMessage(shell, 'incident', id, 'told', { ...body, evidence: evidenceOf(evidence) }, sending);
      },
    );
}

/** The hash and the length of a file. */
function evidenceOf(file: string | undefined): { sha256: string; bytes: number } | undefined {
  if (file === undefined) return undefined;
  const { sha256, bytes } = hashedFile('--evidence', file);
  return { sha256, bytes };
}
