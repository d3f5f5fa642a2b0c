/** What a page says: how many alarms are open, each obligation in one line, and how to make it stop. */
import { obligationOf } from '../../domain/case/alarm';
import { showLine } from '../../domain/case/alarm-commands';
import { alarmText } from '../../domain/case/alarm-text';
import type { EscalatedAlarm } from '../../domain/escalation/escalation';
import { ask, commandText, tocsin } from '../../domain/kernel/command-lines';
import { human } from '../../domain/kernel/time';
import { clean, oneLine } from '../notices/inert';

/** Lines of a digest; of more alarms the number is told. */
const LINES = 10;

/** How long an alarm is told on one line, and how much of its account stands where it is longer: what is to be done stays whole. */
const LINE = 240;
const ACCOUNT = 120;

/** A command that is longer could not be cut without becoming another one. */
const COMMAND = 200;

/** Commands of alarms beside those that acknowledge and show; how many more there are is told. */
const COMMANDS = 3;

export interface Digest {
  /** One line, without marks that hide or reorder text. */
  subject: string;
  /** One an obligation: its latest alarm, and how many there were. */
  lines: string[];
  /** Whole command lines, the acknowledgement first. */
  commands: string[];
}

/** The digest of open alarms, the same for the same input. All texts come from an incident and are hostile. */
export function digestOf(input: {
  caseId: string;
  severity: string;
  title: string;
  attempt: number;
  level: number;
  handle: string;
  alarms: EscalatedAlarm[];
  /** Open alarms that are only counted. */
  dropped: number;
}): Digest {
  const { caseId, severity, title, attempt, level, alarms, dropped } = input;
  const groups = grouped(alarms);
  const total = alarms.length + dropped;
  const again = attempt > 1 ? ` (page ${attempt}, level ${level})` : '';
  const show = oneLine(commandText(showLine(caseId)), COMMAND);
  const ofAlarms = [
    ...new Set(
      groups
        .flatMap((group) => group.at(-1)!.commands)
        .map(commandText)
        .map(inert),
    ),
  ];
  const offered = ofAlarms.filter((line) => line.length <= COMMAND).slice(0, COMMANDS);
  const [more, unsaid] = [
    groups.length - LINES,
    ofAlarms.filter((line) => line !== show && !offered.includes(line)).length,
  ];
  return {
    subject: oneLine(
      `[${caseId} ${severity}] ${count(total, 'alarm')} not acknowledged${again}: ${oneLine(title, 100)}`,
      200,
    ),
    lines: [
      ...groups.slice(0, LINES).map((group) => lineOf(group, show)),
      ...(more > 0 ? [`and ${more} more: ${show}`] : []),
      ...(unsaid > 0 ? [`${count(unsaid, 'more command')}: ${show}`] : []),
    ],
    commands: [
      tocsin('acknowledge', { id: caseId, by: isHandle(input.handle) ? input.handle : ask('by') }),
      ...new Set([show, ...offered]),
    ],
  };
}

/** Alarms of one obligation are one group; the most recent group first. */
function grouped(alarms: EscalatedAlarm[]): EscalatedAlarm[][] {
  const groups = new Map<string, EscalatedAlarm[]>();
  for (const alarm of [...alarms].sort((a, b) => a.seq - b.seq)) {
    const key = obligationOf(alarm) ?? `alarm ${alarm.seq}`;
    groups.set(key, [...(groups.get(key) ?? []), alarm]);
  }
  return [...groups.values()].sort((a, b) => b.at(-1)!.seq - a.at(-1)!.seq);
}

function lineOf(group: EscalatedAlarm[], show: string): string {
  const alarm = group.at(-1)!;
  const { at, dueAt } = alarm;
  const { text, what, threshold } = alarmText(alarm, at);
  const due = dueAt ? `, due ${human(dueAt)}` : '';
  const before = group.length > 1 ? `; ${count(group.length, 'alarm')} about this` : '';
  const whole = inert(text);
  const said =
    whole.length <= LINE ? whole : inert(text.replace(what, () => `${oneLine(what, ACCOUNT)} (all of it: ${show})`));
  return `${said} (${oneLine(threshold, 40)}, raised ${human(at)}${due}${before})`;
}

/** On one line, without marks that hide or reorder text, and not cut. */
function inert(text: string): string {
  return oneLine(clean(text), Number.POSITIVE_INFINITY);
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function isHandle(text: string): boolean {
  return /^[\w.@+-]{1,80}$/.test(text);
}
