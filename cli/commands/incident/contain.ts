/** `tocsin contain`: asks for containment measures, or undoes one. */
import type { Command } from 'commander';
import { credentialProviders } from '../../../activities/containment/providers';
import { refusedAtOnce } from '../../../activities/containment/refused-at-once';
import { usage } from '../../../client/errors';
import { ContainmentMeasureSchema } from '../../../domain/incident/incident';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { collect, collectText, credentialFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  blockSource?: string[];
  rotate?: string[];
  isolate?: string[];
  undo?: string[];
}

export function containCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'contain <id>',
    'Block a source, rotate a credential, isolate a system; or undo one of these.',
    'contain INC-20260401-9f3a --block-source 203.0.113.7 --rotate postgres-role/deploy\ncontain INC-20260401-9f3a --undo "block-source 203.0.113.7"',
  )
    .option('--block-source <source>', 'an IP, range, asn:N or country:XX; may be repeated', collect)
    .option(
      '--rotate <provider/ref>',
      `${credentialProviders().join(', ')}, and the reference; may be repeated`,
      collect,
    )
    .option('--isolate <system>', 'a system; may be repeated', collect)
    .option('--undo <step>', 'a step as `npx tocsin show` names it; may be repeated', collectText)
    .action(async (id: string, options: Options) => {
      const bodies = containBodies(options);
      const problems = bodies.flatMap(problemsOfBody);
      if (problems.length > 0) throw usage('nothing was sent: this would be refused', problems);
      for (const [index, body] of bodies.entries()) {
        // One command may be several messages; each is dropped by itself when the command is repeated.
        const commandId =
          options.commandId && bodies.length > 1 ? `${options.commandId}-${index + 1}` : options.commandId;
        await sendMessage(shell, 'incident', id, 'contain', body, { ...options, commandId });
      }
    });
}

/** What is wrong with one message, by its flag: in itself, and what no worker would carry out. */
function problemsOfBody(body: Record<string, unknown>): string[] {
  if (typeof body.undo === 'string')
    return /^rotate-credential /.test(body.undo)
      ? [`--undo: ${body.undo} cannot be undone: the old secret counts as stolen. Rotate it again`]
      : [];
  const parsed = ContainmentMeasureSchema.safeParse(body.measure);
  const { action } = body.measure as { action: keyof typeof FLAG_OF };
  const problems = parsed.success
    ? [refusedAtOnce(parsed.data)].flatMap((problem) => problem ?? [])
    : parsed.error.issues.map(({ message }) => message);
  return problems.map((problem) => `${FLAG_OF[action]}: ${problem}`);
}

const FLAG_OF = { 'block-source': '--block-source', 'rotate-credential': '--rotate', 'isolate-system': '--isolate' };

/** One message for each measure and each undo. */
export function containBodies(options: Options): Record<string, unknown>[] {
  const bodies = [
    ...(options.blockSource ?? []).map((source) => ({ measure: { action: 'block-source', source } })),
    ...(options.rotate ?? []).map((text) => ({
      measure: { action: 'rotate-credential', credential: credentialFlag('--rotate', text) },
    })),
    ...(options.isolate ?? []).map((system) => ({ measure: { action: 'isolate-system', system } })),
    ...(options.undo ?? []).map((undo) => ({ undo })),
  ];
  if (bodies.length === 0) throw usage('nothing to contain: use --block-source, --rotate, --isolate or --undo');
  return bodies;
}
