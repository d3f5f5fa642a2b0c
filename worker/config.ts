/** The worker's settings, from the environment and, where that is silent, from the embedded stack. */
import path from 'node:path';
import { z } from 'zod';
import { type WatchedLog, watchedLogs } from '../detection/audit/watcher';
import { TASK_QUEUE } from '../domain/incident/contract';
import { problemsOf } from '../domain/kernel/problems';
import { exactMs, PeriodSchema, parsePeriod } from '../domain/kernel/time';
import { dataDir } from '../platform/folders';
import { packageRoot } from '../platform/package-root';
import { DEFAULT_PACKS } from '../policy/load-policy';
import { type SigningSettings, signingSettings } from './signing';

/** The local stand-ins of an embedded stack. Exercises use nothing else; live incidents use them where no key is set. */
export interface LocalStandIns {
  databaseUrl: string;
  mailbox: { url: string; apiKey: string };
  recorder: { cloudflareUrl: string; hooksUrl: string; apiToken: string };
  site: { url: string; dir: string };
}

/** Signs what goes to the local webhook recorder; it opens nothing. */
export const LOCAL_WEBHOOK_SECRET = `whsec_${Buffer.from('local-recorder-only-0000').toString('base64')}`;

const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  )
  .default([]);
const url = z.url('must be a URL');

const EnvSchema = z.object({
  TOCSIN_ENV: z.enum(['production', 'development']).default('development'),
  TOCSIN_TASK_QUEUE: z.string().min(1).default(TASK_QUEUE),
  TOCSIN_POLICY: z.string().min(1).default(DEFAULT_PACKS),
  DATABASE_URL: url.optional(),
  TOCSIN_SITE_URL: url.optional(),
  TOCSIN_STATUS_DIR: z.string().optional(),
  TOCSIN_STATUS_URL: url.optional(),
  TOCSIN_CONTACTS: z.string().optional(),
  TOCSIN_DETECTION_RULES: z.string().optional(),
  TOCSIN_DIRECTORY: z.string().optional(),
  TOCSIN_DIRECTORY_URL: url.optional(),
  TOCSIN_DIRECTORY_WORKSPACES_SQL: z.string().optional(),
  TOCSIN_DIRECTORY_INDIVIDUALS_SQL: z.string().optional(),
  TOCSIN_DIRECTORY_SUBSCRIBERS_SQL: z.string().optional(),
  RESEND_API_KEY: z.string().optional(),
  RESEND_BASE_URL: url.optional(),
  TOCSIN_MAIL_FROM: z.string().default('Incident Response <incidents@example.com>'),
  CLOUDFLARE_API_TOKEN: z.string().optional(),
  CLOUDFLARE_BASE_URL: url.optional(),
  CLOUDFLARE_ACCOUNT_ID: z.string().optional(),
  CLOUDFLARE_ZONE_ID: z.string().optional(),
  TOCSIN_ROTATE_DATABASE_URL: url.optional(),
  TOCSIN_ROTATABLE_ROLES: list,
  TOCSIN_WEBHOOK_URL: url.optional(),
  TOCSIN_WEBHOOK_SECRET: z.string().startsWith('whsec_', 'must start with whsec_').optional(),
  TOCSIN_ROTA: z.string().optional(),
  TOCSIN_ESCALATION: z.string().optional(),
  TOCSIN_SLACK_WEBHOOK_URL: url.optional(),
  TOCSIN_PAGERDUTY_ROUTING_KEY: z
    .string()
    .regex(/^[A-Za-z0-9]{32}$/, 'must be the 32 characters of an Events API v2 integration key')
    .optional(),
  TOCSIN_PAGERDUTY_URL: url.default('https://events.pagerduty.com'),
  TOCSIN_ESCALATION_WEBHOOK_URL: url.optional(),
  TOCSIN_ESCALATION_WEBHOOK_SECRET: z.string().startsWith('whsec_', 'must start with whsec_').optional(),
  TOCSIN_VAULT_DIR: z.string().optional(),
  TOCSIN_PROTECTED_RANGES: list,
  TOCSIN_PROTECTED_COUNTRIES: list,
  TOCSIN_ENCRYPTION_KEYS: list,
  TOCSIN_AUDIT_LOGS: z
    .string()
    .default('db')
    .transform((text, context) => {
      try {
        return watchedLogs(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    }),
  TOCSIN_AUDIT_EVERY: PeriodSchema.default('PT5M').refine(
    (period) => parsePeriod(period).months === 0 && exactMs(period) >= 1_000,
    'must be a fixed length of a second or more, like PT5M',
  ),
  TOCSIN_INVENTORIES: list,
  TOCSIN_ADVISORIES: list,
});

export interface WorkerSettings {
  taskQueue: string;
  policy: string;
  databaseUrl: string;
  /** Drafts, spooled deliveries and the vaults; one folder shared by all workers. */
  dataDir: string;
  /** Dossiers and previews, for staff. */
  site: { dir: string; url: string };
  /** The public status page. */
  status: { dir: string; url: string };
  contactsFile?: string;
  /** Rules that judge detections; `policy/detection.yaml` without it. */
  detectionRules?: string;
  /** How alarms are repeated, to whom, and through what beside mail. Live cases only. */
  escalation: {
    rotaFile?: string;
    policyFile?: string;
    slack?: { url: string };
    pagerduty?: { routingKey: string; url: string };
    webhook?: { url: string; secret: string };
  };
  directory: { folder: string } | { url: string; workspaces: string; individuals: string; subscribers: string };
  mail: { apiKey: string; baseUrl: string; from: string };
  containment: {
    cloudflare?: { apiToken: string; scope: { accountId: string } | { zoneId: string }; baseURL?: string };
    postgres?: { url: string; rotatableRoles: string[] };
    webhook?: { url: string; secret: string };
    vault: { folder: string };
    protect: { ranges: string[]; countries: string[] };
  };
  /** Which containment goes to a local recorder, as its provider is not configured. */
  recordedOnly: { cloudflare: boolean; webhook: boolean };
  /** Missing where no stand-ins run: then exercises are refused. */
  exercise?: {
    mail: { apiKey: string; baseUrl: string; from: string };
    cloudflare: { apiToken: string; baseURL: string };
    hooksUrl: string;
    databaseUrl: string;
    /** People of the exercise: made-up ones, whatever directory live incidents use. */
    directory: { folder: string };
    site: { dir: string; url: string };
  };
  encryptionKeys: string[];
  /** The audit logs under watch, and how often they are looked at. */
  audit: { logs: WatchedLog[]; everyMs: number };
  /** When the register is signed, with which key, and where its checkpoints go. */
  signing: SigningSettings;
  /** Lock files and SBOMs (`NAME=PATH` or `PATH`), and where OSV records come from (folders, files, addresses). */
  dependencies: { inventories: string[]; advisories: string[] };
}

/**
 * Reads the settings. Throws with every problem at once: which variable, what is wrong, what to do.
 * In production mode nothing falls back to a stand-in, and payloads must be encrypted.
 */
export function settingsFromEnv(env: NodeJS.ProcessEnv = process.env, local?: LocalStandIns): WorkerSettings {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = EnvSchema.safeParse(present);
  if (!parsed.success) throw new Error(`The settings are not valid:\n${problemsOf(parsed.error).join('\n')}`);
  const e = parsed.data;
  const problems: string[] = [];
  const production = e.TOCSIN_ENV === 'production';

  const databaseUrl = e.DATABASE_URL ?? local?.databaseUrl;
  if (!databaseUrl)
    problems.push('DATABASE_URL: is not set; give a Postgres address, or run `npx tocsin up` for a local one');
  const resendKey = e.RESEND_API_KEY ?? (production ? undefined : local?.mailbox.apiKey);
  if (!resendKey) problems.push('RESEND_API_KEY: is not set; notices could not be sent');
  if (production && e.TOCSIN_ENCRYPTION_KEYS.length === 0) {
    problems.push(
      'TOCSIN_ENCRYPTION_KEYS: is not set; in production payloads must be encrypted (ID:BASE64 of 32 bytes)',
    );
  }
  if (e.TOCSIN_WEBHOOK_URL && !e.TOCSIN_WEBHOOK_SECRET)
    problems.push('TOCSIN_WEBHOOK_SECRET: is needed with TOCSIN_WEBHOOK_URL');
  if (e.TOCSIN_ESCALATION_WEBHOOK_URL && !e.TOCSIN_ESCALATION_WEBHOOK_SECRET)
    problems.push('TOCSIN_ESCALATION_WEBHOOK_SECRET: is needed with TOCSIN_ESCALATION_WEBHOOK_URL');
  if (e.CLOUDFLARE_API_TOKEN && !e.CLOUDFLARE_ACCOUNT_ID && !e.CLOUDFLARE_ZONE_ID) {
    problems.push('CLOUDFLARE_ACCOUNT_ID: set it, or CLOUDFLARE_ZONE_ID, with CLOUDFLARE_API_TOKEN');
  }
  const signing = signingOf(present, problems);
  const directory = directoryOf(e, local, problems);
  if (problems.length > 0) throw new Error(`The settings are not complete:\n${problems.join('\n')}`);

  const dir = dataDir(env);
  const site = {
    dir: local?.site.dir ?? path.join(dir, 'site'),
    url: e.TOCSIN_SITE_URL ?? local?.site.url ?? 'http://localhost',
  };
  return {
    taskQueue: e.TOCSIN_TASK_QUEUE,
    policy: e.TOCSIN_POLICY,
    databaseUrl: databaseUrl!,
    dataDir: dir,
    site,
    status: e.TOCSIN_STATUS_DIR ? { dir: e.TOCSIN_STATUS_DIR, url: e.TOCSIN_STATUS_URL ?? 'http://localhost' } : site,
    contactsFile:
      e.TOCSIN_CONTACTS ?? (local && !production ? path.join(packageRoot(), 'examples', 'contacts.yaml') : undefined),
    detectionRules: e.TOCSIN_DETECTION_RULES,
    escalation: escalationOf(e),
    directory: directory!,
    mail: {
      apiKey: resendKey!,
      baseUrl: e.RESEND_BASE_URL ?? (e.RESEND_API_KEY ? 'https://api.resend.com' : local!.mailbox.url),
      from: e.TOCSIN_MAIL_FROM,
    },
    containment: {
      cloudflare: cloudflareOf(e, local),
      postgres: e.TOCSIN_ROTATE_DATABASE_URL
        ? { url: e.TOCSIN_ROTATE_DATABASE_URL, rotatableRoles: e.TOCSIN_ROTATABLE_ROLES }
        : undefined,
      webhook: webhookOf(e, local),
      vault: { folder: e.TOCSIN_VAULT_DIR ?? path.join(dir, 'vault') },
      protect: { ranges: e.TOCSIN_PROTECTED_RANGES, countries: e.TOCSIN_PROTECTED_COUNTRIES },
    },
    recordedOnly: { cloudflare: !e.CLOUDFLARE_API_TOKEN, webhook: !e.TOCSIN_WEBHOOK_URL },
    exercise: local && {
      mail: { apiKey: local.mailbox.apiKey, baseUrl: local.mailbox.url, from: 'Exercise <exercise@example.com>' },
      cloudflare: { apiToken: local.recorder.apiToken, baseURL: local.recorder.cloudflareUrl },
      hooksUrl: local.recorder.hooksUrl,
      databaseUrl: local.databaseUrl,
      directory: { folder: path.join(packageRoot(), 'examples', 'directory') },
      site: local.site,
    },
    encryptionKeys: e.TOCSIN_ENCRYPTION_KEYS,
    audit: { logs: e.TOCSIN_AUDIT_LOGS, everyMs: exactMs(e.TOCSIN_AUDIT_EVERY) },
    signing: signing!,
    dependencies: { inventories: e.TOCSIN_INVENTORIES, advisories: e.TOCSIN_ADVISORIES },
  };
}

type Env = z.infer<typeof EnvSchema>;

function escalationOf(e: Env): WorkerSettings['escalation'] {
  return {
    rotaFile: e.TOCSIN_ROTA,
    policyFile: e.TOCSIN_ESCALATION,
    slack: e.TOCSIN_SLACK_WEBHOOK_URL ? { url: e.TOCSIN_SLACK_WEBHOOK_URL } : undefined,
    pagerduty: e.TOCSIN_PAGERDUTY_ROUTING_KEY
      ? { routingKey: e.TOCSIN_PAGERDUTY_ROUTING_KEY, url: e.TOCSIN_PAGERDUTY_URL }
      : undefined,
    webhook: e.TOCSIN_ESCALATION_WEBHOOK_URL
      ? { url: e.TOCSIN_ESCALATION_WEBHOOK_URL, secret: e.TOCSIN_ESCALATION_WEBHOOK_SECRET! }
      : undefined,
  };
}

function signingOf(env: NodeJS.ProcessEnv, problems: string[]): SigningSettings | undefined {
  try {
    return signingSettings(env);
  } catch (error) {
    problems.push((error as Error).message);
    return undefined;
  }
}

function directoryOf(
  e: Env,
  local: LocalStandIns | undefined,
  problems: string[],
): WorkerSettings['directory'] | undefined {
  if (e.TOCSIN_DIRECTORY_URL) {
    const [workspaces, individuals, subscribers] = [
      e.TOCSIN_DIRECTORY_WORKSPACES_SQL,
      e.TOCSIN_DIRECTORY_INDIVIDUALS_SQL,
      e.TOCSIN_DIRECTORY_SUBSCRIBERS_SQL,
    ];
    if (workspaces && individuals && subscribers)
      return { url: e.TOCSIN_DIRECTORY_URL, workspaces, individuals, subscribers };
    problems.push(
      'TOCSIN_DIRECTORY_…_SQL: the queries WORKSPACES, INDIVIDUALS and SUBSCRIBERS are needed with TOCSIN_DIRECTORY_URL',
    );
    return undefined;
  }
  if (e.TOCSIN_DIRECTORY) return { folder: e.TOCSIN_DIRECTORY };
  if (local && e.TOCSIN_ENV !== 'production' && !e.RESEND_API_KEY)
    return { folder: path.join(packageRoot(), 'examples', 'directory') };
  problems.push(
    'TOCSIN_DIRECTORY: is not set; give a folder with workspaces.csv, individuals.csv and subscribers.csv, or TOCSIN_DIRECTORY_URL',
  );
  return undefined;
}

function webhookOf(e: Env, local: LocalStandIns | undefined): WorkerSettings['containment']['webhook'] {
  if (e.TOCSIN_WEBHOOK_URL) return { url: e.TOCSIN_WEBHOOK_URL, secret: e.TOCSIN_WEBHOOK_SECRET! };
  if (!local || e.TOCSIN_ENV === 'production') return undefined;
  return { url: `${local.recorder.hooksUrl}/containment`, secret: LOCAL_WEBHOOK_SECRET };
}

function cloudflareOf(e: Env, local: LocalStandIns | undefined): WorkerSettings['containment']['cloudflare'] {
  if (e.CLOUDFLARE_API_TOKEN) {
    const scope = e.CLOUDFLARE_ACCOUNT_ID ? { accountId: e.CLOUDFLARE_ACCOUNT_ID } : { zoneId: e.CLOUDFLARE_ZONE_ID! };
    return { apiToken: e.CLOUDFLARE_API_TOKEN, scope, baseURL: e.CLOUDFLARE_BASE_URL };
  }
  if (!local || e.TOCSIN_ENV === 'production') return undefined;
  return { apiToken: local.recorder.apiToken, scope: { accountId: 'local' }, baseURL: local.recorder.cloudflareUrl };
}
