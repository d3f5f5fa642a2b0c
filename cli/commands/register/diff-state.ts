/** `tocsin register diff-state`: whether the register tells the same story as the running workflow. */
import type { Command } from 'commander';
import { refused } from '../../../client/errors';
import type { StateDiff } from '../../diff-state';
import type { Output } from '../../rendering/output';
import { hanging } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

const SHOWN = 20;
const VALUE_CHARS = 120;

export function registerDiffStateCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'diff-state <id>',
    'Compare the state rebuilt from the register with that of the workflow. Exit code 1 when they differ.',
    'register diff-state INC-20260401-9f3a',
  ).action(async (id: string, options: CommonOptions) => {
    const { diffState } = await import('../../diff-state.js');
    const client = await shell.temporal();
    const diff = await diffState(id, await shell.register(), (each) => client.view(each));
    if (options.json) shell.out.json(diff);
    else for (const line of diffLines(diff, shell.out)) shell.out.line(line);
    if (diff.differences.length > 0) throw refused(whyOf(diff));
  });
}

function whyOf({ workflow: { backlog } }: StateDiff): string {
  if (backlog === 0) return 'the register and the workflow differ: verify the register and find out which one is right';
  return `the workflow still has ${backlog} ${backlog === 1 ? 'event' : 'events'} to write: try again once the register's database can be reached`;
}

function diffLines({ incidentId, register, workflow, erased, differences }: StateDiff, out: Output): string[] {
  const note = erased ? ['  its personal data was erased: those texts were not compared'] : [];
  if (differences.length === 0) {
    return [
      `${out.style('✓', 'green')} ${incidentId}: the register and the workflow agree, ${register.seq} events`,
      ...note,
    ];
  }
  return [
    `${out.style('✗', 'red')} ${incidentId}: ${differences.length} differences; ` +
      `the register has ${register.seq} events, the workflow ${workflow.seq}, of which ${workflow.backlog} are not written yet`,
    ...note,
    ...differences
      .slice(0, SHOWN)
      .flatMap(({ path, ...sides }) => [
        ...hanging('  ', path || '/', out.width),
        ...hanging('      register ', text(sides.register), out.width),
        ...hanging('      workflow ', text(sides.workflow), out.width),
      ]),
    ...(differences.length > SHOWN ? [`  and ${differences.length - SHOWN} more: --json shows all`] : []),
  ];
}

function text(value: unknown): string {
  if (value === undefined) return '(nothing)';
  const json = JSON.stringify(value);
  return json.length > VALUE_CHARS ? `${json.slice(0, VALUE_CHARS)}…` : json;
}
