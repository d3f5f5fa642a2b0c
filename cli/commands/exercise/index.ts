/** `tocsin exercise`: plays a scenario with time compressed and grades it. */
import type { Command } from 'commander';
import { refused, usage } from '../../../client/errors';
import { newIncidentId } from '../../../client/incident-id';
import { readWhen, type When } from '../../../domain/kernel/inexact-instant';
import { type InputFile, readInput } from '../../input';
import { visibleLine } from '../../rendering/hostile-text';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';
import { gradeLines } from './grade-lines';
import { DEFAULT_SPEED, playExercise } from './play';
import { readScenario } from './scenario';

interface Options extends CommonOptions {
  speed?: string;
  id?: string;
}

export function exerciseCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'exercise <file>',
    'Play a scenario at its own times, or from the present minute where they are relative: the same workflow with time compressed and every outside system replaced by a recorder. Exit code 1 when a commitment was not kept.',
    'exercise examples/leaked-deploy-key.yaml --speed 14400',
  )
    .option(
      '--speed <n>',
      `how many times faster than real time to wait (default: ${DEFAULT_SPEED}, four hours per second)`,
    )
    .option('--id <id>', 'the id of the exercise (default: EX- and the day)')
    .action(async (file: string, options: Options) => {
      const speed = speedFlag(options.speed);
      const { loadPolicy } = await import('../../../policy/load-policy.js');
      const policy = loadPolicy(shell.settings.policy);
      const id = options.id ?? newIncidentId(new Date(), 'EX');
      const input = readInput(file);
      const scenario = readScenario(input, { id, detectedAt: detectionIn(input) ?? exerciseStart() }, policy.pack);
      // With --json standard output holds the report alone, and the live timeline goes to standard error.
      const live = options.json ? shell.err : shell.out;
      live.line(`${live.style(id, 'bold')}  ${visibleLine(scenario.title)}`);
      const graded = await playExercise(await shell.temporal(), { scenario, policy, speed, out: live });
      if (options.json) shell.out.json(graded);
      else for (const line of ['', ...gradeLines(graded, shell.out)]) shell.out.line(line);
      if (!graded.ok) throw refused(`the exercise ${id} did not keep every commitment`);
    });
}

/** The instant of detection that a file states; a relative one, or none, is that of the exercise itself. */
export function detectionIn({ data }: Pick<InputFile, 'data'>): When | undefined {
  const stated = (data.declaration as { detectedAt?: unknown } | undefined)?.detectedAt;
  return typeof stated === 'string' ? readWhen(stated) : undefined;
}

/** The instant of detection of an exercise: the present minute. */
export function exerciseStart(now = new Date()): string {
  return new Date(Math.floor(now.getTime() / 60_000) * 60_000).toISOString();
}

function speedFlag(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SPEED;
  const speed = Number(text);
  if (speed >= 1 && speed <= 1_000_000) return speed;
  throw usage(`--speed: "${text}" is not a valid speed. Use a number from 1 (real time) to 1000000`);
}
