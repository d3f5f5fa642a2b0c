/** The server over one incident whose alarms were paged, for services that call back. It takes messages as the workflow does. */
import { WorkflowNotFoundError } from '@temporalio/common';
import pino from 'pino';
import { receiptOf } from '../../domain/case/contract';
import { repeatOf } from '../../domain/case/messages';
import { type EscalationState, joined, pageBegun, paged } from '../../domain/escalation/escalation';
import { RotaSchema } from '../../domain/escalation/rota';
import type { MessageName } from '../../domain/incident/messages';
import { toInstant } from '../../domain/kernel/time';
import { ActionLinks } from '../../platform/links/action-link';
import type { CallbackSettings } from '../../server/callbacks/settings';
import { createServer } from '../../server/create-server';
import { LocalAuthenticator } from '../../server/identity/local';
import { Seal } from '../../server/identity/seal';
import { Sessions } from '../../server/identity/sessions';
import { Story, T0 } from '../unit/cli/helpers';
import { alarmOn } from '../unit/domain/helpers/alarm';
import { parseMessage } from '../unit/domain/helpers/commands';
import { clientOf } from './browser';

export const CASE = 'INC-1';
/** Of the rota. */
export const AOIFE = { handle: 'aoife', pagerduty: 'PLH1HKV', slack: 'U012AB3CD' };
export const links = new ActionLinks(['the-key-of-the-workers']);

const rota = RotaSchema.parse({
  people: { aoife: { name: 'Aoife Byrne', email: 'aoife@acme.dev', pagerduty: AOIFE.pagerduty, slack: AOIFE.slack } },
  levels: [
    {
      ...{ name: 'First', timeZone: 'UTC', handover: '09:00' },
      rotations: [{ start: '2026-01-05', every: 'P1W', people: ['aoife'] }],
    },
  ],
});

export const ago = (minutes: number) => toInstant(Date.now() - minutes * 60_000);

/** Alarms 5 and 9 were told of ten minutes ago; 14 came in since. */
function escalationNow(): EscalationState {
  const alarm = (seq: number, minutes: number) => ({
    alarm: alarmOn('containment', { seq, at: ago(minutes) }),
    ...{ owner: 'aoife', severity: 'sev1', title: 'Leaked key', plan: { every: 'PT1H', tries: 3, levels: 1 } },
  });
  const first = joined(undefined, CASE, alarm(5, 10), ago(10));
  const told = pageBegun(joined(first, CASE, alarm(9, 10), ago(10)), ago(10));
  return joined(paged(told, 1, ago(10)), CASE, alarm(14, 2), ago(2));
}

export async function calledBack(settings: CallbackSettings, post: (url: string, body: string) => Promise<void>) {
  const story = new Story();
  story.state = { ...story.state, unacknowledged: [5, 9, 14] };
  const escalation = escalationNow();
  const logged: string[] = [];
  const send = jest.fn(async (_id: string, name: string, message: { commandId: string }) => {
    const note = repeatOf(story.state, message.commandId);
    if (note) return { events: [], note };
    const parsed = parseMessage(name as MessageName, message);
    if (!parsed.ok) throw new Error(parsed.problems.join());
    return receiptOf(story.do(T0, { command: 'message', message: parsed.message }));
  });
  const client = {
    ...clientOf(story, ago(0)),
    view: async () => ({ state: story.state }),
    escalation: async (id: string) => {
      if (id === CASE) return escalation;
      throw new WorkflowNotFoundError('workflow not found', id, undefined);
    },
    send,
  };
  const app = await createServer({
    authenticator: new LocalAuthenticator('the-key-of-this-session', 'ann'),
    ...{ local: true, origins: [], namespace: 'default', client: client as never, temporal: async () => {} },
    pages: { sessions: new Sessions(new Seal(['k']), false, '8440'), links },
    callbacks: { settings, rota: async () => rota, post },
    log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
  });
  return { app, send, story, logged };
}

/** What the incident recorded, without its opening. */
export function recorded({ events }: Story) {
  return events
    .filter(({ kind }) => kind === 'alarm-acknowledged' || kind === 'noted')
    .map(({ kind, by, data }) => ({ kind, by, data }));
}

/** What a case that is closed is answered with. */
export const CLOSED = new WorkflowNotFoundError('workflow execution already completed', CASE, undefined);
