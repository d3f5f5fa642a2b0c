/**
 * npm run bench api [MESSAGES [IN_FLIGHT]]: messages to the server in which people and tools act, on a Temporal with sealed payloads.
 *
 * `measure` by POST against the same signals by `signalWithStart` of the SDK with the same keys, to the same incidents on one
 * worker, in turns (A B C C B A a round). A turn is over when the worker has recorded all of it. By POST, a receipt is waited
 * for (an update), or is not (`Prefer: respond-async`, a signal as on the other side). Bar: ratio of messages a second ≥ 0.7 for
 * each of the two, median of the rounds. MESSAGES are those of one turn, 200 without it; IN_FLIGHT those that are sent at once,
 * all of a turn without it.
 *
 * With fewer at once than incidents, this tells how long a receipt takes, not how many messages pass: whoever waits for one sends
 * the next once the one before is done, while signals wait for nothing, so that several of one incident are done in one workflow
 * task and recorded by one activity. So the same is measured with one message to each incident a turn, where every message is
 * done by itself on all sides: what the server costs. That has no bar.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/incident/contract';
import { median, OPEN, type Parts, usedText, type Web, withServer } from './api/set-up';

const BAR = 0.7;
const ROUNDS = 5;
/** What follows from the last messages of a turn is done within this. */
const SETTLING_MS = 3_000;

/** The sides. `sdk` is the bare counterpart. */
const SIDES = ['sdk', 'receipt', 'async'] as const;
type Side = (typeof SIDES)[number];
const WORDS: Record<Side, string> = {
  sdk: 'signalWithStart',
  receipt: 'POST, with the receipt',
  async: 'POST, respond-async',
};

/** Has one message sent. */
type Send = (id: string, message: { text: string }) => Promise<unknown>;

function senders({ client, input }: Parts, api: Web): Record<Side, Send> {
  const random = () => randomBytes(16).toString('hex');
  const post = (id: string, message: object, more: Record<string, string> = {}) =>
    api.ask(`/v1/incidents/${id}/measure`, message, { 'idempotency-key': random(), ...more });
  return {
    sdk: (id, message) =>
      client.workflow.signalWithStart(INCIDENT_WORKFLOW, {
        ...{ workflowId: id, taskQueue: TASK_QUEUE, args: [input(id)] },
        ...{ signal: 'measure', signalArgs: [{ ...message, by: 'on-call', commandId: random() }] },
      }),
    receipt: (id, message) => post(id, message),
    async: (id, message) => post(id, message, { prefer: 'respond-async' }),
  };
}

export async function main([given = '200', atOnce = given]: string[]): Promise<boolean> {
  const [count, inFlight] = [Number(given), Number(atOnce)];
  if (!(Number.isInteger(inFlight) && inFlight >= 1))
    throw new Error(`IN_FLIGHT is a whole number from 1, not "${atOnce}"`);
  if (!Number.isInteger(count) || count < inFlight)
    throw new Error(`MESSAGES is a whole number from ${inFlight}, not "${given}"`);
  return withServer('bench-api', async (parts) => {
    const turn = turns(parts, inFlight);
    for (const side of SIDES) await turn(side, OPEN); // warm
    const alone = await compared(parts, turn, OPEN);
    const ratios = await compared(parts, turn, count);
    const shown = ({ receipt, async }: Ratios) =>
      `with the receipt ${receipt.toFixed(2)}, respond-async ${async.toFixed(2)}`;
    console.log(`one message to each incident a turn, the same work on all sides (no bar): ${shown(alone)}`);
    const holds = ratios.receipt >= BAR && ratios.async >= BAR;
    console.log(
      `${count} messages to ${OPEN} incidents a turn, ${inFlight} at once, bar ${BAR} for each: ${shown(ratios)}: ${holds ? 'holds' : 'DOES NOT HOLD'}`,
    );
    return holds;
  });
}

/** One turn of a side: so many messages, over all incidents. Answers messages a second, until all were recorded. */
type Turn = (side: Side, count: number) => Promise<number>;

function turns(parts: Parts, inFlight: number): Turn {
  const { worker, ids, url, sessionKey, web } = parts;
  const send = senders(parts, web(url, { authorization: `Bearer ${sessionKey}` }));
  let sent = 0;
  return async (side, count) => {
    const before = worker.recorded;
    const startedAt = performance.now();
    const one = async (n: number) => {
      const id = ids[n % ids.length]!;
      // A measure that was recorded before is none.
      await send[side](id, { text: `${side} ${++sent}` });
    };
    await Promise.all(
      Array.from({ length: inFlight }, async (_, lane) => {
        for (let n = lane; n < count; n += inFlight) await one(n);
      }),
    );
    await worker.tells(`${count} messages by ${side} are recorded`, () => worker.recorded >= before + count);
    return (count * 1000) / (performance.now() - startedAt);
  };
}

/** Messages a second by the server to those by the SDK alone, median of the rounds. */
type Ratios = Record<'receipt' | 'async', number>;

async function compared({ used }: Parts, turn: Turn, count: number): Promise<Ratios> {
  const rates: Record<Side, number[]> = { sdk: [], receipt: [], async: [] };
  const costs = {} as Record<Side, string>;
  for (const side of SIDES) {
    const before = used();
    await turn(side, count);
    await sleep(SETTLING_MS);
    costs[side] = usedText(before, used(), count);
  }
  for (let round = 0; round < ROUNDS; round++) {
    const sums = { sdk: 0, receipt: 0, async: 0 };
    for (const side of [...SIDES, ...SIDES.toReversed()]) sums[side] += await turn(side, count);
    for (const side of SIDES) rates[side].push(sums[side] / 2);
  }
  for (const side of SIDES) {
    const each = rates[side].map((rate) => Math.round(rate)).join(' ');
    console.log(`${WORDS[side]}, ${count} a turn: ${each} messages/s; processor time of a message: ${costs[side]}`);
  }
  const ratio = (side: Side) => median(rates[side].map((rate, round) => rate / rates.sdk[round]!));
  return { receipt: ratio('receipt'), async: ratio('async') };
}
