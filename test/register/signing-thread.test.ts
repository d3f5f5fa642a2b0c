// A worker signs in a thread of its own; mail and alarms go through the worker, and a thread that breaks off comes back.
import { rename } from 'node:fs/promises';
import path from 'node:path';
import type { Detection } from '../../domain/detection/detection';
import type { CheckpointMail } from '../../register/anchors/mail-anchor';
import { appendEntries } from '../../register/append/appender';
import { createSigning } from '../../worker/signing';
import { afterFile } from '../setup/helpers';
import { aLog, signedSize, until } from './anchors.helpers';
import { eventsOf, forgetSigner, tamper } from './helpers';

type Register = Awaited<ReturnType<typeof aLog>>;

async function signing(
  { url, pool, dir, settings }: Register,
  mailer: (mail: CheckpointMail) => Promise<undefined>,
  refusePower = false,
) {
  const [detections, said]: [Detection[], string[]] = [[], []];
  const anchors = {
    file: path.join(dir, 'checkpoints.txt'),
    mail: { to: 'witness@example.com', everyMs: 60_000 },
    mailStateFile: path.join(dir, 'mailed.json'),
    witnesses: [],
    witnessDir: path.join(dir, 'witnesses'),
  };
  const hear = (_: object, message: string) => said.push(message);
  const running = await createSigning(
    { log: settings, anchors, everyEntries: 10, everyMs: 1_000 },
    {
      databaseUrl: url,
      refusePower,
      pool,
      mailer: { send: mailer, wasSent: async () => undefined },
      accept: async (some) => void detections.push(...some),
      log: { info: hear, warn: hear, error: hear },
    },
  );
  afterFile(() => running.stop());
  return { running, detections, said };
}

test('it signs what is appended, mails through the worker, and signs the rest when it is stopped', async () => {
  const register = await aLog(3);
  const mails: CheckpointMail[] = [];
  const { running, said } = await signing(register, async (mail) => void mails.push(mail) as undefined);
  running.start();
  await until('mailed', () => mails.length === 1);
  expect(mails[0]).toMatchObject({ to: 'witness@example.com', subject: expect.stringContaining('at 3 entries') });
  await appendEntries(register.pool, eventsOf('INC-2', 12));
  await until('signed after ten entries', async () => (await signedSize(register)) === 15);
  await appendEntries(register.pool, eventsOf('INC-3', 1));
  await running.stop();
  expect(await signedSize(register)).toBe(16);
  expect(said).toEqual([]);
});

test('in production it refuses a login that could rewrite the past, as the worker does', async () => {
  const register = await aLog(3);
  const { running, said } = await signing(register, async () => undefined, true);
  running.start();
  await until('refused', () => said.length > 0);
  expect(said[0]).toMatch(/nothing could be signed: DATABASE_URL: .* could rewrite the past: give the writer's login/);
  expect(await signedSize(register)).toBeLessThan(3);
});

test('a mail that cannot be sent is told, and signing goes on', async () => {
  const register = await aLog(3);
  const { running, said } = await signing(register, async () => {
    throw new Error('the provider is away');
  });
  running.start();
  await until('told', () => said.length > 0);
  expect(said[0]).toBe('a checkpoint was not anchored (mail); it is tried again: the provider is away');
  await appendEntries(register.pool, eventsOf('INC-2', 12));
  await until('signed', async () => (await signedSize(register)) === 15);
});

test('a register that was cut short becomes a detection of severity 1', async () => {
  const register = await aLog(20);
  const { running, detections, said } = await signing(register, async () => undefined);
  running.start();
  await until('signed', async () => (await signedSize(register)) === 20);
  await tamper(register.url, 'DELETE FROM tocsin.register_entries WHERE position > 15');
  const told = () => detections.find(({ type }) => type === 'register.inconsistent');
  await until('detected', () => told() !== undefined);
  // The change of the guards, without which nothing can be deleted, is an entry itself.
  expect(detections[0]).toMatchObject({ source: 'register', type: 'register.guards-changed', severity: 'sev1' });
  expect(told()).toMatchObject({ source: 'register', severity: 'sev1' });
  expect(told()!.title).toContain('the register has 16 entries, but 20 were signed');
  expect(said.join()).toContain('the register has 16 entries, but 20 were signed');
});

test('a thread that breaks off is told, and started again', async () => {
  const register = await aLog(3);
  register.settings.makeKey = false;
  const { running, said } = await signing(register, async () => undefined);
  const { keysFile } = register.settings;
  await rename(keysFile, `${keysFile}.aside`);
  await forgetSigner(register.url);
  running.start();
  await until('told', () => said.length > 0);
  expect(said[0]).toContain('signing broke off: the log has no signing key');
  await rename(`${keysFile}.aside`, keysFile);
  await until('signed', async () => (await signedSize(register)) === 3);
});
