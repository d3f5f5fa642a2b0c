/**
 * A person stops a notice that is being mailed, and the worker dies by kill -9: before the stop is in the ledger, once it is there and
 * nobody heard, with batches on their way that the provider has not got or has, and again while the round is counted. Nobody is claimed
 * after that, as a new worker tells the ledger before it claims; those claimed before are mailed once, and the rest once a person lets
 * it go on.
 */
import path from 'node:path';
import { injected, report, Tally } from '../setup/invariants/tally';
import {
  type ActivityHold,
  AUDIENCE,
  audienceOf,
  declarationOf,
  policy,
  RealWorld,
  type WorkerChild,
  wholeBreach,
  writeDirectory,
} from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { late } from './boundaries';
import { peopleClose } from './people';
import { rests } from './standing';

const OBLIGATION = 'enterprise-notice';
/** Ten batches; four are on their way at once. */
const OWNERS = 1_000;
const WAITING = 400;
/** A step that died with its worker is given to another one within this. */
const AGAIN_MS = 150_000;

interface Point {
  name: string;
  /** Where the batches on their way are: the provider has not got them, or has. */
  batches: 'request' | 'answer';
  /** Where the activity that tells the ledger hangs when the worker dies; missing where it is done and heard. */
  tells?: ActivityHold['when'];
}

const POINTS: Point[] = [
  { name: 'unheard-unsent', batches: 'request', tells: 'after' },
  { name: 'unheard-sent', batches: 'answer', tells: 'after' },
  { name: 'heard-unsent', batches: 'request' },
  { name: 'heard-sent', batches: 'answer' },
  // The last, as a step that hangs is given to another worker within seconds.
  { name: 'untold-sent', batches: 'answer', tells: 'before' },
];
const idOf = ({ name }: Point) => `STOP-${name}`;
const IDS = POINTS.map(idOf);
const COUNTED = 'STOP-heard-sent';

let world: RealWorld;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  writeDirectory(path.join(world.dir, 'directory'), OWNERS);
}, 120_000);

interface Row {
  ref: string;
  status: string;
  error: string | null;
  isClaimed: boolean;
}

async function ledger(id: string): Promise<Row[]> {
  const { rows } = await world.pool.query<Row>(
    `SELECT split_part(recipient_ref, ':', 2) AS ref, status, error_code AS error, batch_key IS NOT NULL AS "isClaimed"
       FROM tocsin.deliveries WHERE incident_id = $1 AND obligation_id = $2`,
    [id, OBLIGATION],
  );
  return rows;
}

/** Those claimed once the stop stood in the ledger. */
const claimedLate = async (id: string) =>
  (
    await world.pool.query<{ ref: string }>(
      `SELECT split_part(recipient_ref, ':', 2) AS ref FROM tocsin.deliveries JOIN tocsin.stopped_rounds s
         USING (incident_id, obligation_id) WHERE incident_id = $1 AND claimed_at > s.stopped_at`,
      [id],
    )
  ).rows.map(({ ref }) => ref);
const isStopped = async (id: string) =>
  (await world.pool.query('SELECT FROM tocsin.stopped_rounds WHERE incident_id = $1', [id])).rowCount === 1;
const claimed = async (id: string) => (await ledger(id)).flatMap(({ ref, isClaimed }) => (isClaimed ? [ref] : []));
const mailed = (id: string) =>
  world.notices(id, OBLIGATION).flatMap(({ to }) => to.map((address) => `ws-${/\d+/.exec(address)}`));
const obligation = async (id: string) => (await world.view(id)).state.obligations[OBLIGATION]!;

test('killed while a notice is being stopped: nobody is mailed after that, nobody twice, and it goes on when a person says so', async () => {
  const holds: ActivityHold[] = POINTS.flatMap((point) =>
    point.tells ? [{ workflow: idOf(point), activity: 'stopDelivery', when: point.tells }] : [],
  );
  const first = await world.startWorker({ holds });
  for (const id of IDS)
    await world.client.declare({ declaration: declarationOf(id, { ...late(), assessment: wholeBreach }), policy });
  for (const id of IDS) await rests(world, id, AGAIN_MS);

  for (const point of POINTS) {
    const id = idOf(point);
    const request = [/POST \/emails\/batch/, new RegExp(`"${id}"`), new RegExp(OBLIGATION)];
    const held = world.gates.mailbox.hold({ request, stage: point.batches });
    await world.client.send(id, 'approve', { obligation: OBLIGATION, by: 'counsel', commandId: `approve ${id}` });
    await until(`${id}: four batches are on their way`, () => held.count() === 4);
    injected('a batch held on its way', held.count());
    const stop = {
      obligation: OBLIGATION,
      reason: 'it names the wrong product',
      by: 'oncall',
      commandId: `stop ${id}`,
    };
    await world.client.send(id, 'stop-sending', stop);
    await until(`${id}: the ledger is told`, () =>
      point.tells ? first.hanging().some(({ workflow }) => workflow === id) : isStopped(id),
    );
  }
  const before = new Map<string, string[]>();
  for (const id of IDS) before.set(id, await claimed(id));
  await first.kill();
  world.gates.mailbox.cut();

  // The second one dies as well, once it has counted a round.
  const counts: ActivityHold = { workflow: COUNTED, activity: 'summariseDelivery', when: 'after', input: OBLIGATION };
  const second = await world.startWorker({ holds: [counts] });
  await until('a round is counted, and nobody heard', () => second.hanging().length === 1, AGAIN_MS);
  await second.kill();
  const worker: WorkerChild = await world.startWorker();
  for (const id of IDS) {
    const hasEnded = async () => {
      const { round } = await obligation(id);
      return round === 2;
    };
    await until(`${id} waits for a person`, hasEnded, AGAIN_MS);
    await rests(world, id, AGAIN_MS);
  }

  const tally = new Tally();
  for (const point of POINTS) {
    const id = idOf(point);
    const rows = await ledger(id);
    const claimedSince = await claimedLate(id);
    tally.check(
      'doubled',
      claimedSince.length === 0,
      () => `${id}: ${claimedSince.length} were claimed after the stop`,
    );
    const atDeath = before.get(id)!;
    tally.whole(atDeath.length === WAITING, () => `${id}: ${atDeath.length} were claimed when the worker died`);
    tally.once(`${id}: mailed before it goes on`, atDeath, mailed(id));
    const sent = rows.flatMap(({ ref, status }) => (status === 'sent' ? [ref] : []));
    tally.once(`${id}: sent, by the ledger`, atDeath, sent);
    const out = rows.filter(({ status, error }) => status === 'failed' && error === 'stopped');
    tally.whole(out.length === OWNERS - atDeath.length, () => `${id}: ${out.length} were stopped, by the ledger`);
    const o = await obligation(id);
    const waits = o.status === 'drafted' && !o.approved && o.stopped !== undefined;
    tally.whole(waits, () => `${id}: it does not wait for a person: ${JSON.stringify({ ...o, texts: undefined })}`);
  }
  report(tally);
  expect(tally.found()).toEqual([]);

  await Promise.all(IDS.map((id) => peopleClose(world, id, 300_000)));
  const { [OBLIGATION]: _, ...others } = AUDIENCE;
  const after = new Tally();
  for (const id of IDS) {
    after.once(
      `${id}: mailed in the end`,
      audienceOf(OWNERS)[OBLIGATION]!,
      world.notices(id, OBLIGATION).flatMap(({ to }) => to),
    );
    const { evidence } = await obligation(id);
    const isTold = evidence?.told === OWNERS && evidence.of === OWNERS;
    after.whole(isTold, () => `${id}: its evidence says ${evidence?.told} of ${evidence?.of}`);
  }
  report(after);
  expect(after.found()).toEqual([]);
  for (const id of IDS) await world.expectSound(id, others);
  expect(worker.output()).not.toMatch(/nondeterminism/i);
}, 900_000);
