/**
 * The addresses that a process speaks to or tells people of, beside its databases: what goes there is read by its receiver
 * alone, and no example stands in for one. A provider's key and the texts of a notice go to the first kind.
 */

import { mailAddress } from '../activities/mail/mail-address';
import { namesAnExample } from '../platform/example-address';
import { isSealedOnItsWay } from '../platform/loopback-host';

type Env = NodeJS.ProcessEnv;

/** Of mail: its key and all that is mailed go there. */
const MAIL = ['RESEND_BASE_URL'];
/** Of a worker: what an alarm or an update says goes there, with a key, and the address itself may be the secret. */
const SENT = ['TOCSIN_SLACK_WEBHOOK_URL', 'TOCSIN_PAGERDUTY_URL', 'TOCSIN_ESCALATION_WEBHOOK_URL'];
/** Of what tells others: with a key, and before it is for all to read. */
const TOLD = ['TOCSIN_STATUSPAGE_URL', 'TOCSIN_IN_APP_URL'];
/** Of the watchdog. */
const WATCHED = ['TOCSIN_WATCHDOG_WEBHOOK_URL', 'TOCSIN_WATCHDOG_PING_URL'];

/** Beside these: where people are sent, and where mail of Tocsin's own goes. */
const SHOWN = ['TOCSIN_SITE_URL', 'TOCSIN_STATUS_URL', 'TOCSIN_ANCHOR_MAIL', 'TOCSIN_WITNESSES'];
const WATCHING = ['TOCSIN_WATCHDOG_MAIL', 'TOCSIN_WATCHDOG_MAIL_LATER'];

/** Of the directory: a token goes there, and who all customers are comes from there. */
const ASKED = ['TOCSIN_DIRECTORY_HTTP_URL'];

export const directoryAddressProblems = (env: Env): string[] => [
  ...sealedProblems(env, ASKED),
  ...exampleProblems(env, ASKED),
];
export const mailAddressProblems = (env: Env): string[] => sealedProblems(env, MAIL);
export const toldAddressProblems = (env: Env): string[] => [
  ...sealedProblems(env, TOLD),
  ...exampleProblems(env, TOLD),
];
export const workerAddressProblems = (env: Env): string[] => [
  ...sealedProblems(env, SENT),
  ...exampleProblems(env, [...SENT, ...SHOWN]),
  ...(env.TOCSIN_ANCHOR_MAIL?.trim() && mailAddress(env.TOCSIN_ANCHOR_MAIL) === undefined
    ? ['TOCSIN_ANCHOR_MAIL: is not a mail address, so no checkpoint would reach anybody: give one']
    : []),
];
export const watchdogAddressProblems = (env: Env): string[] => [
  ...sealedProblems(env, WATCHED),
  ...exampleProblems(env, [...WATCHED, ...WATCHING]),
];

/** Over TLS, or to this machine. Never shows the address, which may be the secret. */
function sealedProblems(env: Env, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const address = env[name];
    // What is no address is told where it is parsed.
    if (!address || !URL.canParse(address) || isSealedOnItsWay(address)) return [];
    return [
      `${name}: is not https, so others on the way could read what goes there and answer it: give an https address`,
    ];
  });
}

function exampleProblems(env: Env, names: readonly string[]): string[] {
  return names.flatMap((name) =>
    namesAnExample(env[name] ?? '')
      ? [`${name}: is an example address, which nobody has: give your own, or remove it`]
      : [],
  );
}
