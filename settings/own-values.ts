/** Whether what people are told of and where alarms go is the company's own, readable, and not that of the examples. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { readCsv } from '../activities/directory/csv';
import { CSV_FILES } from '../activities/directory/csv-directory';
import { exampleDirectory } from '../activities/directory/settings';
import { mailSettings } from '../activities/mail/settings';
import { ContactsSchema } from '../activities/paging/contacts';
import { loadReportsConfig } from '../detection/reports/config';
import type { ObligationRule } from '../domain/policy/rule';
import { namesAnExample } from '../platform/example-address';
import { loadPolicy } from '../policy/load-policy';
import { loadRota } from '../policy/load-rota';
import { DEFAULT_PACKS, type PolicySource } from '../policy/settings';

type Env = NodeJS.ProcessEnv;

/** The organisation that the packs name until a file names another. */
const EXAMPLE_NAME = 'Example Cloud Inc.';

/** The policy with its templates loads, and obliges nobody who is made up. */
export function organisationProblems(env: Env): string[] {
  return readable('TOCSIN_POLICY', () => {
    const source = {
      packs: env.TOCSIN_POLICY || DEFAULT_PACKS,
      organisationFile: env.TOCSIN_ORGANISATION || undefined,
    };
    const { organisation } = loadPolicy(source).pack;
    const examples = Object.entries(organisation).flatMap(([field, value]) =>
      value === EXAMPLE_NAME || namesAnExample(JSON.stringify(value)) ? [field] : [],
    );
    if (examples.length === 0) return [];
    const whose = `${examples.join(', ')} ${examples.length === 1 ? 'is' : 'are'} still the example's`;
    return [
      source.organisationFile
        ? `TOCSIN_ORGANISATION: ${whose}: state your own in the file`
        : `TOCSIN_ORGANISATION: is not set, so ${whose}: name a file with your own, like examples/organisation.yaml`,
    ];
  });
}

/** What the packs have shown in the product has somebody who takes it. A policy that does not load is told elsewhere. */
export function inAppProblems(env: Env): string[] {
  if (env.TOCSIN_IN_APP_URL) return [];
  const shown = shownInProduct({
    packs: env.TOCSIN_POLICY || DEFAULT_PACKS,
    organisationFile: env.TOCSIN_ORGANISATION || undefined,
  });
  if (!shown || shown.length === 0) return [];
  return [
    `TOCSIN_IN_APP_URL: is not set, but the policy has your product show ${shown.join(', ')} (inApp): give the address of its receiver, and its secret in TOCSIN_IN_APP_SECRET, or take "inApp" out of the pack`,
  ];
}

/** The rules of a policy whose notices the company's own product shows; undefined where it does not load. */
export function shownInProduct(source: PolicySource): string[] | undefined {
  return rulesOf(source, ({ inApp }) => Boolean(inApp));
}

/** What the packs promise to publish counts as published: it must stand where others read it. */
export function statusPageProblems(env: Env): string[] {
  if (env.TOCSIN_STATUSPAGE_API_KEY || (env.TOCSIN_STATUS_DIR && env.TOCSIN_STATUS_URL)) return [];
  const source = { packs: env.TOCSIN_POLICY || DEFAULT_PACKS, organisationFile: env.TOCSIN_ORGANISATION || undefined };
  const published = rulesOf(source, ({ channel }) => channel === 'status-page');
  if (!published || published.length === 0) return [];
  return [
    env.TOCSIN_STATUS_DIR
      ? 'TOCSIN_STATUS_URL: is not set: give the address under which others read what is published from TOCSIN_STATUS_DIR'
      : `TOCSIN_STATUS_DIR: is not set, so nobody outside would read ${published.join(', ')}: name the folder that your web server publishes, and its address in TOCSIN_STATUS_URL, or your page at Statuspage in TOCSIN_STATUSPAGE_API_KEY`,
  ];
}

/** The ids of the rules of a policy of which this holds; undefined where it does not load. */
function rulesOf(source: PolicySource, holds: (rule: ObligationRule) => boolean): string[] | undefined {
  try {
    return loadPolicy(source).pack.obligations.flatMap((rule) => (holds(rule) ? [rule.id] : []));
  } catch {
    return undefined;
  }
}

/** What stands below a notice, and beside its contact point: each as the file names it, with what is to be given. */
const REACHED_BY = {
  sender: 'who signs notices, by name and function',
  postalAddress: 'its postal address',
  telephone: 'its telephone number',
  contactPointTelephone: 'the telephone number of the contact point',
  contactPointPostalAddress: 'the postal address of the contact point',
} as const;

/** Who is told of a breach can write and call: those who send the notices are named with all that they lack. */
export function reachProblems(env: Env): string[] {
  const file = env.TOCSIN_ORGANISATION;
  if (!file) return []; // that one is needed is told by the guard of the policy
  return readable('TOCSIN_ORGANISATION', () => {
    const { organisation } = loadPolicy({ packs: env.TOCSIN_POLICY || DEFAULT_PACKS, organisationFile: file }).pack;
    const missing = Object.entries(REACHED_BY).filter(([field]) => !organisation[field as keyof typeof REACHED_BY]);
    if (missing.length === 0) return [];
    const named = missing.map(([field, what]) => `${field} (${what})`).join(', ');
    return [
      `TOCSIN_ORGANISATION: the file does not state ${named}: add ${missing.length === 1 ? 'it' : 'them'}. Notices must not go out without`,
    ];
  });
}

/** Mail comes from the company. */
export function senderProblems(env: Env): string[] {
  const from = env.TOCSIN_MAIL_FROM || mailSettings.variables.TOCSIN_MAIL_FROM.default!;
  if (!namesAnExample(from)) return [];
  const what = env.TOCSIN_MAIL_FROM ? 'is an example address' : 'is not set';
  return [`TOCSIN_MAIL_FROM: ${what}: give a sender whose domain is verified at Resend`];
}

/** Alarms reach somebody. */
export function contactsProblems(env: Env): string[] {
  const file = env.TOCSIN_CONTACTS;
  if (!file)
    return [
      "TOCSIN_CONTACTS: is not set, so alarms would reach only the sender's address: name a file with the address of each handle, like examples/contacts.yaml",
    ];
  return readable('TOCSIN_CONTACTS', () => {
    const { fallback, contacts } = ContactsSchema.parse(parse(readFileSync(file, 'utf8')));
    return examplesIn('TOCSIN_CONTACTS', { fallback, ...contacts });
  });
}

/** Whoever is on call can be reached. */
export function rotaProblems(env: Env): string[] {
  const file = env.TOCSIN_ROTA;
  if (!file) return [];
  return readable('TOCSIN_ROTA', () => {
    const people = Object.entries(loadRota(file).people).map(([handle, { email }]) => [handle, email] as const);
    return examplesIn('TOCSIN_ROTA', Object.fromEntries(people));
  });
}

/** The people who must be told can be read, and are real. One odd row is no reason not to start. */
export function directoryProblems(env: Env): string[] {
  if (env.TOCSIN_DIRECTORY_URL || env.TOCSIN_DIRECTORY_HTTP_URL || !env.TOCSIN_DIRECTORY) return []; // that one of them is needed is told by their settings
  const folder = path.resolve(env.TOCSIN_DIRECTORY);
  if (existsSync(folder) && realpathSync(folder) === realpathSync(exampleDirectory()))
    return ['TOCSIN_DIRECTORY: is the example folder: name a folder with your own customers and users'];
  return Object.entries(CSV_FILES).flatMap(([name, columns]) =>
    readable('TOCSIN_DIRECTORY', () => {
      const rows: Array<Record<string, string>> = readCsv(name, readFileSync(path.join(folder, name), 'utf8'), columns);
      const addresses = rows.flatMap(({ email, owner_email }) => email ?? owner_email ?? []);
      const made = addresses.length > 0 && addresses.every(namesAnExample);
      return made
        ? [`TOCSIN_DIRECTORY: every address in ${name} is an example: put your own customers and users there`]
        : [];
    }),
  );
}

/** Whoever found a weakness writes to the company, and confirms their address by a link that leads there. */
export function reportProblems(env: Env): string[] {
  return readable('TOCSIN_REPORTS', () => {
    const { contact, publicUrl } = loadReportsConfig(env.TOCSIN_REPORTS || undefined).config;
    const name = env.TOCSIN_REPORTS ? 'state your own in the file' : 'name a file of your own';
    return [
      ...(namesAnExample(contact)
        ? [
            env.TOCSIN_REPORTS
              ? 'TOCSIN_REPORTS: contact is an example address: state your own in the file'
              : "TOCSIN_REPORTS: is not set, so contact is still the example's address: name a file with your own, like policy/vulnerability-reports.yaml",
          ]
        : []),
      ...(publicUrl === undefined || namesAnExample(publicUrl)
        ? [
            `TOCSIN_REPORTS: publicUrl ${publicUrl === undefined ? 'is not set' : 'is an example address'}, so no link in a mail to a reporter would lead here: ${name}, with the https address at which people reach the form`,
          ]
        : []),
    ];
  });
}

function examplesIn(name: string, addresses: Record<string, string>): string[] {
  const made = Object.entries(addresses).flatMap(([handle, address]) => (namesAnExample(address) ? [handle] : []));
  return made.length > 0
    ? [
        `${name}: ${made.join(', ')} ${made.length === 1 ? 'has an example address: give one' : 'have example addresses: give some'} that somebody reads`,
      ]
    : [];
}

/** A file that cannot be read is a problem like any other. */
function readable(name: string, problems: () => string[]): string[] {
  try {
    return problems();
  } catch (error) {
    return [
      `${name}: ${(error as Error).message
        .split('\n')
        .map((line) => line.trim())
        .join(' ')}`,
    ];
  }
}
