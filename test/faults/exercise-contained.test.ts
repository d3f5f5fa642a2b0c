// An exercise on a worker that has live keys for everything: nothing of it leaves this machine's recorders.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { startCloudflareRecorder } from '../../stack/cloudflare-recorder';
import { startMailbox } from '../../stack/mailbox';
import { Gate } from '../setup/gate';
import { afterFile, temporaryDir } from '../setup/helpers';
import { declarationOf, everything, policy, RealWorld, wholeBreach } from '../setup/real-world';
import { STATUSPAGE_KEY, startStatuspageRecorder } from '../setup/statuspage-recorder';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

test('with live keys for mail, Cloudflare, webhook, database and status page, an exercise reaches the recorders only', async () => {
  quietWorkers();
  const world = await RealWorld.start();
  const dir = temporaryDir('live');
  const mailbox = await startMailbox({ dir: path.join(dir, 'mailbox'), apiKey: 're_live_key' });
  const cloudflare = await startCloudflareRecorder({ dir: path.join(dir, 'cloudflare') });
  const statuspage = await startStatuspageRecorder();
  const [live, edge] = [await Gate.before(mailbox.port), await Gate.before(cloudflare.port)];
  afterFile(async () => {
    await Promise.all([mailbox.stop(), cloudflare.stop(), live.stop(), edge.stop()]);
  });
  const leaked = await world.leakRole();
  const worker = await world.startWorker({
    env: {
      RESEND_API_KEY: 're_live_key',
      RESEND_BASE_URL: live.through(mailbox.url),
      CLOUDFLARE_API_TOKEN: 'live-cloudflare-token',
      CLOUDFLARE_BASE_URL: edge.through(cloudflare.cloudflareUrl),
      CLOUDFLARE_ACCOUNT_ID: 'live-account',
      TOCSIN_WEBHOOK_URL: `${edge.through(cloudflare.hooksUrl)}/containment`,
      TOCSIN_STATUSPAGE_API_KEY: STATUSPAGE_KEY,
      TOCSIN_STATUSPAGE_PAGES: 'page1',
      TOCSIN_STATUSPAGE_URL: statuspage.url,
      TOCSIN_STATUS_DIR: path.join(dir, 'status'),
      TOCSIN_STATUS_URL: 'https://status.example.com',
    },
  });
  const all = (id: string) => declarationOf(id, everything(id));

  const exercise = 'SAFE-exercise';
  const { detectedAt, ...declared } = all(exercise);
  const stored = { ...wholeBreach, workspaces: ['ws-aurora', 'ws-falcon'] };
  await world.client.declare({
    declaration: { ...declared, detectedAt, assessment: stored },
    policy,
    exercise: { speed: 1_000, startAt: declared.declaredAt },
  });
  await peopleClose(world, exercise, 120_000);
  expect(live.connections).toBe(0);
  expect(edge.connections).toBe(0);
  expect(statuspage.calls).toEqual([]);
  expect(existsSync(path.join(dir, 'status'))).toBe(false);
  expect(await world.canLogIn(leaked)).toBe(true);
  const mails = world.mails(exercise);
  expect(mails.filter(({ subject }) => !subject.startsWith('[EXERCISE] '))).toEqual([]);
  expect(
    world
      .notices(exercise, 'enterprise-notice')
      .flatMap(({ to }) => to)
      .sort(),
  ).toEqual(['owner@aurora.example.com', 'security@falcon.example.net']);
  expect(world.recorder.rules()).toHaveLength(1);

  // The same in earnest goes to the live addresses, and nowhere else: what was seen above was no accident.
  const local = world.mailbox.messages().length;
  const earnest = 'SAFE-in-earnest';
  await world.client.declare({ declaration: all(earnest), policy });
  await peopleClose(world, earnest, 120_000);
  expect(mailbox.messages({ tag: `incident:${earnest}` }).length).toBeGreaterThan(230);
  expect(mailbox.messages().filter(({ subject }) => subject.startsWith('[EXERCISE] '))).toEqual([]);
  expect(cloudflare.rules()).toHaveLength(1);
  expect(statuspage.pages.get('page1')).toHaveLength(1);
  expect(existsSync(path.join(dir, 'status', 'status', 'index.html'))).toBe(true);
  expect(await world.canLogIn(leaked)).toBe(false);
  expect(world.mailbox.messages()).toHaveLength(local);
  expect(world.recorder.rules()).toHaveLength(1);
  await worker.stop();
}, 300_000);
