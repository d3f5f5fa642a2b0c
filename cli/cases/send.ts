/** Sends a message to a case of any kind, and prints the receipt. */

import { refused, usage } from '../../client/errors';
import {
  isAfterClosing,
  type KindName,
  kindOf,
  type MessageInput,
  type MessageName,
  messageProblems,
} from '../../client/kinds';
import type { Receipt } from '../../domain/case/contract';
import { having, nearest } from '../../domain/kernel/suggest';
import { visibleLine } from '../rendering/hostile-text';
import type { Output } from '../rendering/output';
import { wrap } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { isClosedInRegister } from './in-register';

/** Options of a verb that sends a message. */
export interface MessageOptions extends CommonOptions {
  commandId?: string;
}

/**
 * Sends a message and prints what it caused. `body` needs no `by`; what is undefined in it is left out. Checked here
 * first, so that a typo needs no server. `next`: lines that say what to do then.
 */
export async function sendMessage(
  shell: Shell,
  kind: KindName,
  id: string,
  name: MessageName,
  body: Record<string, unknown>,
  options: MessageOptions,
  next: string[] = [],
): Promise<void> {
  const all = { ...body, commandId: options.commandId };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  // Whoever the server knows is asked for once the message is right in itself.
  const before = shell.isRemote ? { by: options.by ?? 'whoever the server knows' } : await shell.sender(options);
  const problems = messageProblems(kindOf(id) ?? kind, name, { ...before, ...given });
  if (problems.length > 0) throw usage(`this is not a valid "${name}" message`, problems);
  const message: Record<string, unknown> = { ...(await shell.sender(options)), ...given };
  const client = await shell.client();
  const sent = isAfterClosing(kindOf(id) ?? kind, name)
    ? client.sendEvenIfClosed(id, name, message as never, { inRegister: () => isClosedInRegister(shell, id) })
    : client.send(id, name, message as MessageInput<typeof name>);
  const receipt = await sent.catch(async (error: unknown) => {
    throw await unknownObligation(shell, id, message.obligation, error);
  });
  if (options.json) shell.out.json(receipt);
  else for (const line of [...receiptLines(shell.out, id, receipt), ...next]) shell.out.line(line);
}

/** One line for each entry that the message caused in the register, `INC-1/7  containment  fulfilled`, and what they entail; else why there is none. */
function receiptLines(out: Output, id: string, { events, note }: Receipt): string[] {
  const caused = events.filter(({ kind }) => kind !== 'noted');
  if (caused.length === 0)
    return [out.style(`Nothing changed: ${visibleLine(note ?? 'this command was already handled')}`, 'yellow')];
  const entailed =
    note === undefined ? [] : wrap(visibleLine(note), out.width).map((line) => out.style(line, 'yellow'));
  const lines = caused.map(({ seq, kind, obligation }) => {
    const what = kind.replaceAll('-', ' ');
    const place = out.style(`${id}/${seq}`, 'dim');
    return obligation ? `${place}  ${obligation}  ${what.replace(/^obligation /, '')}` : `${place}  ${what}`;
  });
  return [...lines, ...entailed];
}

/** The error as it is; but where the message names an obligation that the incident does not have, which was meant. */
async function unknownObligation(shell: Shell, id: string, obligation: unknown, error: unknown): Promise<unknown> {
  if (typeof obligation !== 'string') return error;
  const client = await shell.client();
  const rules = await client.explain(id).catch(() => []);
  const known = [...new Set(rules.flatMap((each) => each.obligations.map((one) => one.id)))];
  if (known.length === 0 || rules.some(({ rule }) => rule === obligation) || known.includes(obligation)) return error;
  // Another authority is not a misspelling: whoever files with the wrong one must see all that there are.
  const rule = obligation.split(':')[0];
  const siblings = obligation.includes(':') ? known.filter((each) => each.startsWith(`${rule}:`)) : [];
  const named = [...new Set([...rules.map(({ rule }) => rule), ...known])];
  const meant = siblings.length > 0 ? undefined : nearest(obligation, named);
  const alike = having(obligation, known);
  const choices = siblings.length > 0 ? siblings : alike.length > 0 ? alike : known;
  return refused(`incident "${id}" refused the message; nothing was changed`, [
    `obligation: there is no "${obligation}"${meant ? `; did you mean "${meant}"?` : `; use one of ${choices.join(', ')}`}`,
  ]);
}
