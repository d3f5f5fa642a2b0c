/** Signs and anchors the breach register while a worker runs. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Pool } from 'pg';
import { addressKey } from '../activities/mail/mail-address';
import { type MailPort, mailTag } from '../activities/mail/mail-port';
import type { Detection } from '../domain/detection/detection';
import type { Log } from '../platform/log';
import { packageRoot } from '../platform/package-root';
import type { AnchorSettings } from '../register/anchors/anchor-settings';
import type { CheckpointMailer } from '../register/anchors/mail-anchor';
import type { LogSettings } from '../register/log/log-settings';
import { openLog } from '../register/log/open-log';
import type { SigningAlarm, SigningService } from '../register/log/signing-service';
import { RENEW_LOGINS } from '../register/renew-logins';

export interface SigningSettings {
  log: LogSettings;
  anchors: AnchorSettings;
  everyMs: number;
  everyEntries: number;
}

/** What the thread is made with. */
export interface SigningThreadData {
  databaseUrl: string;
  /** In production: a login that could rewrite the past is refused, as everywhere. */
  refusePower: boolean;
  settings: SigningSettings;
}

/** A call that the thread makes to the mail port, which stays here. */
export type MailCall =
  | { send: Parameters<CheckpointMailer['send']> }
  | { wasSent: Parameters<CheckpointMailer['wasSent']> };

/** What the thread says, and what it is told. */
export type FromSigning = { alarm: SigningAlarm } | { trouble: string; code?: string } | { id: number; mail: MailCall };
export type ToSigning = { stop: true } | { id: number; result?: unknown; fault?: string };

const SCRIPT = path.join(packageRoot(), 'dist', 'worker', 'signing-thread.js');

/**
 * Signs in a thread of its own: reading, hashing and publishing what was appended never holds up whoever appends. The
 * thread has its own connections; mail and alarms go through the worker's ports.
 *
 * @throws SigningKeyError when a key must be configured and there is none.
 */
export async function createSigning(
  settings: SigningSettings,
  deps: {
    databaseUrl: string;
    refusePower: boolean;
    pool: Pool;
    mailer: CheckpointMailer;
    accept(detections: Detection[]): Promise<void>;
    log: Log;
  },
): Promise<Pick<SigningService, 'start' | 'stop'>> {
  const { databaseUrl, refusePower, pool, mailer, log } = deps;
  await openLog(pool, settings.log);
  let thread: Worker | undefined;
  let again: NodeJS.Timeout | undefined;

  const alarm = alarming(deps.accept, log);
  const answer = async (id: number, call: MailCall): Promise<ToSigning> => {
    try {
      return { id, result: await ('send' in call ? mailer.send(...call.send) : mailer.wasSent(...call.wasSent)) };
    } catch (error) {
      return { id, fault: (error as Error).message };
    }
  };
  const start = () => {
    const started = new Worker(SCRIPT, {
      workerData: { databaseUrl, refusePower, settings } satisfies SigningThreadData,
    });
    thread = started;
    started.on('message', async (said: FromSigning) => {
      if ('alarm' in said) alarm(said.alarm);
      else if ('trouble' in said) log.warn({ code: said.code }, said.trouble);
      else started.postMessage(await answer(said.id, said.mail));
    });
    started.on('error', (error: Error) => log.error({}, `signing broke off: ${error.message}`));
    started.on('exit', () => {
      if (thread !== started) return;
      // Nobody has stopped it.
      thread = undefined;
      again = setTimeout(start, settings.everyMs).unref();
    });
  };
  return {
    start,
    async stop() {
      clearTimeout(again);
      const ending = thread;
      if (ending === undefined) return;
      thread = undefined;
      const ended = new Promise((resolve) => ending.once('exit', resolve));
      ending.postMessage({ stop: true } satisfies ToSigning);
      await ended;
    },
  };
}

type Accept = (detections: Detection[]) => Promise<void>;

/** Logs an alarm and gives it to triage. */
function alarming(accept: Accept, log: Log): (alarm: SigningAlarm) => void {
  return ({ code, message }) => {
    log.error({ code }, message);
    accept([detectionOf({ code, message }, new Date())]).catch(() => {
      log.error({ code }, 'the alarm could not be given to triage: look at the register now');
    });
  };
}

/** Tells of rows that nobody with the workers' keys wrote, each once. */
export function tellingOfForgery(accept: Accept, log: Log): (what: string) => void {
  const alarm = alarming(accept, log);
  const told = new Set<string>();
  return (what) => {
    if (told.has(what)) return;
    told.add(what);
    alarm({ code: 'register-rows-forged', message: `${what}. ${RENEW_LOGINS}` });
  };
}

/** Checkpoints through the mail port. */
export function checkpointMailer(mail: MailPort): CheckpointMailer {
  return {
    async send({ to, subject, text }, key) {
      const tags = [mailTag('purpose', 'checkpoint')];
      const outcome = await mail.send({ to, subject, text, html: `<pre>${escaped(text)}</pre>`, tags }, key);
      return outcome.outcome === 'refused' ? { refused: outcome.errorCode } : undefined;
    },
    async wasSent({ to, subject }, since) {
      return (await mail.findSent(subject, since))?.has(addressKey(to));
    },
  };
}

/** The same alarm, also of another worker or after a restart, is one detection. */
function detectionOf({ code, message }: SigningAlarm, now: Date): Detection {
  const digest = createHash('sha256').update(message).digest('hex').slice(0, 16);
  return {
    source: 'register',
    format: 'register',
    eventId: `${code}/${digest}`,
    type: `register.${code.replace(/^register-/, '')}`,
    at: now.toISOString(),
    title: message.slice(0, 200),
    severity: 'sev1',
    scope: 'platform',
    systems: ['breach register'],
    indicators: [],
    subjects: [],
    facts: { reason: message.slice(0, 500) },
  };
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
