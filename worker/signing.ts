/** Signs and anchors the breach register while a worker runs. */
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Log } from '../activities/log';
import { type MailPort, mailTag } from '../activities/mail/mail-port';
import type { Detection } from '../domain/detection';
import type { Disclosures } from '../domain/disclosure';
import { exactMs } from '../domain/time';
import { type AnchorSettings, anchorSettings } from '../register/anchors/anchor-settings';
import { createAnchors } from '../register/anchors/create-anchors';
import type { CheckpointMailer } from '../register/anchors/mail-anchor';
import { recordGuards } from '../register/guards/watch-guards';
import { type LogSettings, logSettings } from '../register/log/log-settings';
import { openLog } from '../register/log/open-log';
import { registerSize } from '../register/log/register-leaves';
import { type SigningAlarm, SigningService } from '../register/log/signing-service';

export interface SigningSettings {
  log: LogSettings;
  anchors: AnchorSettings;
  everyMs: number;
  everyEntries: number;
}

/** Reads TOCSIN_LOG_EVERY, TOCSIN_LOG_EVERY_ENTRIES, and what `logSettings` and `anchorSettings` read. Throws what is wrong. */
export function signingSettings(env: NodeJS.ProcessEnv): SigningSettings {
  const everyEntries = env.TOCSIN_LOG_EVERY_ENTRIES || '256';
  if (!/^[1-9]\d{0,8}$/.test(everyEntries)) {
    throw new Error(`TOCSIN_LOG_EVERY_ENTRIES: "${everyEntries}" must be a whole number above zero`);
  }
  return {
    log: logSettings(env),
    anchors: anchorSettings(env),
    everyMs: everyMs(env.TOCSIN_LOG_EVERY || 'PT10S'),
    everyEntries: Number(everyEntries),
  };
}

/** The service, to be started. @throws SigningKeyError when a key must be configured and there is none. */
export async function createSigning(
  settings: SigningSettings,
  deps: {
    pool: Pool;
    disclosures: Disclosures;
    mail: MailPort;
    accept(detections: Detection[]): Promise<void>;
    log: Log;
  },
): Promise<SigningService> {
  const { pool, disclosures, log } = deps;
  const registerLog = await openLog(pool, settings.log);
  const { guardsFile: memoryFile } = settings.log;
  return new SigningService({
    log: registerLog,
    size: () => registerSize(pool),
    anchors: createAnchors(settings.anchors, registerLog, checkpointMailer(deps.mail)),
    everyEntries: settings.everyEntries,
    everyMs: settings.everyMs,
    recordGuards: () => recordGuards({ pool, disclosures, memoryFile }),
    onAlarm(alarm) {
      log.error({ code: alarm.code }, alarm.message);
      deps.accept([detectionOf(alarm, new Date())]).catch(() => {
        log.error({ code: alarm.code }, 'the alarm could not be given to triage: look at the register now');
      });
    },
    onTrouble: (message, error) =>
      log.warn({ code: (error as { code?: string }).code }, `${message}: ${error.message}`),
  });
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
      return (await mail.findSent(subject, since))?.has(to.toLowerCase());
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

function everyMs(text: string): number {
  try {
    const ms = exactMs(text);
    if (ms >= 1_000) return ms;
  } catch {
    // told below
  }
  throw new Error(`TOCSIN_LOG_EVERY: "${text}" must be a fixed length of a second or more, like PT10S`);
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
