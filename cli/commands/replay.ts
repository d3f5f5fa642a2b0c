/** `tocsin replay`: before a rollout, whether this release goes on with what runs. */
import type { Command } from 'commander';
import { refused, usage } from '../../client/errors';
import { plural } from '../../domain/kernel/plural';
import { packageVersion } from '../../platform/package-root';
import type { Replayed } from '../../worker/replay-open';
import { progressOf } from '../rendering/progress';
import { hanging } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';

interface Options extends CommonOptions {
  open?: boolean;
}

export function replayCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'replay [incident-or-case]',
    'Replay the histories of open runs against this release, before a rollout. A run whose history differs would fail ' +
      'under its workers and its clocks would stand still. Nothing is changed.',
    'replay --open   # from the new release, with the Temporal and the keys of production',
  )
    .option('--open', 'every open run on the queue of the workers')
    .action((id: string | undefined, options: Options) => replayOpen(shell, id, options));
}

async function replayOpen(shell: Shell, id: string | undefined, options: Options): Promise<void> {
  if (Boolean(id) === Boolean(options.open)) throw usage('name one incident or case, or use --open');
  const client = await shell.temporal();
  const { openRuns, replay } = await import('../../worker/replay-open.js');
  const { quietReplay } = await import('../run-worker.js');
  quietReplay();
  const { temporal } = client;
  const { encryptionKeys, taskQueue } = shell.temporalSettings;
  // Of one case: with its deliveries, its escalation and whatever writes its entries.
  const runs = (await openRuns(temporal, taskQueue)).filter(
    ({ workflowId }) => !id || workflowId === id || workflowId.startsWith(`${id}/`),
  );
  if (id && runs.length === 0) throw refused(`nothing of "${id}" runs on the queue "${taskQueue}"`);
  const progress = progressOf(shell.err, 'runs');
  const bad: Replayed[] = [];
  let done = 0;
  let replayed = 0;
  for await (const run of replay(temporal, runs, { encryptionKeys })) {
    progress(++done, runs.length);
    if (run.outcome === 'replays') replayed++;
    else if (run.outcome !== 'ended') bad.push(run);
    if (options.json || run.outcome === 'replays' || run.outcome === 'ended') continue;
    for (const line of linesOf(run, shell.out.width)) shell.out.line(line);
  }
  const release = packageVersion();
  if (options.json) shell.out.json({ release, taskQueue, open: runs.length, replayed, failed: bad });
  else if (bad.length === 0)
    shell.out.line(
      runs.length === 0
        ? `Nothing runs on the queue "${taskQueue}".`
        : `${plural(replayed, 'open run')} on the queue "${taskQueue}" ${replayed === 1 ? 'replays' : 'replay'} under release ${release}.`,
    );
  if (bad.length > 0)
    throw refused(
      `${bad.length} of ${plural(runs.length, 'open run')} cannot go on under release ${release}: do not roll it out`,
    );
}

function linesOf({ workflowId, workflowType, outcome, problem = '' }: Replayed, width: number): string[] {
  const what = outcome === 'differs' ? 'would fail under this release' : 'cannot be replayed';
  return [`${workflowId}  (${workflowType}) ${what}`, ...hanging('    ', problem, width)];
}
