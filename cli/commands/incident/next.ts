/** `tocsin next`: what to do next about an incident, in order, as commands. */
import type { Command } from 'commander';
import { type NextStep, nextSteps, stepsOfAlarms } from '../../../domain/incident/next-steps';
import { tocsin } from '../../../domain/kernel/command-lines';
import { samePack } from '../../../policy/pack-of';
import { NO_WORKER, type Seen, seen } from '../../cases/seen';
import { stoppedLines, stoppedOf } from '../../cases/stopped-lines';
import { visibleLine } from '../../rendering/hostile-text';
import { nextLines, typedHere } from '../../rendering/next-lines';
import { wrap } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

/** What follows from the state needs the packs and the organisation that it was declared under. */
const NO_POLICY =
  'Its policy is not on this machine: here is only what its alarms ask for. Set TOCSIN_POLICY and TOCSIN_ORGANISATION as the workers have them.';

/** It takes no message, and what silence would have sent is not sent: resuming it is the one step there is. */
const stoppedText = (id: string) =>
  `Until it is resumed it takes no message, and no deadline is acted on. How it stood: ${tocsin('show', { id })}`;

export function nextCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'next <id>',
    'Show what to do next about an incident, in order, each step with its command.',
    'next INC-20260401-9f3a',
  ).action(async (id: string, { json }: CommonOptions) => {
    const found = await seen(shell, id);
    const { out } = shell;
    const stopped = found.view.state.closedAt ? undefined : await stoppedOf(await shell.client(), id);
    const { steps, known } = stopped ? { steps: [], known: true } : stepsOf(found, shell);
    if (json) return out.json({ id, steps, ...(stopped && { stopped }) });
    if (stopped) for (const line of stoppedLines(id, stopped, out)) out.line(line);
    const { title, closedAt } = found.view.state;
    for (const line of wrap(`${id}  ${visibleLine(title)}`, out.width)) out.line(out.style(line, 'bold'));
    if (stopped) {
      for (const line of wrap(stoppedText(id), out.width)) out.line(line);
      return;
    }
    if (found.fromRegister) out.line(out.style(NO_WORKER, 'red'));
    if (closedAt)
      return out.line(`It is closed. Open it again with: ${tocsin('reopen', { id, reason: { ask: 'reason' } })}`);
    if (!known) for (const line of wrap(NO_POLICY, out.width)) out.line(out.style(line, 'yellow'));
    const text = typedHere(shell.actorIsSet);
    for (const line of nextLines(steps, found.now, out, text)) out.line(line);
    out.line(`\nWhy each duty applies: ${tocsin('explain', { id })}`);
  });
}

/** The next steps; from the alarms alone where the policy is not `known` here. Without a worker nothing is sent on silence. */
export function stepsOf(
  { view: { state }, events, now, fromRegister }: Seen,
  shell: Pick<Shell, 'settings'>,
): { steps: NextStep[]; known: boolean } {
  const pack = samePack(state, shell.settings.policy);
  const steps = pack ? nextSteps(state, pack, now) : stepsOfAlarms(state, events, now);
  return { steps: fromRegister ? steps.map(({ onSilence: _, ...step }) => step) : steps, known: pack !== undefined };
}
