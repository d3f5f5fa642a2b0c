/**
 * What must hold before a process starts in production, beside the variables that must be set. Each guard is data: which
 * processes it binds, and what it finds wrong. Values of the examples are refused wherever real people are mailed or told by
 * other ways, also in development: real people were once told of an incident at "Example Cloud Inc.".
 */
import { configuredTemporal } from '../client/connect';
import { temporalTlsProblem } from '../client/verified-temporal';
import { isLoopbackUrl } from '../platform/loopback-host';
import { isProduction } from '../platform/production';
import { postgresTlsProblem } from '../postgres/verified-tls';
import {
  contactsProblems,
  directoryProblems,
  inAppProblems,
  organisationProblems,
  reachProblems,
  reportProblems,
  rotaProblems,
  senderProblems,
  statusPageProblems,
} from './own-values';
import {
  directoryAddressProblems,
  mailAddressProblems,
  toldAddressProblems,
  watchdogAddressProblems,
  workerAddressProblems,
} from './told-addresses';

/** What starts, or what a command reaches. */
export const GUARDED = [
  'worker',
  'server',
  'intake',
  'watchdog',
  'watchdog without mail',
  'command to Temporal',
  'command to the server',
  'command to Postgres',
  'command that mails',
] as const;
export type Guarded = (typeof GUARDED)[number];

type Env = NodeJS.ProcessEnv;

interface Guard {
  /** Where it holds; elsewhere the process does not use what it is about. */
  readonly binds: readonly Guarded[];
  /** Where mail really goes out (`mail`), or anybody outside is really told (`any`), it holds outside production as well. */
  readonly live?: 'mail' | 'any';
  /** What is wrong, each as `NAME: what, and what to do`; empty where nothing is. */
  problems(env: Env): string[];
}

/** Every guard by its name. */
export const GUARDS = {
  'verified TLS to Postgres': {
    binds: ['worker', 'server', 'intake', 'watchdog', 'watchdog without mail', 'command to Postgres'],
    problems: (env) => postgresProblems(env, 'DATABASE_URL'),
  },
  'verified TLS to the directory': {
    binds: ['worker'],
    problems: (env) => postgresProblems(env, 'TOCSIN_DIRECTORY_URL'),
  },
  'verified TLS to the roles that are rotated': {
    binds: ['worker'],
    problems: (env) => postgresProblems(env, 'TOCSIN_ROTATE_DATABASE_URL'),
  },
  'verified TLS to Temporal': {
    binds: ['worker', 'server', 'intake', 'watchdog', 'watchdog without mail', 'command to Temporal'],
    problems: temporalProblems,
  },
  'a witness or two anchors': {
    binds: ['worker'],
    problems: (env) =>
      [env.TOCSIN_WITNESSES, env.TOCSIN_ANCHOR_MAIL].some((told) => told?.replace(/[\s,]/g, ''))
        ? []
        : [
            'TOCSIN_WITNESSES: is not set, and checkpoints are kept in one file only: name a witness, or a mailbox that gets them too in TOCSIN_ANCHOR_MAIL',
          ],
  },
  'a policy of its own that loads': {
    binds: ['worker', 'intake', 'command to Temporal'],
    live: 'any',
    problems: organisationProblems,
  },
  'notices that say who gives them and how to reach whom': { binds: ['worker'], problems: reachProblems },
  'a sender of its own': {
    binds: ['worker', 'watchdog', 'command that mails'],
    live: 'mail',
    problems: senderProblems,
  },
  'contacts of its own': { binds: ['worker'], live: 'mail', problems: contactsProblems },
  'a rota of its own': { binds: ['worker', 'server'], live: 'mail', problems: rotaProblems },
  'a directory of its own that loads': { binds: ['worker'], live: 'any', problems: directoryProblems },
  'a directory over HTTP that is https, and no example': {
    binds: ['worker'],
    live: 'any',
    problems: directoryAddressProblems,
  },
  'mail over TLS': {
    binds: ['worker', 'watchdog', 'command that mails'],
    live: 'mail',
    problems: mailAddressProblems,
  },
  'alarms and updates over TLS, and no example of an address': { binds: ['worker'], problems: workerAddressProblems },
  'what others are told over TLS': { binds: ['worker'], live: 'any', problems: toldAddressProblems },
  'a receiver of what the product shows': { binds: ['worker'], live: 'any', problems: inAppProblems },
  'a status page that somebody reads': { binds: ['worker'], problems: statusPageProblems },
  'the same of the watchdog': {
    binds: ['watchdog', 'watchdog without mail'],
    problems: watchdogAddressProblems,
  },
  'certificates that are verified': { binds: GUARDED, problems: certificateProblems },
  'a report channel of its own': { binds: ['intake'], problems: reportProblems },
} as const satisfies Record<string, Guard>;

/** What the guards of a process find wrong, all of it. */
export function guardProblems(process: Guarded, env: Env): string[] {
  const production = isProduction(env);
  const live = { mail: mailsReally(env), any: tellsReally(env) };
  const guards: readonly Guard[] = Object.values(GUARDS);
  const found = guards
    .filter((guard) => guard.binds.includes(process) && (production || (guard.live && live[guard.live])))
    .flatMap((guard) => guard.problems(env));
  return [...new Set(found)];
}

/** Whether this environment mails real people: a key is set, and it is not for a mailbox of this machine. */
function mailsReally({ RESEND_API_KEY: key, RESEND_BASE_URL: url }: Env): boolean {
  return Boolean(key) && !isLoopbackUrl(url);
}

/** Whether it tells anybody outside: by mail, at Statuspage, or in the company's own product. */
function tellsReally(env: Env): boolean {
  const { TOCSIN_STATUSPAGE_API_KEY: key, TOCSIN_STATUSPAGE_URL: statuspage, TOCSIN_IN_APP_URL: product } = env;
  return (
    mailsReally(env) || (Boolean(key) && !isLoopbackUrl(statuspage)) || (Boolean(product) && !isLoopbackUrl(product))
  );
}

/** Node.js takes every certificate of every server then (https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue). */
function certificateProblems({ NODE_TLS_REJECT_UNAUTHORIZED: rejects }: Env): string[] {
  return rejects === '0'
    ? [
        'NODE_TLS_REJECT_UNAUTHORIZED: is 0, so any server could pose as any other: remove it, and name an authority of your own in NODE_EXTRA_CA_CERTS',
      ]
    : [];
}

function postgresProblems(env: Env, name: string): string[] {
  const address = env[name];
  const problem = address && postgresTlsProblem(name, address);
  return problem ? [problem] : [];
}

function temporalProblems(env: Env): string[] {
  const named = /^(true|1)$/i.test(env.TEMPORAL_TLS_DISABLE_HOST_VERIFICATION ?? '')
    ? ['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: is set, so any server could pose as Temporal: remove it in production']
    : [];
  try {
    const target = configuredTemporal(env);
    if (!target)
      return [
        ...named,
        'TEMPORAL_ADDRESS: is not set: give the HOST:PORT of your Temporal, or a profile in TEMPORAL_PROFILE',
      ];
    const problem = temporalTlsProblem(target.connectionOptions);
    return problem ? [...named, problem] : named;
  } catch (error) {
    return [...named, `TEMPORAL_PROFILE: ${(error as Error).message}`];
  }
}
