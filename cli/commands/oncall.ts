/** `tocsin oncall`: who is on call now and next, by the rota. */
import type { Command } from 'commander';
import { refused, usage } from '../../client/errors';
import { levelsAt } from '../../domain/escalation/on-call-now';
import type { Rota, Turn } from '../../domain/escalation/rota';
import { minuteText, toInstant } from '../../domain/kernel/time';
import { instantFlag } from '../input';
import { table } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';

interface Options extends CommonOptions {
  at?: string;
  rota?: string;
}

export function oncallCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'oncall',
    'Show who is on call now and next, level by level, from the rota in TOCSIN_ROTA.',
    'oncall --at 2026-12-25T12:00:00Z --rota examples/rota.yaml',
  )
    .option('--at <time>', 'at this time (default: now)')
    .option('--rota <file>', 'this rota (default: TOCSIN_ROTA)')
    .action(async (options: Options) => {
      const rota = await readRota(options.rota ?? shell.settings.rotaFile);
      const at = instantFlag('--at', options.at) ?? toInstant(Date.now());
      const levels = levelsAt(rota, at);
      const { out } = shell;
      if (options.json) {
        out.json({ at, levels });
        return;
      }
      const person = (turn: Pick<Turn, 'who'> | undefined) =>
        turn ? `${rota.people[turn.who]!.name} (${turn.who})` : 'nobody';
      const rows = levels.map(({ level, name, now, next }) => [
        `${level} ${name}${now?.shift ? `: ${now.shift}` : ''}`,
        {
          text: `${person(now)}${now?.isOverride ? ', stands in' : ''}`,
          paint: (text: string) => out.style(text, 'bold'),
        },
        now ? (now.until ? minuteText(now.until) : 'no handover') : '',
        next ? `${person(next)}${now ? '' : ` from ${minuteText(next.from)}`}` : '',
      ]);
      const columns = [
        { title: 'Level', flex: true },
        { title: 'On call', flex: true },
        { title: 'Until (UTC)' },
        { title: 'Then', flex: true },
      ];
      out.line(out.style(`On call at ${minuteText(at)} UTC`, 'dim'));
      const dim = (text: string) => out.style(text, 'dim');
      out.line(table(columns, rows, out.width, dim));
      for (const { level, handovers } of levels) {
        if (!handovers) continue;
        const cells = handovers.map((turn) => [minuteText(turn.from), turn.shift ?? 'stands in', person(turn)]);
        const title = `Level ${level} from then on (UTC)`;
        out.line('');
        out.line(
          table([{ title }, { title: 'Shift', flex: true }, { title: 'On call', flex: true }], cells, out.width, dim),
        );
      }
    });
}

async function readRota(file: string | undefined): Promise<Rota> {
  if (!file) throw usage('no rota given: set TOCSIN_ROTA, or use --rota FILE (see examples/rota.yaml)');
  // Loaded here: reading YAML is no part of the other verbs.
  const { loadRota } = await import('../../policy/load-rota.js');
  const { PolicyError } = await import('../../policy/policy-error.js');
  try {
    return loadRota(file);
  } catch (error) {
    if (error instanceof PolicyError) throw usage(`the rota ${file} cannot be used`, error.problems);
    throw refused((error as Error).message);
  }
}
