/** What may happen to an incident, as data: for tests that keep, repeat and compare what they asked. */
import { advance, type Decision as DecisionOf, open } from '../../../../domain/case/advance';
import type { CaseMessage } from '../../../../domain/case/lifecycle';
import { isRepeat, onCaseMessage, parseCaseMessage } from '../../../../domain/case/messages';
import { type Occasion, occasionAlarm } from '../../../../domain/incident/alarms';
import type { DataOf, IncidentEvent } from '../../../../domain/incident/events';
import type { Declaration } from '../../../../domain/incident/incident';
import { incidentLifecycle } from '../../../../domain/incident/lifecycle';
import { MESSAGE_SCHEMAS, type Message, type MessageName } from '../../../../domain/incident/messages';
import { openingOf } from '../../../../domain/incident/opening';
import type { IncidentOutcome } from '../../../../domain/incident/outcome';
import type { IncidentState } from '../../../../domain/incident/state';
import type { Instant } from '../../../../domain/kernel/time';
import type { Policy, PolicySnapshot } from '../../../../domain/policy/policy';

/** What the outside world or the shell reports. */
export type Report =
  | IncidentOutcome
  | { kind: 'alarm'; data: Occasion }
  | ({ kind: 'rejected'; data: DataOf<'rejected'> } & CaseMessage);

export type Command =
  | { command: 'tick' }
  | { command: 'message'; message: Message }
  | { command: 'report'; report: Report };

export type Decision = DecisionOf<IncidentState, IncidentEvent>;

/** Starts an incident, as the workflow does. */
export function declare(given: {
  declaration: Declaration;
  policy: PolicySnapshot;
  exercise: boolean;
  now: Instant;
}): Decision {
  const { declaration, policy, exercise, now } = given;
  return open(incidentLifecycle(policy.pack), declaration.id, openingOf(declaration, policy, now), now, exercise);
}

/** Decides a command at `now`, as the workflow does. */
export function decide(state: IncidentState, command: Command, pack: Policy, now: Instant): Decision {
  const lifecycle = incidentLifecycle(pack);
  if (command.command === 'tick') return advance(lifecycle, state, [], now);
  if (command.command === 'message') {
    const { message: name, ...message } = command.message;
    if (isRepeat(state, message.commandId)) return { state, events: [] };
    const news = onCaseMessage(lifecycle, state, name, message, now);
    return advance(lifecycle, state, news, now, message.by, message.commandId, message.breakGlass);
  }
  const { report } = command;
  if (report.kind === 'alarm') {
    const data = occasionAlarm(report.data, state, pack);
    return advance(lifecycle, state, [{ kind: 'alarm-raised', data }], now);
  }
  if (report.kind !== 'rejected') return advance(lifecycle, state, lifecycle.onOutcome(state, report, now), now);
  if (isRepeat(state, report.commandId)) return { state, events: [] };
  return advance(lifecycle, state, [{ kind: 'rejected', data: report.data }], now, report.by, report.commandId);
}

/** Reads a message as it comes over the wire, and tags it with its name. */
export function parseMessage(
  name: MessageName,
  raw: unknown,
): { ok: true; message: Message } | ({ ok: false; problems: string[] } & CaseMessage) {
  const parsed = parseCaseMessage<CaseMessage>(MESSAGE_SCHEMAS[name], raw);
  return parsed.ok ? { ok: true, message: { message: name, ...parsed.message } as Message } : parsed;
}
