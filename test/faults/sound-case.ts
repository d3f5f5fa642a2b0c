/** What must hold of a case that is no incident after whatever happened, as the register, the mailbox and its history show it. */
import { Worker } from '@temporalio/worker';
import { readEvents } from '../../register/read-incident';
import { verifyRegister } from '../../register/verify';
import { STEP_LIMIT } from '../../worker/cache-size';
import { workflowBundle } from '../setup/helpers';
import type { Tally } from '../setup/invariants/tally';
import type { RealWorld } from '../setup/real-world';
import { until } from '../setup/until';

/** All its entries, in order, each alarm mailed once, and its history replays. */
export async function soundCase(world: RealWorld, tally: Tally, id: string): Promise<void> {
  const view = await until(`${id} rests`, async () => {
    const found = await world.client.view(id);
    return found && found.registerBacklog === 0 && found.inFlight.length === 0 && found;
  });
  const events = await readEvents(world.pool, id);
  const numbers = Array.from({ length: view.state.seq }, (_, n) => String(n + 1));
  tally.once(
    `${id}: entries of the register`,
    numbers,
    events.map(({ seq }) => String(seq)),
  );
  const verified = await verifyRegister(world.pool, { incidentId: id });
  tally.whole(verified.ok, () => `${id}: the register: ${JSON.stringify(verified)}`);
  const alarms = events.flatMap(({ kind, seq }) => (kind === 'alarm-raised' ? [`alarm/${id}/${seq}`] : []));
  const keys = world.mails(id).map(({ request }) => request!.key);
  for (const key of alarms) tally.check('silent', keys.includes(key), () => `${key} reached nobody`);
  tally.once(
    `${id}: alarms`,
    alarms,
    keys.filter((key) => key.startsWith('alarm/')),
  );
  const history = await world.temporal.workflow.getHandle(id).fetchHistory();
  const unlike = await Worker.runReplayHistory({ workflowBundle: workflowBundle(), ...STEP_LIMIT }, history, id).catch(
    (e) => e,
  );
  tally.whole(unlike === undefined, () => `${id}: its history cannot be replayed: ${(unlike as Error).message}`);
}
