/** Puts a worker together: the workflow bundle, and the activities over real or recorded outward ports. */

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { NativeConnection, type NativeConnectionOptions, Worker, type WorkerOptions } from '@temporalio/worker';
import { type ContainmentPort, createContainment } from '../activities/containment';
import { exerciseContainment } from '../activities/containment/settings';
import { keepMerging } from '../activities/delivery/keep-merging';
import { mergeSpool } from '../activities/delivery/ledger/merge-spool';
import { PostgresLedger } from '../activities/delivery/ledger/postgres-ledger';
import { SpoolLedger } from '../activities/delivery/ledger/spool-ledger';
import { createCsvDirectory } from '../activities/directory/csv-directory';
import { failure } from '../activities/failures';
import { createInAppWebhook } from '../activities/in-app/webhook-in-app';
import { txtRecords } from '../activities/mail/dmarc';
import { createExerciseMail } from '../activities/mail/exercise-mail';
import { createResendAccount } from '../activities/mail/mail-account';
import { addressOfSender } from '../activities/mail/mail-address';
import { RatePacer } from '../activities/mail/rate-pacer';
import { createResendMail } from '../activities/mail/resend-mail';
import { createContacts, loadContacts } from '../activities/paging/contacts';
import { createStaticStatusPage } from '../activities/status-page/static-status-page';
import { createStatuspage, severalStatusPages } from '../activities/status-page/statuspage';
import { createBucket } from '../activities/storage/bucket';
import { createKeptArtefacts } from '../activities/storage/kept-artefacts';
import { createFolderSite } from '../activities/storage/site';
import type { Activities } from '../activities/types';
import { dataConverter, workerDataConverter } from '../client/codec';
import { tracedCalls } from '../client/traced-calls';
import { configuredDependencies } from '../detection/dependencies/configured';
import { createPipeline } from '../detection/intake/inbox/pipeline';
import { claimReporterMail, settleReporterMail } from '../detection/reports/store/reporter';
import { tocsin } from '../domain/kernel/command-lines';
import { spoolQueue } from '../domain/kernel/spool-queue';
import { stateOfAny } from '../domain/watch/registered-case';
import { allEnded } from '../platform/all-ended';
import { atEnd } from '../platform/ending';
import { ActionLinks } from '../platform/links/action-link';
import { isLoopbackUrl } from '../platform/loopback-host';
import { placeAt } from '../platform/place';
import { loadDisclosures } from '../policy/load-disclosure';
import { loadPolicy } from '../policy/load-policy';
import { alone } from '../postgres/alone';
import { refusePowerAt } from '../postgres/logins';
import { isUnavailable } from '../postgres/outage';
import { createPool } from '../postgres/pool';
import { bringUpToDate } from '../postgres/up-to-date';
import { Appender } from '../register/append/appender';
import { readEvents } from '../register/read-incident';
import { stateFromRegister } from '../register/state-from-register';
import { verifyRegister } from '../register/verify';
import type { WorkerSettings } from '../settings/worker';
import { activityInterceptors } from './activity-interceptors';
import { auditSchedule, auditTaken, createAudit } from './audit';
import { builtBundle } from './bundle';
import { workflowLimits } from './cache-size';
import { type ActivityDeps, createActivities, type OutwardPorts } from './create-activities';
import { dependencySchedules } from './dependencies';
import { connectDirectory } from './directory';
import { connectEscalation } from './escalation';
import { workerLog } from './log';
import type { WorkerMetrics } from './metrics/worker-metrics';
import { keepSchedules } from './schedules';
import { checkpointMailer, createSigning, tellingOfForgery } from './signing';

/** A worker with what it holds open. `run` resolves when it was shut down and everything is closed. */
export interface TocsinWorker {
  run(): Promise<void>;
  shutdown(): void;
}

export interface CreateWorkerOptions {
  settings: WorkerSettings;
  /** Where Temporal is: address, and for a remote one TLS and API key. */
  temporal: NativeConnectionOptions & { namespace: string };
  /** Settings of the SDK's worker, for tests and tuning. */
  tuning?: Partial<WorkerOptions>;
  /** Log level of the activities; `warn` by default. */
  logLevel?: string;
  /** Counts what activities fail at. */
  metrics?: Pick<WorkerMetrics, 'interceptor'>;
}

/**
 * Migrates the register, connects, and builds the worker. Throws when Temporal cannot be reached, or Postgres refuses.
 * While Postgres is away the worker starts all the same, as an outage stops no notice, and migrates when it is back.
 */
export async function createTocsinWorker(options: CreateWorkerOptions): Promise<TocsinWorker> {
  const { settings, temporal, tuning, metrics } = options;
  const migration = await migrateWhenUp(settings.databaseUrl, settings.production, options.logLevel);
  const { namespace, ...connectionOptions } = temporal;
  const connection = await NativeConnection.connect(connectionOptions);
  const { encryptionKeys } = settings;
  const client = new Client({ connection, namespace, dataConverter: dataConverter(encryptionKeys), ...tracedCalls() });
  const connected = await connectActivities(settings, client, options.logLevel);
  const { activities, artefacts, spool, pipeline, audit, signing, close } = connected;
  const inside = [...(metrics ? [metrics.interceptor] : []), ...(tuning?.interceptors?.activity ?? [])];
  const activity = activityInterceptors(encryptionKeys.length > 0, inside);
  const interceptors = { ...tuning?.interceptors, activity };
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: settings.taskQueue,
    workflowBundle: builtBundle(),
    activities,
    dataConverter: workerDataConverter(encryptionKeys),
    shutdownGraceTime: '5 seconds',
    ...workflowLimits(),
    ...tuning,
    interceptors,
  });
  // What is in the spool on this disk is done by a worker with this disk.
  const spoolWorker = await Worker.create({
    connection,
    namespace,
    taskQueue: spoolQueue(settings.taskQueue, spool.place.id),
    activities: stepsOfSpool(activities),
    dataConverter: workerDataConverter(encryptionKeys),
    shutdownGraceTime: '5 seconds',
    interceptors,
  });
  const both = [worker, spoolWorker];
  let working: Promise<unknown> = Promise.resolve();
  const shutdown = () => {
    void atEnd('activities and workflow tasks under way', working).catch(() => undefined);
    for (const each of both) if (each.getState() === 'RUNNING') each.shutdown();
  };
  return {
    async run() {
      const schedules = keepSchedules(
        client.schedule,
        [auditSchedule(settings), ...dependencySchedules(settings)],
        workerLog(options.logLevel),
      );
      void audit.noteConfiguration();
      try {
        artefacts.start();
        spool.start();
        pipeline.start();
        signing.start();
        // One that ends takes the other along. Until both have ended the connection is theirs.
        working = allEnded(both.map((each) => each.run().finally(shutdown)));
        await working;
      } finally {
        schedules.stop();
        migration.stop();
        await allEnded([
          atEnd('signing and anchoring of the register', signing.stop()),
          atEnd('detections being handed over', pipeline.stop()),
          atEnd('artefacts being copied', artefacts.stop()),
          atEnd('mails of the spool being merged', spool.stop()),
        ]).finally(async () => {
          await allEnded([
            atEnd('the connection to Temporal', connection.close()),
            atEnd('connections to Postgres', close()),
          ]);
        });
      }
    },
    shutdown,
  };
}

function stepsOfSpool({ openDelivery, sendBatches, summariseDelivery, mergeSpool: merge }: Activities) {
  return { openDelivery, sendBatches, summariseDelivery, mergeSpool: merge };
}

const MIGRATE_AGAIN_MS = 5_000;

/** Migrates now or, while Postgres is away, as soon as it is back. Throws a fault that is no outage. */
async function migrateWhenUp(databaseUrl: string, production: boolean, logLevel?: string): Promise<{ stop(): void }> {
  let timer: NodeJS.Timeout | undefined;
  const log = workerLog(logLevel);
  const attempt = () =>
    readyDatabase(databaseUrl, production).catch((error) => {
      if (!isUnavailable(error)) throw error;
      log.error('Postgres cannot be reached: notices go on from local disk, the register waits. Check DATABASE_URL');
      timer = setTimeout(() => attempt().catch((fault: Error) => log.error(fault.message)), MIGRATE_AGAIN_MS);
    });
  await attempt();
  return { stop: () => clearTimeout(timer) };
}

/** In production whoever works with the register neither owns it nor could switch its guards off. */
async function readyDatabase(databaseUrl: string, production: boolean): Promise<void> {
  if (production) await refusePowerAt(databaseUrl);
  await bringUpToDate(databaseUrl);
}

/** The activities over the settings' ports, and what closes their pools. */
export async function connectActivities(settings: WorkerSettings, temporal: Client, logLevel?: string) {
  const { dataDir, exercise } = settings;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const pool = createPool(settings.databaseUrl, { refusePower: settings.production });
  const disclosures = loadDisclosures();
  const appender = new Appender(pool, (kind, pointer, text) => disclosures.isPersonal(kind, pointer, text));
  const postgres = new PostgresLedger(pool);
  const { taskQueue, encryptionKeys, detectionRules: rulesFile } = settings;
  const pipeline = createPipeline({ pool, temporal, taskQueue, encryptionKeys, rulesFile, log: workerLog(logLevel) });
  const spoolDir = path.join(dataDir, 'spool');
  const place = await placeAt(path.join(spoolDir, 'place'));
  const site = createFolderSite(settings.site.dir, settings.site.url);
  const policy = async () => loadPolicy(settings.policy);
  const organisation = async () => (await policy()).pack.organisation.name;
  const directory = await connectDirectory(settings.directory, workerLog(logLevel));

  const pacer = new RatePacer();
  const live: OutwardPorts = {
    mail: createResendMail(settings.mail, undefined, pacer),
    ...(!isLoopbackUrl(settings.mail.baseUrl) && {
      before: { account: createResendAccount(settings.mail, pacer), txt: txtRecords() },
    }),
    directory: directory.port,
    // The record names the first: it is the one that the public reads.
    statusPage: severalStatusPages([
      ...(settings.statuspage
        ? [createStatuspage(settings.statuspage, { alone: (name, act) => alone(pool, name, act) })]
        : []),
      createStaticStatusPage(
        createFolderSite(settings.status.dir, settings.status.url, { published: true }),
        organisation,
      ),
    ]),
    inApp: createInAppWebhook(settings.inApp),
  };
  const log = workerLog(logLevel);
  const audit = await createAudit(pool, settings, log, pipeline.poke);
  const contacts = settings.contactsFile
    ? await loadContacts(settings.contactsFile)
    : createContacts({ fallback: addressOfSender(settings.mail.from), contacts: {} });
  const onForged = tellingOfForgery(pipeline.store, log);
  const artefacts = createKeptArtefacts({
    pool,
    dir: path.join(dataDir, 'artefacts'),
    log,
    keys: settings.encryptionKeys,
    onForged,
    bucket: settings.objectStore && createBucket(settings.objectStore),
  });
  const { serverAddress } = settings.escalation;
  const linkMaker =
    serverAddress && settings.encryptionKeys.length > 0
      ? { address: serverAddress, links: new ActionLinks(settings.encryptionKeys) }
      : undefined;
  const deps: ActivityDeps = {
    policy,
    register: {
      async append(events) {
        const result = await appender.append(events);
        await auditTaken(pool, events, log);
        return result;
      },
      verify: (options) => verifyRegister(pool, options),
      state: (incidentId) => stateFromRegister(pool, incidentId),
      events: (caseId) => readEvents(pool, caseId),
    },
    ledgers: {
      postgres,
      spool: new SpoolLedger(spoolDir),
      place,
      isUnavailable,
      mergeSpool: () => mergeSpool(spoolDir, postgres),
    },
    artefacts,
    site,
    ports: {
      live,
      exercise: exercise
        ? {
            mail: createExerciseMail(exercise.mail),
            directory: createCsvDirectory(exercise.directory.folder),
            statusPage: createStaticStatusPage(createFolderSite(exercise.site.dir, exercise.site.url), organisation),
            inApp: createInAppWebhook(exercise.inApp, { contained: true }),
          }
        : noExercises<OutwardPorts>(),
    },
    containment: {
      live: createContainment({ exercise: false, ...settings.containment }),
      exercise: exercise
        ? createContainment(exerciseContainment(settings.containment, exercise, dataDir))
        : noExercises<ContainmentPort>(),
    },
    contacts,
    escalation: connectEscalation(
      settings.escalation,
      { mail: live.mail, contacts, artefacts, log, linkMaker },
      async (caseId) => {
        const state = stateOfAny(await readEvents(pool, caseId));
        return state && (state.closedAt === undefined ? 'open' : 'closed');
      },
    ),
    audit,
    detections: pipeline.inbox,
    dependencies: configuredDependencies(pool, dataDir, settings.dependencies),
    reporters: {
      claim: (reportId, mail, now) =>
        claimReporterMail(pool, reportId, mail, now, { keys: settings.encryptionKeys, onForged }),
      settle: (reportId, mail, outcome, now) => settleReporterMail(pool, reportId, mail, outcome, now),
    },
    log,
    now: () => new Date(),
  };
  const signing = await createSigning(settings.signing, {
    databaseUrl: settings.databaseUrl,
    refusePower: settings.production,
    pool,
    mailer: checkpointMailer(live.mail),
    accept: pipeline.store,
    log,
  });
  const close = async () => {
    await appender.close();
    await Promise.all([pool.end(), directory.close()]);
  };
  const spool = keepMerging(deps.ledgers, log);
  return { activities: createActivities(deps), artefacts, spool: { ...spool, place }, pipeline, audit, signing, close };
}

/** Exercises reach recorders only; where none run, every use of their ports is refused. */
function noExercises<T extends object>(): T {
  return new Proxy({} as T, {
    get() {
      throw failure(
        'ExerciseNotContained',
        `this worker has no recorders for exercises: run the exercise on a stack of \`${tocsin('up', {})}\``,
      );
    },
  });
}
