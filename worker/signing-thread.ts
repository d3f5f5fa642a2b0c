/** The script of the thread that signs and anchors; see `createSigning`. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadDisclosures } from '../policy/load-disclosure';
import { createPool } from '../postgres/pool';
import { createAnchors } from '../register/anchors/create-anchors';
import type { CheckpointMailer } from '../register/anchors/mail-anchor';
import { recordGuards } from '../register/guards/watch-guards';
import { openLog } from '../register/log/open-log';
import { registerSize } from '../register/log/register-leaves';
import { SigningService } from '../register/log/signing-service';
import type { FromSigning, MailCall, SigningThreadData, ToSigning } from './signing';

const say = (message: FromSigning) => parentPort!.postMessage(message);

/** Calls to the mail port that were not answered yet. */
const calls = new Map<number, (answer: Extract<ToSigning, { id: number }>) => void>();
let called = 0;

async function call<T>(mail: MailCall): Promise<T> {
  const id = ++called;
  const { result, fault } = await new Promise<{ result?: unknown; fault?: string }>((resolve) => {
    calls.set(id, resolve);
    say({ id, mail });
  });
  if (fault !== undefined) throw new Error(fault);
  return result as T;
}

const mailer: CheckpointMailer = {
  send: (...send) => call({ send }),
  wasSent: (...wasSent) => call({ wasSent }),
};

async function sign({ databaseUrl, refusePower, settings }: SigningThreadData): Promise<void> {
  const pool = createPool(databaseUrl, { refusePower });
  const disclosures = loadDisclosures();
  const log = await openLog(pool, settings.log);
  const service = new SigningService({
    log,
    size: () => registerSize(pool),
    anchors: createAnchors(settings.anchors, log, mailer),
    everyEntries: settings.everyEntries,
    everyMs: settings.everyMs,
    recordGuards: () => recordGuards({ pool, disclosures, memoryFile: settings.log.guardsFile }),
    onAlarm: (alarm) => say({ alarm }),
    onTrouble: (message, error) =>
      say({ trouble: `${message}: ${error.message}`, code: (error as { code?: string }).code }),
  });
  parentPort!.on('message', async (told: ToSigning) => {
    if ('id' in told) {
      calls.get(told.id)?.(told);
      calls.delete(told.id);
      return;
    }
    await service.stop();
    await pool.end();
    parentPort!.close();
  });
  service.start();
}

void sign(workerData as SigningThreadData);
