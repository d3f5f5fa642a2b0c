import type { RaisedAlarm } from '../../../../domain/case/alarm';
import { commandsFor } from '../../../../domain/case/alarm-commands';

/** An alarm at half of the clock, about an obligation or the incident as a whole. */
export function alarmOn(obligation: string | undefined, over: Partial<RaisedAlarm> = {}): RaisedAlarm {
  const about = obligation
    ? ({ kind: 'obligation', obligation, title: `Rule ${obligation}`, onSilence: 'alarm' } as const)
    : ({ kind: 'incident' } as const);
  const todo = obligation ? 'contain' : 'verify-register';
  return {
    seq: 12,
    at: '2026-04-01T02:00:00.000Z',
    threshold: { kind: 'elapsed', percent: 50 },
    about,
    todo,
    commands: commandsFor(todo, 'INC-7', about),
    ...over,
  };
}
