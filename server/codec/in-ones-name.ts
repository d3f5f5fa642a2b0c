/** What may be sealed for somebody: what they send themselves. */
import type { Payload } from '@temporalio/common';
import { allows } from '../access';
import type { Actor } from '../identity/actor';
import { jsonDepth, MOST_DEPTH } from '../json-depth';
import { Refusal } from '../problem';
import { SEALERS } from '../roles-of-messages';

/**
 * A message with `by`, or a declaration with `declaredBy`, as the server found them out. Throws a Refusal where the payload
 * names somebody else, is none of both, or is sent by whoever may not send every message.
 */
export function inOnesName({ by, roles }: Actor, payload: Payload): Payload {
  if (!allows(SEALERS, roles))
    throw new Refusal('not-allowed', `what is sealed may be any message, so this is for: ${SEALERS.join(', ')}`);
  const value = objectIn(payload);
  if ('recorded' in value) throw invalid('recorded', 'acts of a past incident are recorded with the command');
  const said = { ...value, by: own(value, 'by', 'by', by) };
  if (isObject(value.declaration))
    Object.assign(said, {
      declaration: {
        ...value.declaration,
        declaredBy: own(value.declaration, 'declaredBy', 'declaration.declaredBy', by),
      },
    });
  return { metadata: payload.metadata, data: Buffer.from(JSON.stringify(said)) };
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
