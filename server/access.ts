/**
 * Who may do what: the one table. A route that has no row here cannot be added to the server, and the tests make every
 * combination of row and token from it.
 */
import type { KINDS, KindName } from '../client/kinds';
import { ROLES, type Role } from './roles';

/** The rule of a route: anybody, or whoever has one of these roles. */
export type Rule = 'anybody' | readonly Role[];

/** Who sees cases of any kind. What stands in them names no recipients. */
const READERS: readonly Role[] = ROLES;
/** Who works on a case, and who decides what the law asks for. */
const STAFF: readonly Role[] = ['owner', 'responder', 'counsel', 'dpo'];
const HANDLERS: readonly Role[] = ['owner', 'responder'];
const HANDLERS_AND_TOOLS: readonly Role[] = ['owner', 'responder', 'service'];
const LEGAL: readonly Role[] = ['owner', 'counsel', 'dpo'];
/** Sent by Tocsin itself, about what it did. */
const NOBODY: readonly Role[] = [];

type MessageRules = { [K in KindName]: Record<keyof (typeof KINDS)[K]['messages'] & string, readonly Role[]> };

/** Each message of each kind of case, with who may send it. A message that nobody may send has no route. */
export const MESSAGE_ROLES: MessageRules = {
  incident: {
    assess: STAFF,
    status: HANDLERS_AND_TOOLS,
    correct: STAFF,
    contain: HANDLERS_AND_TOOLS,
    measure: HANDLERS_AND_TOOLS,
    approve: LEGAL,
    told: LEGAL,
    'leave-untold': LEGAL,
    settle: HANDLERS,
    translate: LEGAL,
    'edit-draft': LEGAL,
    hold: LEGAL,
    release: LEGAL,
    waive: LEGAL,
    'not-owed': LEGAL,
    'not-material': LEGAL,
    filed: LEGAL,
    'decide-authority': LEGAL,
    'acted-at': STAFF,
    'cannot-establish': LEGAL,
    review: HANDLERS,
    confirm: LEGAL,
    'acknowledge-alarms': STAFF,
    reopen: LEGAL,
    'follow-up': STAFF,
    link: HANDLERS,
    close: ['owner'],
  },
  triage: {
    declare: HANDLERS,
    dismiss: HANDLERS,
    merge: HANDLERS,
    'acknowledge-alarms': HANDLERS,
  },
  report: {
    'acknowledge-report': HANDLERS,
    accept: HANDLERS,
    decline: HANDLERS,
    duplicate: HANDLERS,
    fixed: HANDLERS,
    disclose: HANDLERS,
    credit: HANDLERS,
    declare: HANDLERS,
    erased: NOBODY,
    close: HANDLERS,
    'acknowledge-alarms': HANDLERS,
  },
  patch: {
    waive: HANDLERS,
    patched: HANDLERS_AND_TOOLS,
    note: HANDLERS_AND_TOOLS,
    checked: NOBODY,
    'acknowledge-alarms': HANDLERS,
  },
};

/** Whoever may send every message may also have payloads sealed, as nobody sees which message they are for. */
export const SEALERS = ROLES.filter((role) =>
  Object.values(MESSAGE_ROLES)
    .flatMap((messages) => Object.values<readonly Role[]>(messages))
    .every((roles) => roles === NOBODY || roles.includes(role)),
);

/** Each route as `METHOD path`, with who may use it. */
export const ACCESS: Readonly<Record<string, Rule>> = {
  'GET /healthz': 'anybody',
  'GET /readyz': 'anybody',
  // What a browser asks before it sends a request from a page of another origin.
  'OPTIONS *': 'anybody',
  'GET /v1/me': ROLES,
  'POST /codec/decode': READERS,
  'POST /codec/:workflowId/decode': READERS,
  // The plain command asks it before each query too, with nothing to seal; who may seal something, `SEALERS` says.
  'POST /codec/encode': READERS,
  'POST /codec/:workflowId/encode': READERS,
};

/** The rule of a route; `undefined`: there is none, and nobody may. */
export function ruleOf(method: string, path: string | undefined): Rule | undefined {
  const key = `${method} ${path}`;
  return Object.hasOwn(ACCESS, key) ? ACCESS[key] : undefined;
}

/** Whether somebody with these roles may, by a rule. */
export function allows(rule: Rule, roles: readonly Role[]): boolean {
  return rule === 'anybody' || roles.some((role) => rule.includes(role));
}
