/** `tocsin notice recipients`: whom a notice was mailed to and what became of each mail. */
import type { Command } from 'commander';
import { refused, usage } from '../../../client/errors';
import { tocsin } from '../../../domain/kernel/command-lines';
import { plural } from '../../../domain/kernel/plural';
import { minuteText } from '../../../domain/kernel/time';
import { table } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';
import { only } from '../incident/explain';
import { countStates, STATES, stateOf } from './mail-state';

/** `came-back`: any after which whoever it was for is not told. */
const CHOICES = ['came-back', ...Object.keys(STATES)];

/** Rows that are printed; --json has all. */
const MOST = 200;

interface Options extends CommonOptions {
  state?: string;
  addresses?: boolean;
}

export function noticeRecipientsCommand(notice: Command, shell: Shell): void {
  verb(
    notice,
    'recipients <id> <obligation>',
    'Show whom a notice was mailed to, and what the mail provider says became of each mail. Addresses are masked ' +
      'unless they are asked for.',
    'notice recipients INC-20260401-9f3a enterprise-notice\nnotice recipients INC-20260401-9f3a enterprise-notice --state came-back --addresses',
  )
    .option('--state <state>', `only mails in this state: ${CHOICES.join(', ')}`)
    .option('--addresses', 'show the addresses in full: they are personal data')
    .action(async (id: string, obligation: string, { state, addresses }: Options, command: Command) => {
      if (state !== undefined && !CHOICES.includes(state))
        throw usage(`--state: there is no "${state}": use one of ${CHOICES.join(', ')}`);
      const { listRecipients } = await import('../../../activities/delivery/ledger/list-deliveries.js');
      const { cameBack } = await import('../../../activities/delivery/ledger/delivery-events.js');
      const { out } = shell;
      const all = (await listRecipients(await shell.register(), id, obligation)).map(({ notice: round, ...row }) => ({
        notice: round,
        recipient: row.ref,
        address: addresses ? row.address : masked(row.address),
        language: row.language,
        state: stateOf(row),
        ...(row.fate?.reason && { reason: row.fate.reason }),
        ...(row.errorCode && row.errorCode !== 'stopped' && { reason: row.errorCode }),
        ...(row.sentAt && { sentAt: row.sentAt }),
        lastAt: row.fate?.at ?? row.sentAt ?? row.updatedAt,
        told: row.status === 'sent' && !cameBack(row.fate),
      }));
      const shown = all.filter((row) =>
        state === undefined
          ? true
          : state === 'came-back'
            ? !['waiting', 'stopped', 'refused', 'unknown'].includes(row.state) && !row.told
            : row.state === state,
      );
      const counts = countStates(all.map((row) => row.state));
      if (command.optsWithGlobals().json) {
        out.json({ incident: id, obligation, counts, recipients: shown });
        return;
      }
      if (all.length === 0) {
        // Told first where the incident knows no such obligation: nobody is ever mailed about it.
        const known = await explained(shell, id);
        if (known) only(known, obligation);
        throw refused(
          `${obligation} of ${id} has been mailed to nobody so far; see \`${tocsin('explain', { id, obligation })}\``,
        );
      }
      const columns = [
        { title: 'Recipient', flex: true },
        { title: 'Address', flex: true },
        { title: 'State', flex: true },
        { title: 'Last (UTC)' },
      ];
      const rows = shown
        .slice(0, MOST)
        .map((row) => [
          row.recipient,
          row.address,
          row.reason ? `${STATES[row.state]} (${row.reason})` : STATES[row.state],
          minuteText(row.lastAt),
        ]);
      if (rows.length === 0) out.line(`None of them is in the state ${state}.`);
      else out.line(table(columns, rows, out.width, (text) => out.style(text, 'dim')));
      if (shown.length > MOST) out.line(`${shown.length - MOST} more; --json has all of them.`);
      const summed = Object.entries(counts).map(([each, n]) => `${n} ${each}`);
      out.line(`${plural(all.length, 'mail')}: ${summed.join(', ')}.`);
    });
}

/** What the incident says of its obligations; undefined where it cannot be asked. The ledger alone is in Postgres. */
async function explained(shell: Shell, id: string) {
  try {
    return await (await shell.client()).explain(id);
  } catch {
    return undefined;
  }
}

/** `d…@customer.example`: enough to tell one from another, not to write to it. What is no address is not shown. */
function masked(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 1) return address.startsWith('[') ? address : '…';
  return `${[...address][0]}…${address.slice(at)}`;
}
