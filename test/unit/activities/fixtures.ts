import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { SpoolLedger } from '../../../activities/delivery/ledger/spool-ledger';
import type { AudienceRows, DirectoryPort, DirectoryRecipient } from '../../../activities/directory/directory-port';
import { resolved } from '../../../activities/directory/resolved';
import { createInAppWebhook } from '../../../activities/in-app/webhook-in-app';
import { createExerciseMail } from '../../../activities/mail/exercise-mail';
import type { MailPort } from '../../../activities/mail/mail-port';
import { createResendMail } from '../../../activities/mail/resend-mail';
import { createContacts } from '../../../activities/paging/contacts';
import { createStaticStatusPage } from '../../../activities/status-page/static-status-page';
import { createFolderArtefacts } from '../../../activities/storage/folder-artefacts';
import { createFolderSite } from '../../../activities/storage/site';
import type { Activities, DeliveryRef, DraftInput, DraftResult } from '../../../activities/types';
import type { AlarmSignal } from '../../../domain/escalation/escalation';
import type { ContentValue } from '../../../domain/incident/content-value';
import type { PolicySnapshot } from '../../../domain/policy/policy';
import { CONTENT_FIELDS } from '../../../domain/policy/rule';
import { type Mailbox, startMailbox } from '../../../stack/mailbox';
import { type ActivityDeps, createActivities, type OutwardPorts } from '../../../worker/create-activities';
import { FakeDependencies } from '../../setup/fake-dependencies';
import { afterFile, temporaryDir } from '../../setup/helpers';

/** Everything the activities need, on this machine: a mailbox, ledgers on disk in place of Postgres, folders. */
export interface Bench {
  activities: Activities;
  deps: ActivityDeps;
  mailbox: Mailbox;
  /** Alarms that were handed to an escalation. */
  escalated: Array<{ caseId: string } & AlarmSignal>;
  /** What was logged, as JSON lines. */
  logged: string[];
  dir: string;
  /** Runs an activity in an activity's context; heartbeats are collected. */
  run<T>(activity: () => Promise<T>): Promise<T>;
  heartbeats: unknown[];
  /** The real clock as the activities see it. */
  clock: { now: Date };
}

class Outage extends Error {
  code = 'ECONNREFUSED';
}

/** A ledger that can be switched off, as Postgres can. */
export class SwitchedLedger extends SpoolLedger {
  down = false;

  private async unlessDown<T>(step: () => Promise<T>): Promise<T> {
    if (this.down) throw new Outage('connect ECONNREFUSED 127.0.0.1:5432');
    return step();
  }
  override open(...args: Parameters<SpoolLedger['open']>) {
    return this.unlessDown(() => super.open(...args));
  }
  override claimBatches(...args: Parameters<SpoolLedger['claimBatches']>) {
    return this.unlessDown(() => super.claimBatches(...args));
  }
  override settleBatch(...args: Parameters<SpoolLedger['settleBatch']>) {
    return this.unlessDown(() => super.settleBatch(...args));
  }
  async settleUndecided(): Promise<number> {
    throw new Error('a ledger on disk settles nothing: it is brought into Postgres before that');
  }
  async setAside(): Promise<void> {
    throw new Error('a ledger on disk is restored from no backup');
  }
  async rowsInBatches(...args: Parameters<SpoolLedger['recipients']>) {
    return (await this.recipients(...args)).filter(({ batchKey }) => batchKey !== undefined).length;
  }
  answers(): Promise<void> {
    return this.unlessDown(async () => undefined);
  }
  override beside(...args: Parameters<SpoolLedger['beside']>) {
    return this.unlessDown(() => super.beside(...args));
  }
  override summary(...args: Parameters<SpoolLedger['summary']>) {
    return this.unlessDown(() => super.summary(...args));
  }
}

export async function startBench(recipients: DirectoryRecipient[] = [], unknown: string[] = []): Promise<Bench> {
  const dir = temporaryDir('activities');
  const mailbox = await startMailbox({ dir: path.join(dir, 'mailbox') });
  afterFile(() => mailbox.stop());
  const site = createFolderSite(path.join(dir, 'site'), 'http://127.0.0.1:8090');
  const artefacts = createFolderArtefacts(path.join(dir, 'store'));
  const organisation = async () => 'Example Cloud Inc.';
  const statusPage = createStaticStatusPage(site, organisation);
  const directory = directoryOf(recipients, unknown);
  const mailConfig = { apiKey: 're_test', baseUrl: mailbox.url, from: 'Security <security@example.com>' };
  const ports = (mail: MailPort): OutwardPorts => ({
    mail,
    directory,
    statusPage,
    inApp: createInAppWebhook(undefined),
  });
  const logged: string[] = [];
  const log = (fields: object, message: string) => void logged.push(JSON.stringify({ ...fields, message }));
  const clock = { now: new Date('2026-04-01T04:00:00.000Z') };
  const postgres = new SwitchedLedger(path.join(dir, 'ledger'), () => clock.now);
  const spool = new SpoolLedger(path.join(dir, 'spool'));
  const unused = async () => {
    throw new Error('not part of this test');
  };
  const escalated: Array<{ caseId: string } & AlarmSignal> = [];
  const deps: ActivityDeps = {
    policy: async () => ({ pack: { organisation: { name: 'Example Cloud Inc.' } } }) as unknown as PolicySnapshot,
    register: { append: unused, verify: unused, state: unused, events: unused },
    ledgers: {
      postgres,
      spool,
      isUnavailable: (error) => error instanceof Outage,
      mergeSpool: async () => postgres.summary({ incidentId: 'any', obligationId: 'any' }),
    },
    artefacts,
    site,
    ports: { live: ports(createResendMail(mailConfig)), exercise: ports(createExerciseMail(mailConfig)) },
    containment: { live: { apply: unused, undo: unused }, exercise: { apply: unused, undo: unused } },
    contacts: createContacts({ fallback: 'oncall@example.com', contacts: { alice: 'alice@example.com' } }),
    reporters: { claim: unused, settle: unused },
    audit: { logs: [], look: unused, noteConfiguration: unused },
    detections: { accept: unused, handBack: unused },
    escalation: {
      ports: [],
      rota: async () => undefined,
      repeat: () => ({ every: 'PT5M', tries: 3 }),
      cases: {
        escalate: async (caseId, signal) => void escalated.push({ caseId, ...signal }),
        standing: async () => undefined,
      },
    },
    dependencies: new FakeDependencies(() => clock.now.getTime()),
    log: { info: log, warn: log, error: log },
    now: () => clock.now,
  };
  const heartbeats: unknown[] = [];
  return {
    activities: createActivities(deps),
    deps,
    mailbox,
    escalated,
    logged,
    dir,
    heartbeats,
    clock,
    run(activity) {
      const environment = new MockActivityEnvironment({ attempt: 1 }, { logger: new DefaultLogger('ERROR') });
      environment.on('heartbeat', (details) => heartbeats.push(details));
      return environment.run(activity);
    },
  };
}

/** A directory that has these, whatever it is asked. */
function directoryOf(recipients: DirectoryRecipient[], unknown: string[]): DirectoryPort {
  const read = (): AudienceRows => ({
    of: recipients.some(({ ref }) => ref.startsWith('workspace:')) ? 'workspaces' : 'people',
    pages: (async function* () {
      yield recipients.flatMap(({ ref, groups = [undefined], ...row }) =>
        groups.map((group) => ({ ...row, ref: ref.replace(/#\d+$/, ''), ...(group && { group }) })),
      );
    })(),
    unknown: () => unknown,
  });
  return { read, resolve: () => resolved(read()) };
}

export function recipientsNamed(count: number, of: Partial<DirectoryRecipient> = {}): DirectoryRecipient[] {
  return Array.from({ length: count }, (_, i) => {
    const number = String(i + 1).padStart(3, '0');
    return { ref: `workspace:w${number}`, address: `owner${number}@example.com`, language: 'en', ...of };
  });
}

/** All fields that a notice can hold, with or without values. */
export function contentsWith(value: (field: string) => string | undefined): ContentValue[] {
  return CONTENT_FIELDS.filter((field) => !['correction', 'sender', 'ground'].includes(field)).map((field) => ({
    field,
    title: `Title of ${field}`,
    citation: 'GDPR Art. 33(3)(a)',
    value: value(field),
    optional: field === 'delay-reasons',
  }));
}

export function draftInput(of: Partial<DraftInput> = {}): DraftInput {
  return {
    incidentId: 'INC-7',
    exercise: false,
    obligation: 'enterprise-notice',
    round: 1,
    at: '2026-04-01T03:00:00.000Z',
    title: 'Notice to enterprise customers',
    template: 'enterprise-notice',
    channel: 'email',
    citation: 'GDPR Art. 33(2)',
    pack: 'trust-center',
    purpose: 'first',
    toldBefore: 0,
    contents: contentsWith((field) => `about ${field}`),
    incident: {
      title: 'Leaked deploy key',
      severity: 'sev1',
      status: 'investigating',
      detectedAt: '2026-04-01T02:00:00.000Z',
      dueAt: '2026-04-03T02:00:00.000Z',
    },
    ...of,
  };
}

export function deliveryOf({ renderings }: DraftResult, of: Partial<DeliveryRef> = {}): DeliveryRef {
  return {
    incidentId: 'INC-7',
    exercise: false,
    obligation: 'enterprise-notice',
    round: 1,
    at: '2026-04-01T03:00:00.000Z',
    ledgerKey: 'enterprise-notice',
    renderings,
    ...of,
  };
}

export const ALL_OWNERS = {
  recipient: { to: 'workspace-owners' as const, plan: 'enterprise' },
  workspaces: 'all' as const,
  dataSets: [],
};

/** Every failure that a promise ends in, as text with its type. */
export async function failureOf(
  promise: Promise<unknown>,
): Promise<{ type?: string; message: string; nonRetryable?: boolean; nextRetryDelay?: unknown }> {
  try {
    await promise;
  } catch (error) {
    return error as { type?: string; message: string };
  }
  throw new Error('it was expected to fail, and did not');
}
