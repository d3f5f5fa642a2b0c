/** An incident is handed over: its new owner gets the alarms, and the record says who did it, and why. */

import { fold } from '../../../domain/incident/evolve';
import { narrate } from '../../../domain/incident/narrate';
import { pack, Story, tocsin } from './helpers';

const HOUR = '2026-04-01T01:00:00.000Z';

function handedOver() {
  const story = new Story({ owner: 'ann@example.com' });
  // What time alone brings about by then is none of its doing.
  story.do(HOUR, { command: 'tick' });
  const before = story.state;
  const message = {
    message: 'correct',
    by: 'ann@example.com',
    owner: 'bo@example.com',
    reason: 'the night shift ends',
  };
  const events = story.do(HOUR, { command: 'message', message } as never);
  return { story, before, events };
}

test('the new owner is the owner, in the state and folded from the record', () => {
  const { story, events } = handedOver();
  expect(events.map(({ kind }) => kind)).toContain('corrected');
  expect(story.state.owner).toBe('bo@example.com');
  expect(fold(story.events)!.owner).toBe('bo@example.com');
  expect(story.state.declaration.owner).toBe('bo@example.com');
});

test('no duty changes by it', () => {
  const { story, before, events } = handedOver();
  expect(events).toHaveLength(1);
  expect(story.state.obligations).toEqual(before.obligations);
});

test('the record tells it as what it is', () => {
  const { events, before } = handedOver();
  expect(narrate(events[0]!, pack, before).text).toBe('Handed over to bo by ann (was ann): the night shift ends');
});

test('handing it to its owner changes nothing', () => {
  const { story } = handedOver();
  const message = { message: 'correct', by: 'x', owner: 'bo@example.com', reason: 'again' };
  expect(story.do(HOUR, { command: 'message', message } as never).map(({ kind }) => kind)).toEqual(['noted']);
});

test('the verb sends it', async () => {
  const sent: unknown[] = [];
  const send = async (...all: unknown[]) => {
    sent.push(all);
    return { events: [{ seq: 4, kind: 'corrected' }] };
  };
  const { exitCode } = await tocsin(['handover', 'INC-1', '--to', 'bo@example.com'], { send } as never);
  expect(exitCode).toBe(0);
  expect(sent).toEqual([['INC-1', 'correct', { by: 'oncall', owner: 'bo@example.com', reason: 'handed over' }]]);
  expect((await tocsin(['handover', 'INC-1'], { send } as never)).err).toContain('--to');
});
