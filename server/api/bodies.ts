/** What a request brings, and what the server adds: who sends it, and by which key a repeat is known. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { newIncidentId } from '../../client/incident-id';
import { KINDS, type Kind, type KindName } from '../../client/kinds';
import { API_COMMAND } from '../../domain/case/command-ids';
import type { Receipt } from '../../domain/case/contract';
import { KEY_USED } from '../../domain/case/messages';
import { DeclarationFields, DeclarationSchema, IncidentIdSchema } from '../../domain/incident/incident';
import { tooLarge } from '../../domain/kernel/bytes';
import { jsonDepth, MOST_DEPTH } from '../../domain/kernel/json-depth';
import { fieldProblems, type Problem } from '../../domain/kernel/problems';
import { allows } from '../access';
import { idOfKey, isIdOfKey } from '../idempotency-ids';
import type { Actor } from '../identity/actor';
import { Refusal } from '../problem';
import { MESSAGE_ROLES } from '../roles-of-messages';

type Body = Record<string, unknown>;

/** Set by the server in each message. */
export const OF_THE_SERVER = ['by', 'commandId', 'sentAt', 'breakGlass', 'via'] as const;
/** Set by the server in a declaration. */
export const OF_THE_DECLARATION = [
  'declaredBy',
  'declaredAt',
  'detectedAs',
  'awareAs',
  'recordedAt',
  'breakGlass',
] as const;

/** Ids of other kinds of case, and of what Tocsin runs beside them, are not taken by incidents. */
const PREFIX = 'INC-';
const MOST_PROBLEMS = 20;
const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * A message as it is sent to its case. `key`: as `keyOf` gives it. Throws a Refusal that names each field that is wrong.
 */
export function messageOf(kind: KindName, name: string, body: unknown, actor: Actor, key: string | undefined): Body {
  const given = objectOf(body, OF_THE_SERVER);
  const message = { ...given, by: actor.by, ...(key !== undefined && { commandId: commandIdOf(key, given) }) };
  const schema = (KINDS[kind] as Kind).messages[name]!;
  const large = tooLarge(message, 'message');
  if (large) throw invalid([{ field: '(body)', problem: large }]);
  const parsed = schema.safeParse(message);
  if (!parsed.success) throw invalid(fieldProblems(parsed.error, { raw: message }));
  return message;
}

/** A declaration by whoever asks, now; what is left out is filled in as by the command. */
export function declarationOf(body: unknown, actor: Actor, key: string | undefined, now: Date): Body & { id: string } {
  const given = objectOf(body, OF_THE_DECLARATION);
  if (given.id !== undefined && !(typeof given.id === 'string' && given.id.startsWith(PREFIX)))
    throw invalid([{ field: 'id', problem: `must begin with ${PREFIX}` }]);
  if (given.id !== undefined && key !== undefined)
    throw invalid([{ field: 'id', problem: 'is made from the Idempotency-Key: leave one of the two out' }]);
  if (isIdOfKey(given.id))
    throw invalid([{ field: 'id', problem: 'has the form of those that are made from a key: choose another' }]);
  for (const [field, message] of Object.entries(AS_MESSAGES)) mustBeAllowed(given, field, message, actor);
  const raw = {
    id: key === undefined ? newIncidentId(now) : idOfKey(key),
    detectedAt: now.toISOString(),
    owner: actor.by,
    source: `report by ${actor.by}`.slice(0, 200),
    ...given,
    declaredAt: now.toISOString(),
    declaredBy: actor.by,
  };
  const large = tooLarge(raw, 'declaration');
  if (large) throw invalid([{ field: '(body)', problem: large }]);
  const parsed = DeclarationSchema.safeParse(raw);
  if (parsed.success) return raw as Body & { id: string };
  throw invalid(fieldProblems(parsed.error, { raw, known: Object.keys(DeclarationFields.shape) }));
}

/** Fields of a declaration that do what a message does, by that message. */
const AS_MESSAGES = {
  credentials: 'contain',
  maliciousSources: 'contain',
  isolate: 'contain',
  assessment: 'assess',
  awareAt: 'assess',
} as const;

function mustBeAllowed(given: Body, field: string, message: 'contain' | 'assess', { roles }: Actor): void {
  const value = given[field];
  const rule = MESSAGE_ROLES.incident[message];
  if (value === undefined || (Array.isArray(value) && value.length === 0) || allows(rule, roles)) return;
  const problem = `is for: ${rule.join(', ')}, who may send "${message}": leave it out`;
  throw new Refusal('not-allowed', `${field}: ${problem}`, [{ field, problem }]);
}

/** By what a repeat is known: of whoever sends it alone, and of this message to this case. */
export function keyOf(header: unknown, actor: Actor, id: string, message: string): string | undefined {
  return digestOfKey(header, actor, [id, message]);
}

/** The command id of what is said under a key. The order of fields and white space say nothing (RFC 8785). */
export function commandIdOf(key: string, said: Body): string {
  const content = createHash('sha256').update(`${key} ${canonicalize(said)}`);
  return `${API_COMMAND}${key}-${content.digest('hex').slice(0, 8)}`;
}

/** A receipt of this very message; throws a Refusal where its key was used for another one. */
export function receiptUnderKey<R extends Receipt>(receipt: R): R {
  if (receipt.note !== KEY_USED) return receipt;
  throw new Refusal('key-used', 'nothing was done: send what differs from the first message under a key of its own', [
    { field: 'Idempotency-Key', problem: 'was used for this message with other content' },
  ]);
}

/** Of a key of idempotency, its sender and what it is for. */
export function digestOfKey(header: unknown, { subject }: Actor, about: readonly string[]): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !KEY.test(header))
    throw invalid([{ field: 'Idempotency-Key', problem: 'must be 1–200 visible characters of ASCII, once' }]);
  return createHash('sha256')
    .update(JSON.stringify([subject, ...about, header]))
    .digest('hex')
    .slice(0, 32);
}

/** The id of a case as it stands in an address; what could be none is not found. */
export function isCaseId(id: string): boolean {
  return IncidentIdSchema.safeParse(id).success;
}

function objectOf(body: unknown, reserved: readonly string[]): Body {
  const value = body === undefined ? {} : body;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid([{ field: '(body)', problem: 'must be one JSON object' }]);
  if (jsonDepth(value) > MOST_DEPTH) throw invalid([{ field: '(body)', problem: 'is nested too deeply' }]);
  const told = reserved.filter((field) => Object.hasOwn(value, field));
  if (told.length > 0) throw invalid(told.map((field) => ({ field, problem: 'is set by the server: leave it out' })));
  return value as Body;
}

/** A name is given where it could be one of ours; anything else is what somebody sent. */
function nameOf(field: string): string {
  if (field === '') return '(body)';
  return /^[\w.[\]()-]{1,100}$/.test(field) ? field : '(a field)';
}

export function invalid(errors: Problem[]): Refusal {
  const named = errors.slice(0, MOST_PROBLEMS).map(({ field, problem }) => ({ field: nameOf(field), problem }));
  return new Refusal('invalid', 'nothing was done: correct the fields named and send it again', named);
}
