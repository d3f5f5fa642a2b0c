/** Who may send which message, and who sees cases: the part of the table of access that is about cases. */
import type { KINDS, KindName } from '../client/kinds';
import { ROLES, type Role } from './roles';

/** Who sees cases of any kind. What stands in them names no recipients. */
export const READERS: readonly Role[] = ROLES;
/** Who works on a case, and who decides what the law asks for. */
const STAFF: readonly Role[] = ['owner', 'responder', 'counsel', 'dpo'];
const HANDLERS: readonly Role[] = ['owner', 'responder'];
const HANDLERS_AND_TOOLS: readonly Role[] = ['owner', 'responder', 'service'];
const LEGAL: readonly Role[] = ['owner', 'counsel', 'dpo'];
/** Sent by Tocsin itself, about what it did. */
const NOBODY: readonly Role[] = [];

type MessageRules = { [K in KindName]: Record<keyof (typeof KINDS)[K]['messages'] & string, readonly Role[]> };

/** Who declares an incident. */
export const DECLARERS: readonly Role[] = [...STAFF, 'service'];

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
    'stop-sending': STAFF,
    translate: LEGAL,
    'edit-draft': LEGAL,
    sender: LEGAL,
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
    unmerge: HANDLERS,
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
