/** `tocsin acknowledge`: a person has seen the alarms of an incident or case, and acts. */
import type { Command } from 'commander';
import { usage } from '../../../client/errors';
import { ACKNOWLEDGE_ALARMS } from '../../../domain/case/acknowledge';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { collect } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  alarm?: string[];
}

/** Also as `acknowledge`: the verb carries the name of its message, and a person in a hurry the short one. */
export function acknowledgeCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    `${ACKNOWLEDGE_ALARMS} <incident-or-case>`,
    'Confirm that you have seen the alarms and are acting: they stop repeating. Works for incidents and all cases.',
    'acknowledge-alarms INC-20260401-9f3a --by aoife\nacknowledge INC-20260401-9f3a --alarm 12,15',
  )
    .alias('acknowledge')
    .option('--alarm <number>', 'only this alarm, as its mail numbers it; may be repeated (default: all)', collect)
    .action(async (id: string, { alarm, ...options }: Options) => {
      const alarms = alarm?.map(alarmNumber) ?? 'all';
      await sendMessage(shell, 'incident', id, ACKNOWLEDGE_ALARMS, { alarms }, options);
    });
}

function alarmNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usage(`--alarm: "${text}" is not an alarm number. The mail says "alarm 12": write --alarm 12`);
}
