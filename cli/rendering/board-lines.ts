/** An incident on one screen: what it is, the table of its obligations, containment and the last events. */
import { outcomeWords, stepWords } from '../../domain/incident/board-words';
import { human } from '../../domain/incident/contents';
import type { IncidentView } from '../../domain/incident/contract';
import { DATA_QUESTION } from '../../domain/incident/data-question';
import type { IncidentEvent } from '../../domain/incident/events';
import { type BoardRow, board } from '../../domain/incident/explain';
import { oneUntold, untoldCommands } from '../../domain/incident/untold';
import { type CommandLine, commandText, withoutActor } from '../../domain/kernel/command-lines';
import { whenText } from '../../domain/kernel/inexact-instant';
import { clockOffset, type Instant } from '../../domain/kernel/time';
import type { Policy } from '../../domain/policy/policy';
import { shortInstant } from './format';
import { visibleLine } from './hostile-text';
import type { Output, Style } from './output';
import { hanging, table, wrap } from './table';
import { TimelineTeller } from './timeline-lines';

/** The lines of `tocsin show`. `now` is the incident's own clock. */
export function boardLines(
  view: IncidentView,
  events: IncidentEvent[],
  pack: Policy,
  now: Instant,
  out: Output,
  lastEvents: number,
  /** Who acts is set, so that no command needs to name them. */
  actorIsSet = false,
): string[] {
  const text = (line: CommandLine) => commandText(actorIsSet ? withoutActor(line) : line);
  const { state } = view;
  const { title, severity, owner, detectedAt, detectedAs } = state.declaration;
  const status = state.closedAt ? 'closed' : state.status;
  const lines: string[] = [];
  const head = `${state.caseId}  ${state.exercise ? 'EXERCISE  ' : ''}${visibleLine(title)}`;
  lines.push(...wrap(head, out.width).map((line) => out.style(line, 'bold')));
  lines.push(
    ...wrap(
      `${severity}, ${status}, owner ${visibleLine(owner)}, detected ${detectedAs ? whenText(detectedAs) : human(detectedAt)}, now ${clockOffset(detectedAt, now)}`,
      out.width,
    ),
  );
  if (view.registerBacklog > 0)
    lines.push(out.style(`${view.registerBacklog} register entries not written yet`, 'yellow'));
  const rows = board(state, pack, now);
  lines.push(
    '',
    obligations(rows, now, out),
    ...questionLines(rows, out, text),
    ...untoldLines(rows, state.caseId, out, text),
  );

  const steps = Object.values(state.containment);
  if (steps.length > 0) {
    const columns = [
      { title: 'Containment', flex: true },
      { title: 'Outcome', flex: true },
    ];
    const rows = steps.map((step) => [
      `${stepWords(step)} (${step.id})`,
      {
        text: outcomeWords(step.state),
        paint: (text: string) => out.style(text, ...stepStyle(step.state)),
      },
    ]);
    lines.push(
      '',
      table(columns, rows, out.width, (text) => out.style(text, 'dim')),
    );
  }

  const teller = new TimelineTeller(out, pack, detectedAt);
  // What only repeats has no lines: it must not push what happened out of sight.
  const told = events
    .map((event) => teller.lines([event]))
    .filter((lines) => lines.length > 0)
    .slice(-lastEvents);
  if (told.length > 0) lines.push('', out.style('Latest events', 'dim'), ...told.flat());
  return lines;
}

/** The question that nobody has answered yet, with the command for each answer. */
function questionLines(rows: BoardRow[], out: Output, text: (line: CommandLine) => string): string[] {
  const open = rows.flatMap(({ answers }) => (answers ? [answers] : []));
  if (open.length === 0) return [];
  const commands = [...new Set(open.flat().map(text))];
  return [
    '',
    out.style(`${DATA_QUESTION[0]!.toUpperCase()}${DATA_QUESTION.slice(1)}`, 'yellow'),
    ...commands.map((line) => out.style(`  ${line}`, 'dim')),
  ];
}

/** Who is still untold after a notice was sent, and the commands that settle it. */
function untoldLines(rows: BoardRow[], id: string, out: Output, text: (line: CommandLine) => string): string[] {
  const open = rows.flatMap(({ untold }) => (untold ? [untold] : []));
  return open.flatMap(({ obligation, who }) => [
    '',
    ...wrap(`Still untold of ${obligation}`, out.width).map((line) => out.style(line, 'yellow')),
    ...who.slice(0, MOST_UNTOLD).flatMap((one) => hanging('  - ', visibleLine(oneUntold(one)), out.width)),
    ...(who.length > MOST_UNTOLD ? [`  - and ${who.length - MOST_UNTOLD} more (--json has all)`] : []),
    ...untoldCommands(id, obligation, who).map((line) => out.style(`  ${text(line)}`, 'dim')),
  ]);
}

const MOST_UNTOLD = 20;

function obligations(rows: BoardRow[], now: Instant, out: Output): string {
  const columns = [
    { title: '', spare: true },
    { title: 'Obligation' },
    { title: 'Due (UTC)' },
    { title: 'Time', flex: true },
    { title: 'State', flex: true },
  ];
  const cells = rows.map((row) => {
    const paint = (text: string) => out.style(text, ...ROW_STYLES[row.standing]);
    return [
      { text: row.commitments.join(' '), paint: (text: string) => out.style(text, 'dim') },
      row.id,
      row.dueAt && !row.settled ? shortInstant(now, row.dueAt) : '',
      { text: row.time, paint },
      { text: row.status, paint },
    ];
  });
  return table(columns, cells, out.width, (text) => out.style(text, 'dim'));
}

const ROW_STYLES: Record<BoardRow['standing'], Style[]> = {
  late: ['red'],
  fulfilled: ['green'],
  'not owed': ['dim'],
  waits: ['yellow'],
  running: [],
};

function stepStyle(state: string): Style[] {
  if (state === 'verified' || state === 'applied') return ['green'];
  return ['failed', 'refused', 'recorded-only'].includes(state) ? ['red'] : ['yellow'];
}
