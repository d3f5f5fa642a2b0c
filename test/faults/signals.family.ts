/**
 * A thousand signals within seconds, each of two thousand characters, so that a new run of the workflow begins among them:
 * each stands in the register once.
 */
import { readIncidentEvents } from '../../register/read-incident';
import { report, Tally } from '../setup/invariants/tally';
import { declarationOf, everything, of, policy, RealWorld, until } from '../setup/real-world';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

const ID = 'SIGNALS-1';
const SIGNALS = 1_000;
const SENDERS = 40;

test('a thousand signals, forty senders: each is recorded once, across the beginning of a new run', async () => {
  quietWorkers();
  const world = await RealWorld.start();
  await world.leakRole();
  const worker = await world.startWorker();
  await world.client.declare({ declaration: declarationOf(ID, everything(ID)), policy });
  const first = (await world.temporal.workflow.getHandle(ID).describe()).runId;
  const texts = Array.from({ length: SIGNALS }, (_, n) => `Measure ${n}: ${'x'.repeat(1_900)}`);
  const left = [...texts.entries()];
  const send = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const [n, text] = next;
      await world.client.signal(ID, 'measure', {
        by: 'oncall',
        text,
        category: 'mitigation',
        commandId: `measure ${n}`,
      });
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
  const measures = async () => of(await readIncidentEvents(world.pool, ID), 'measure-recorded');
  await until('each is in the register', async () => (await measures()).length >= SIGNALS, 150_000);
  const tally = new Tally();
  tally.once(
    'signals',
    texts,
    (await measures()).map(({ data }) => data.text),
  );
  const now = (await world.temporal.workflow.getHandle(ID).describe()).runId;
  tally.whole(now !== first, () => 'no new run began among the signals: the family did not play what it is for');
  report(tally);
  expect(tally.found()).toEqual([]);
  await peopleClose(world, ID, 120_000);
  await world.expectSound(ID);
  await worker.stop();
}, 350_000);
