/** A lifecycle with everything in it while a provider answers badly, counted from outside when it is over. */
import type { FaultSettings } from '../../stack/faults';
import { injected } from '../setup/invariants/tally';
import { declarationOf, everything, policy, RealWorld, type WorkerChild } from '../setup/real-world';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

export type { FaultSettings };

let world: RealWorld;
let worker: WorkerChild;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  await world.leakRole();
  worker = await world.startWorker();
}, 120_000);

afterAll(() => worker.stop());

/** Declares, has people act until it is closed, and expects nothing lost, doubled, early or silent. */
export async function playedLifecycle(
  id: string,
  { mailbox = {}, recorder = {} }: { mailbox?: FaultSettings; recorder?: FaultSettings },
): Promise<void> {
  world.mailbox.faults.set(mailbox);
  world.recorder.faults.set(recorder);
  try {
    await world.client.declare({ declaration: declarationOf(id, everything(id)), policy });
    await peopleClose(world, id, 150_000);
    const box = mailbox.failNext || mailbox.dropNext ? world.mailbox.faults : world.recorder.faults;
    expect(box.current).toMatchObject({ failNext: 0, dropNext: 0 });
    injected(id.slice(id.indexOf('-') + 1), box.played);
    await world.expectSound(id);
  } finally {
    world.mailbox.faults.set({});
    world.recorder.faults.set({});
  }
}
