/**
 * The processes of the benchmark of the drain, one of this file each: the mailbox, which keeps counts only; the worker, whose
 * delivery can be held between two batches; and the bare loop, which writes each row
 * before the call, posts the same batch, and writes what came of it: two statements and a call, one batch after the other.
 */
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pg from 'pg';
import { Resend } from 'resend';
import { mergeSpool } from '../../../activities/delivery/ledger/merge-spool';
import { PostgresLedger } from '../../../activities/delivery/ledger/postgres-ledger';
import { SpoolLedger } from '../../../activities/delivery/ledger/spool-ledger';
import { openDelivery } from '../../../activities/delivery/open-delivery';
import { sendBatches } from '../../../activities/delivery/send-batches';
import { recountDelivery, summariseDelivery } from '../../../activities/delivery/summarise-delivery';
import { createSqlDirectory, readPaged } from '../../../activities/directory/sql-directory';
import { effectTags } from '../../../activities/mail/mail-port';
import { createResendMail } from '../../../activities/mail/resend-mail';
import { freezeNotice } from '../../../activities/notices/frozen-notice';
import { sha256Hex } from '../../../activities/storage/artefacts';
import { createKeptArtefacts } from '../../../activities/storage/kept-artefacts';
import type { Activities, OpenDeliveryInput } from '../../../activities/types';
import { TASK_QUEUE } from '../../../domain/incident/contract';
import { isUnavailable } from '../../../postgres/outage';
import { createPool } from '../../../postgres/pool';
import { startMailbox } from '../../../stack/mailbox';
import { CountedMessages, type MailCounts } from '../../../stack/mailbox/counts';
import { builtBundle } from '../../../worker/bundle';
import { workflowLimits } from '../../../worker/cache-size';
import { FROM, LETTER } from './letter';
import { addressOf, queriesOf } from './people';

/** What each is started with. */
export interface World {
  dir: string;
  databaseUrl: string;
  mailboxUrl: string;
  temporal: string;
  people: number;
}

/** Questions to one of them, each with its answer. */
export interface Questions {
  /** Of the mailbox. */
  url: { ask: unknown; answer: string };
  counts: { ask: unknown; answer: MailCounts };
  /** Of the worker: holds its delivery between two batches, and lets it go on. */
  hold: { ask: unknown; answer: null };
  goOn: { ask: unknown; answer: null };
  /** Mails that were accepted so far. */
  progress: { ask: unknown; answer: number };
  /** Resident memory right after its garbage was collected, in bytes. */
  collected: { ask: unknown; answer: number };
  rendering: { ask: string; answer: string };
  summarise: { ask: OpenDeliveryInput; answer: Awaited<ReturnType<Activities['summariseDelivery']>> };
  /** Of the bare loop: from the first to the last of these people, in batches. */
  post: { ask: [first: number, last: number]; answer: null };
}

type Answers = {
  [Q in keyof Questions]?: (ask: Questions[Q]['ask']) => Promise<Questions[Q]['answer']>;
};

async function mailbox(): Promise<Answers> {
  const messages = new CountedMessages(Date.now);
  const server = await startMailbox({ dir: '', messages, ratePerSecond: 1_000_000 });
  return { url: async () => server.url, counts: async () => messages.counts() };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function worker({ dir, databaseUrl, mailboxUrl, temporal, people }: World): Promise<Answers> {
  const logging = { filter: makeTelemetryFilterString({ core: 'ERROR' }) };
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging } });
  const pool = createPool(databaseUrl);
  const log = (_fields: object, message: string) => console.error(message);
  const artefacts = createKeptArtefacts({
    pool,
    dir: path.join(dir, 'artefacts'),
    log: { info: log, warn: log, error: log },
  });
  const spoolDir = path.join(dir, 'spool');
  const postgres = new PostgresLedger(pool);
  const ledgers = {
    postgres,
    spool: new SpoolLedger(spoolDir),
    isUnavailable,
    mergeSpool: () => mergeSpool(spoolDir, postgres),
  };
  const database = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  const directory = createSqlDirectory(database, queriesOf(people), readPaged(database));
  const resend = createResendMail({ apiKey: 're_bench', baseUrl: mailboxUrl, from: FROM });
  let accepted = 0;
  let held: { until: Promise<void>; end(): void } | undefined;
  const mail = {
    ...resend,
    async sendBatch(...args: Parameters<typeof resend.sendBatch>) {
      await held?.until;
      const outcome = await resend.sendBatch(...args);
      accepted += args[0].length;
      return outcome;
    },
  };
  const deps = {
    ledgers,
    directory,
    artefacts,
    mail,
    log: { info: log, warn: log, error: log },
    now: () => new Date(),
  };
  const activities = {
    openDelivery: (input) => openDelivery(deps, input),
    sendBatches: (input) => sendBatches(deps, input),
    summariseDelivery: (input) => summariseDelivery(deps, input),
    recountDelivery: (input) => recountDelivery(deps, input),
  } satisfies Partial<Activities>;
  const running = await Worker.create({
    connection: await NativeConnection.connect({ address: temporal }),
    taskQueue: TASK_QUEUE,
    workflowBundle: builtBundle(),
    activities,
    ...workflowLimits(),
  });
  void running.run();
  return {
    async hold() {
      let end = () => {};
      const until = new Promise<void>((resolve) => {
        end = resolve;
      });
      held = { until, end };
      return null;
    },
    async goOn() {
      held?.end();
      held = undefined;
      return null;
    },
    progress: async () => accepted,
    async collected() {
      // Twice: what the first lets go of holds memory of its own until the second.
      collectGarbage();
      await setImmediate();
      collectGarbage();
      return process.memoryUsage.rss();
    },
    rendering: (incidentId) => freezeNotice(artefacts, incidentId, LETTER, { from: FROM }),
    summarise: (input) => summariseDelivery(deps, input),
  };
}

async function bare({ databaseUrl, mailboxUrl }: World): Promise<Answers> {
  const pool = createPool(databaseUrl);
  const client = new Resend('re_bench', { baseUrl: mailboxUrl });
  return {
    async post([first, last]) {
      for (let from = first; from <= last; from += 100) {
        const people = Array.from({ length: Math.min(100, last - from + 1) }, (_, i) => from + i);
        const told = people.filter((n) => addressOf(n) !== '');
        const emails = told.map((n) => ({ from: FROM, to: [addressOf(n)], ...LETTER, tags: TAGS }));
        const batch = sha256Hex(`bare/${from}`);
        await pool.query(INSERT, [batch, people.map((n) => `person:p${n}`), people.map(addressOf)]);
        const { data, error } = await client.batch.send(emails, { idempotencyKey: `batch/${batch}` });
        if (error) throw new Error(error.message);
        await pool.query(UPDATE, [
          batch,
          people.map((n) => `person:p${n}`),
          people.map((n) => (addressOf(n) === '' ? 'failed' : 'sent')),
          people.map((n) => data.data[told.indexOf(n)]?.id ?? null),
        ]);
      }
      return null;
    },
  };
}

/** As the delivery tags its mails. */
const TAGS = effectTags({ incidentId: 'BARE', obligation: 'individual-notice', exercise: false });

const INSERT = `
  INSERT INTO tocsin.deliveries (incident_id, obligation_id, channel, round, language, status, batch_key, recipient_ref, address,
    claimed_at)
  SELECT 'BARE', 'individual-notice', 'email', 1, 'en', 'sending', $1, ref, address, now()
    FROM unnest($2::text[], $3::text[]) AS given (ref, address)`;

const UPDATE = `
  UPDATE tocsin.deliveries AS delivery
     SET status = given.status, provider_message_id = given.id, body_sha256 = repeat('a', 64), updated_at = now(),
         sent_at = CASE WHEN given.status = 'sent' THEN now() END
    FROM unnest($2::text[], $3::text[], $4::text[]) AS given (ref, status, id)
   WHERE delivery.batch_key = $1 AND delivery.recipient_ref = given.ref`;

const KINDS = { mailbox, worker, bare };

/** One of these processes. */
export type Kind = keyof typeof KINDS;

async function main(kind: Kind, world: World): Promise<void> {
  const answers = await KINDS[kind](world);
  process.on('message', (message) => void answer(answers, message as { id: number; question: string; ask: never }));
  process.send!({ id: 0 });
}

async function answer(answers: Answers, { id, question, ask }: { id: number; question: string; ask: never }) {
  try {
    process.send!({ id, answer: await answers[question as keyof Questions]!(ask) });
  } catch (error) {
    process.send!({ id, error: (error as Error).stack });
  }
}

if (require.main === module) void main(process.argv[2] as Kind, JSON.parse(process.argv[3]!) as World);
