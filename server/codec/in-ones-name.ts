/** What may be sealed for somebody: what they send themselves. */
import type { Payload } from '@temporalio/common';
import { API_COMMAND } from '../../domain/case/command-ids';
import { jsonDepth, MOST_DEPTH } from '../../domain/kernel/json-depth';
import { ERASURE } from '../../domain/report/messages';
import { allows } from '../access';
import { isIdOfKey } from '../idempotency-ids';
import type { Actor } from '../identity/actor';
import { Refusal } from '../problem';
import { SEALERS } from '../roles-of-messages';

/** What names others, or stands for what Tocsin found: the input of workflows, which no message has. */
const BY_THE_COMMAND = ['recorded', 'resumed', 'carried', 'closed', 'policy'];
/** Set where a declaration is read, or where a past incident is recorded. */
const OF_READ_DECLARATIONS = ['recordedAt', 'detectedAs', 'awareAs', 'breakGlass'];

/**
 * A message with `by`, or a declaration with `declaredBy`, as the server found them out. Throws a Refusal where the payload
 * names somebody else, is none of both, or is sent by whoever may not send every message.
 */
export function inOnesName({ by, roles }: Actor, payload: Payload): Payload {
  if (!allows(SEALERS, roles))
    throw new Refusal('not-allowed', `what is sealed may be any message, so this is for: ${SEALERS.join(', ')}`);
  const value = objectIn(payload);
  refuseKeys(value, BY_THE_COMMAND, '', 'is done with the command: leave it out');
  refuseKeys(value, ['breakGlass'], '', 'is of commands that go past the server: leave it out');
  refuseKeys(value, ['via'], '', 'is set where a paging service sends it: leave it out');
  refuseKeys(value, ['sentAt'], '', 'is set by who takes the message: leave it out');
  if (typeof value.commandId === 'string' && value.commandId.startsWith(API_COMMAND))
    throw invalid('commandId', `must not begin with ${API_COMMAND}, as those of the API do`);
  if (typeof value.commandId === 'string' && value.commandId.startsWith(ERASURE))
    throw invalid('commandId', `must not begin with ${ERASURE}, as those of an erasure do`);
  refuseKeys(value, ['outcome'], '', 'is told by the dependency check: leave it out');
  const said = { ...value, by: own(value, 'by', 'by', by) };
  if (isObject(value.declaration)) {
    refuseKeys(value.declaration, OF_READ_DECLARATIONS, 'declaration.', 'is done with the command: leave it out');
    if (isIdOfKey(value.declaration.id))
      throw invalid('declaration.id', 'has the form of those that the API makes from a key: choose another');
    Object.assign(said, {
      declaration: {
        ...value.declaration,
        declaredBy: own(value.declaration, 'declaredBy', 'declaration.declaredBy', by),
      },
    });
  }
  return { metadata: payload.metadata, data: Buffer.from(JSON.stringify(said)) };
}

function refuseKeys(value: object, keys: readonly string[], within: string, problem: string): void {
  const key = keys.find((each) => Object.hasOwn(value, each));
  if (key !== undefined) throw invalid(`${within}${key}`, problem);
}

function objectIn({ metadata, data }: Payload): Record<string, unknown> {
  const encoding = Buffer.from(metadata?.encoding ?? []).toString();
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(data ?? []).toString('utf8'));
  } catch {
    // Told below.
  }
  if (encoding !== 'json/plain' || !isObject(value))
    throw new Refusal('invalid', 'what is sealed must be one JSON object, as json/plain', [
      { field: 'payloads', problem: 'must be one JSON object' },
    ]);
  if (jsonDepth(value) > MOST_DEPTH) throw invalid('payloads', 'is nested too deeply');
  return value;
}

function own(value: Record<string, unknown>, key: string, field: string, by: string): string {
  if (Object.hasOwn(value, key) && value[key] !== by)
    throw invalid(field, 'is set by the server to who you are: leave it out');
  return by;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(field: string, problem: string): Refusal {
  return new Refusal('invalid', `${field}: ${problem}`, [{ field, problem }]);
}
