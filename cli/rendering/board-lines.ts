/** An incident on one screen: what it is, the table of its obligations, containment and the last events. */
import { alarmText } from '../../domain/case/alarm-text';
import { stepStands } from '../../domain/incident/containment';
import type { IncidentView } from '../../domain/incident/contract';
import { DATA_QUESTION } from '../../domain/incident/data-question';
import { countAndSource, howItStands } from '../../domain/incident/detections';
import type { IncidentEvent } from '../../domain/incident/events';
import { type BoardRow, board } from '../../domain/incident/explain';
import type { NextStep } from '../../domain/incident/next-steps';
import { earlierMerged, howItWasMerged } from '../../domain/incident/on-detections';
import type { ContainmentStep, IncidentState } from '../../domain/incident/state';
import { oneUntold, untoldCommands } from '../../domain/incident/untold';
import { ask, type CommandLine, commandLine, tocsin } from '../../domain/kernel/command-lines';
import { upperFirst } from '../../domain/kernel/first-letter';
import { whenText } from '../../domain/kernel/inexact-instant';
import { plural } from '../../domain/kernel/plural';
import { clockOffset, human, type Instant, toMs } from '../../domain/kernel/time';
import type { Policy } from '../../domain/policy/policy';
import { shortInstant } from './format';
import { visibleLine } from './hostile-text';
import { nextLines, typedHere } from './next-lines';
import type { Output, Style } from './output';
import { hanging, table, wrap } from './table';
import { TimelineTeller } from './timeline-lines';
import { underWayLine } from './under-way';

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
  /** Lines at the end: where else to look. */
  links: string[] = [],
): string[] {
  const text = typedHere(actorIsSet);
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
  lines.push(...standLines(view, events, now, out, text));
  const rows = board(state, pack, now);
  const owed = rows.filter(({ settled, dueAt }) => !settled && dueAt);
  const others = rows.filter((row) => !owed.includes(row));
  lines.push(
    '',
    obligations(owed, now, out),
    ...questionLines(rows, out, text),
    ...untoldLines(rows, state.caseId, out, text),
    '',
    notRunning(others, out),
  );

  lines.push(...containmentLines(state, out), ...detectionLines(state, now, out));
  const teller = new TimelineTeller(out, pack, detectedAt);
  // What only repeats has no lines: it must not push what happened out of sight.
  const told = events
    .map((event) => teller.lines([event]))
    .filter((lines) => lines.length > 0)
    .slice(-lastEvents);
  if (told.length > 0) lines.push('', out.style('Latest events', 'dim'), ...told.flat());
  if (links.length > 0) lines.push('', ...links);
  return lines;
}

/** The triage cases whose detections belong to it, each with the command that shows it, and those that were taken out again. */
function detectionLines(state: IncidentState, now: Instant, out: Output): string[] {
  const { detections = [] } = state;
  const earlier = earlierMerged(state);
  if (detections.length + earlier.length === 0) return [];
  const shows = (caseId: string) => out.style(`    ${tocsin('triage show', { id: caseId })}`, 'dim');
  const lines = detections.flatMap((each) => [
    ...hanging(
      '  ',
      visibleLine(`${each.title}: ${countAndSource(each)}, first ${shortInstant(now, each.firstAt)}`, 300),
      out.width,
    ),
    ...hanging(
      '    ',
      visibleLine(`${howItStands(each)}, ${shortInstant(now, (each.left ?? each).at)}`, 300),
      out.width,
    ),
    shows(each.caseId),
  ]);
  const before = earlier.flatMap((each) => [
    ...hanging('  ', `${each.caseId}: ${howItWasMerged(each)}`, out.width),
    shows(each.caseId),
  ]);
  return ['', out.style('Detections', 'dim'), ...lines, ...before];
}

/** The steps by their ids alone, which say what is done to what, and by which commands name them: they stay whole. */
function containmentLines({ containment, owner }: IncidentState, out: Output): string[] {
  const steps = Object.values(containment);
  if (steps.length === 0) return [];
  const dim = (text: string) => out.style(text, 'dim');
  const outcome = (step: ContainmentStep) => (text: string) => out.style(text, ...stepStyle(step.state));
  if (steps.some(({ id }) => id.length > out.width - OUTCOME_WIDTH)) {
    const lines = steps.flatMap((step) => [
      ...wrap(step.id, out.width),
      ...hanging('  ', stepStands(step, owner), out.width).map(outcome(step)),
    ]);
    return ['', dim('Containment'), ...lines];
  }
  const columns = [{ title: 'Containment' }, { title: 'Outcome', flex: true }];
  const rows = steps.map((step) => [step.id, { text: stepStands(step, owner), paint: outcome(step) }]);
  return ['', table(columns, rows, out.width, dim)];
}

/** What an outcome needs beside an id. */
const OUTCOME_WIDTH = 24;

/** How it stands beside its duties: alarms that nobody acknowledged, work under way, entries that are not written. */
function standLines(
  view: IncidentView,
  events: IncidentEvent[],
  now: Instant,
  out: Output,
  text: (line: CommandLine) => string,
): string[] {
  const { state, inFlight, registerBacklog } = view;
  const yellow = (line: string) => wrap(line, out.width).map((part) => out.style(part, 'yellow'));
  const lines: string[] = [];
  if (registerBacklog > 0) lines.push(...yellow(`${registerBacklog} register entries not written yet`));
  if (inFlight.length > 0) lines.push(...yellow(underWayLine(inFlight)));
  // One that is closed takes no acknowledgement, and repeats no alarm.
  const open = (!state.closedAt && state.unacknowledged) || [];
  if (open.length === 0) return lines;
  const paint = (line: string) => out.style(line, 'red');
  lines.push('', ...wrap(`${plural(open.length, 'alarm')} not acknowledged`, out.width).map(paint));
  const raised = events.flatMap((event) => (event.kind === 'alarm-raised' && open.includes(event.seq) ? [event] : []));
  for (const { seq, at, data } of mostUrgent(raised)) {
    const about = data.about.kind === 'obligation' ? `${data.about.title}: ` : '';
    const said = visibleLine(`${about}${alarmText(data, at).what}`, 500);
    lines.push(...hanging(`  ${shortInstant(now, at)}  ${seq}  `, said, out.width, 4));
  }
  const left = open.length - Math.min(raised.length, MOST_ALARMS);
  if (left > 0) lines.push(...hanging('  ', `and ${left} more, in the timeline`, out.width));
  return [...lines, out.style(`  ${text(commandLine('acknowledge', { id: state.caseId, by: ask('by') }))}`, 'dim')];
}

/** What else rings stands in the timeline and in the mails. */
const MOST_ALARMS = 5;

type Raised = Extract<IncidentEvent, { kind: 'alarm-raised' }>;

/** Those with the nearest deadlines, then the latest without one; in the order in which they were raised. */
function mostUrgent(raised: readonly Raised[]): Raised[] {
  const due = ({ data }: Raised) => (data.dueAt === undefined ? Number.POSITIVE_INFINITY : toMs(data.dueAt));
  const urgent = raised.toSorted((a, b) => (due(a) === due(b) ? b.seq - a.seq : due(a) - due(b))).slice(0, MOST_ALARMS);
  return raised.filter((each) => urgent.includes(each));
}

/** The question that nobody has answered yet, with the command for each answer. */
function questionLines(rows: BoardRow[], out: Output, text: (line: CommandLine) => string): string[] {
  const open = rows.flatMap(({ answers }) => (answers ? [answers] : []));
  if (open.length === 0) return [];
  const commands = [...new Set(open.flat().map(text))];
  return ['', out.style(upperFirst(DATA_QUESTION), 'yellow'), ...commands.map((line) => out.style(`  ${line}`, 'dim'))];
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

function obligations(rows: BoardRow[], now: Instant, out: Output, isLive = false): string {
  const columns = [
    { title: '', spare: true },
    { title: 'Obligation' },
    { title: 'Due (UTC)' },
    { title: 'Time', flex: true },
    isLive ? { title: 'State', shorten: true } : { title: 'State', flex: true },
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

/** What has no deadline now: it is settled, or has not begun. */
function notRunning(rows: BoardRow[], out: Output): string {
  const columns = [{ title: 'No running deadline' }, { title: 'Time', flex: true }, { title: 'State', flex: true }];
  const cells = rows.map(({ id, time, status, standing }) => {
    const paint = (text: string) => out.style(text, ...ROW_STYLES[standing]);
    return [id, { text: time, paint }, { text: status, paint }];
  });
  return table(columns, cells, out.width, (text) => out.style(text, 'dim'));
}

/**
 * The lines of `tocsin show --watch`: as many as the terminal is high. What is owed stays in sight, by deadline, then what
 * to do next; the latest events have the lines that are left.
 */
export function liveLines(
  view: IncidentView,
  events: IncidentEvent[],
  pack: Policy,
  now: Instant,
  out: Output,
  height: number,
  steps: readonly NextStep[],
  actorIsSet: boolean,
): string[] {
  const { state } = view;
  const text = typedHere(actorIsSet);
  const { severity, status, owner, title, caseId, exercise } = { ...state, ...state.declaration, status: state.status };
  const head = `${caseId}  ${exercise ? 'EXERCISE  ' : ''}${severity}, ${status}, owner ${visibleLine(owner)}, now ${clockOffset(state.declaration.detectedAt, now)}`;
  const rows = board(state, pack, now);
  const owed = rows.filter(({ settled, dueAt }) => !settled && dueAt);
  const top = [out.style(head, 'bold'), out.style(visibleLine(title), 'bold')];
  const alarms = (!state.closedAt && state.unacknowledged?.length) || 0;
  const stands = [
    ...(alarms > 0
      ? [
          `${plural(alarms, 'alarm')} not acknowledged: ${text(commandLine('acknowledge', { id: caseId, by: ask('by') }))}`,
        ]
      : []),
    ...(view.registerBacklog > 0 ? [`${view.registerBacklog} register entries not written yet`] : []),
    ...(view.inFlight.length > 0 ? [underWayLine(view.inFlight)] : []),
  ].map((line) => out.style(line, 'yellow'));
  const next = nextLines(steps.slice(0, 1), now, out, text);
  const foot = [out.style('Ctrl-C stops watching; the incident continues.', 'dim')];
  const fixed = [...top, ...stands, '', ...foot].length;
  // Room for the table's head, the steps with a line before them, and where not all fit, how many more there are.
  const room = Math.max(1, height - fixed - 2 - (next.length + 1));
  const shown = owed.length > room ? owed.slice(0, room) : owed;
  const hidden = owed.length - shown.length;
  const body = [
    obligations(shown, now, out, true),
    ...(hidden > 0 ? [out.style(`and ${hidden} more: ${text(commandLine('show', { id: caseId }))}`, 'dim')] : []),
    '',
    ...next,
  ].flatMap((line) => line.split('\n'));
  const left = height - fixed - body.length - 1;
  const teller = new TimelineTeller(out, pack, state.declaration.detectedAt);
  const told = left > 1 ? events.flatMap((event) => teller.lines([event])).slice(-left) : [];
  return [...top, ...stands, '', ...body, ...(told.length > 0 ? ['', ...told] : []), ...foot].slice(0, height);
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
