/** kill -9 of a worker that has had an incident created, or updated, at Statuspage and has not heard of it: each update stands there once. */

import { readIncidentEvents } from '../../register/read-incident';
import { Gate } from '../setup/gate';
import { afterFile } from '../setup/helpers';
import { declarationOf, of, policy, RealWorld } from '../setup/real-world';
import { STATUSPAGE_KEY, startStatuspageRecorder } from '../setup/statuspage-recorder';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

test('an update whose answer was lost with its worker is on every page once, and the register names its address', async () => {
  quietWorkers();
  const world = await RealWorld.start();
  const statuspage = await startStatuspageRecorder(['page1', 'page2']);
  const gate = await Gate.before(statuspage.port);
  afterFile(() => gate.stop());
  const env = {
    TOCSIN_STATUSPAGE_API_KEY: STATUSPAGE_KEY,
    TOCSIN_STATUSPAGE_PAGES: 'page1,page2',
    TOCSIN_STATUSPAGE_URL: gate.through(statuspage.url),
  };
  const held = (id: string, request: RegExp) => ({
    id,
    hold: gate.hold({ request: [request, new RegExp(`"${id}"`)], stage: 'answer' }),
  });
  const holds = [
    held('SP-created', /POST \/v1\/pages\/page1\/incidents/),
    held('SP-between', /POST \/v1\/pages\/page2\/incidents/),
    held('SP-updated', /PATCH \/v1\/pages\/page1\/incidents/),
  ];
  const first = await world.startWorker({ env });
  for (const { id } of holds)
    await world.client.declare({ declaration: declarationOf(id, { serviceAffecting: true }), policy });
  const closing = holds.map(({ id }) => peopleClose(world, id, 300_000));
  await until('each stands in its call', () => holds.every(({ hold }) => hold.count() > 0), 120_000);
  await first.kill();
  gate.lift();
  await world.startWorker({ env });
  await Promise.all(closing);
  for (const { id } of holds) {
    await world.expectSound(id);
    const events = await readIncidentEvents(world.pool, id);
    const published = [...of(events, 'obligation-fulfilled'), ...of(events, 'obligation-supplemented')].filter(
      ({ data }) => data.obligation === 'status-page-update',
    );
    for (const page of ['page1', 'page2']) {
      const [incident, ...others] = statuspage.pages
        .get(page)!
        .filter(({ metadata }) => JSON.stringify(metadata).includes(`"${id}"`));
      expect([page, others]).toEqual([page, []]);
      expect(incident!.status).toBe('resolved');
      expect([page, incident!.incident_updates.length]).toEqual([page, published.length]);
      if (page === 'page1')
        for (const { data } of published) expect(data.evidence).toMatchObject({ url: incident!.shortlink });
    }
  }
}, 500_000);
