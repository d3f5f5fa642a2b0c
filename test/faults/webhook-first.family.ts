/**
 * The mail provider tells by webhook what became of a mail before the worker has the answer of the call that sent it, or that
 * answer never comes, since the worker is killed by kill -9: each mail is accepted once, each fate is in the ledger, and whoever
 * a mail came back from is told in another way.
 */
import { keepDeliveryEvents } from '../../activities/delivery/ledger/delivery-events';
import { PostgresLedger } from '../../activities/delivery/ledger/postgres-ledger';
import { createIntake } from '../../detection/intake/server/create-intake';
import { Health } from '../../detection/intake/server/health';
import { LOOPBACK } from '../../platform/free-port';
import { readIncidentEvents } from '../../register/read-incident';
import { allSources, resendEvent, SECRETS, signResend } from '../detection/intake/samples';
import { afterFile } from '../setup/helpers';
import { injected, report, Tally } from '../setup/invariants/tally';
import { AUDIENCE, declarationOf, of, policy, RealWorld, type WorkerChild, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';
import { rests } from './standing';

const OBLIGATION = 'enterprise-notice';
const OWNERS = AUDIENCE[OBLIGATION]!;

let world: RealWorld;
let worker: WorkerChild | undefined;
let intakeUrl: string;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  const intake = await createIntake({
    sources: allSources().filter(({ name }) => name === 'resend'),
    store: async () => undefined,
    deliveryEvents: { keep: (events) => keepDeliveryEvents(world.pool, events) },
    health: new Health({ postgres: async () => undefined, temporal: async () => undefined }),
  });
  intakeUrl = `${await intake.listen({ host: LOOPBACK, port: 0 })}/intake/resend`;
  afterFile(() => intake.close());
  world.mailbox.tellTo({ url: intakeUrl, secret: SECRETS.resend });
}, 120_000);

afterEach(async () => {
  world.gates.mailbox.lift();
  await worker?.stop();
  worker = undefined;
});

/** A bounce of a mail for good, as Resend sends it. */
async function bounces(messageId: string): Promise<void> {
  const bounce = { message: 'no such user', type: 'Permanent', subType: 'NoEmail' };
  const body = JSON.stringify(resendEvent('email.bounced', messageId, { bounce }));
  const headers = {
    ...signResend(body, `msg_${messageId}`, Date.now(), SECRETS.resend),
    'content-type': 'application/json',
  };
  const answer = await fetch(intakeUrl, { method: 'POST', headers, body });
  expect(answer.status).toBe(202);
}

/** Of how many of the mails with these ids the provider has said that they were delivered. */
async function delivered(ids: readonly string[]): Promise<number> {
  const { rows } = await world.pool.query(
    `SELECT count(DISTINCT provider_message_id)::int AS n FROM tocsin.delivery_events WHERE kind = 'delivered' AND provider_message_id = ANY($1)`,
    [ids],
  );
  return rows[0].n as number;
}

test.each([
  ['late', false],
  ['never', true],
])(
  'what became of each mail is known first, and the answer of the call comes %s',
  async (how, isKilled) => {
    const id = `WEBHOOK-${how}`;
    worker = await world.startWorker();
    await world.client.declare({ declaration: declarationOf(id, { assessment: wholeBreach }), policy });
    await rests(world, id);
    const held = world.gates.mailbox.hold({ request: [/POST \/emails\/batch/, new RegExp(id)], stage: 'answer' });
    await world.client.send(id, 'approve', { obligation: OBLIGATION, by: 'counsel', commandId: 'approve' });
    const mails = await until('a batch is accepted, and its fates are known', async () => {
      const accepted = world.notices(id, OBLIGATION);
      return held.count() > 0 && (await delivered(accepted.map((mail) => mail.id))) === accepted.length && accepted;
    });
    injected('a fate that comes before the answer', mails.length);
    const ledger = new PostgresLedger(world.pool);
    const key = { incidentId: id, obligationId: OBLIGATION };
    expect((await ledger.recipients(key)).filter(({ fate }) => fate)).toEqual([]);
    const back = mails[0]!;
    await bounces(back.id);
    injected('a bounce that comes before the answer');
    if (isKilled) {
      await worker.kill();
      world.gates.mailbox.cut();
      worker = await world.startWorker();
    } else world.gates.mailbox.lift();

    await peopleClose(world, id, 200_000);
    const tally = new Tally();
    const rows = await ledger.recipients(key);
    tally.once(
      `${id}: fates`,
      [...OWNERS.slice(1).map(() => 'delivered'), 'bounced'],
      rows.map(({ fate }) => fate?.kind ?? 'none'),
    );
    tally.once(
      `${id}: mails`,
      OWNERS,
      world.notices(id, OBLIGATION).flatMap(({ to }) => to),
    );
    const events = await readIncidentEvents(world.pool, id);
    const outside = of(events, 'told-outside').map(({ data }) => [data.channel, data.workspaces?.length]);
    expect(outside).toEqual([['phone', 1]]);
    const fulfilled = of(events, 'obligation-fulfilled').filter(({ data }) => data.obligation === OBLIGATION);
    expect(fulfilled.map(({ data: { evidence } }) => [evidence.told, evidence.outside, evidence.left])).toEqual([
      [OWNERS.length, 1, 0],
    ]);
    report(tally);
    expect(tally.found()).toEqual([]);
    // Of the notice itself the rows above tell: its evidence knows one mail that came back.
    const { [OBLIGATION]: _, ...others } = AUDIENCE;
    await world.expectSound(id, others);
  },
  400_000,
);
