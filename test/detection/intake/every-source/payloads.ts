/** What the vendor of each format and each ready mapping documents, signed as it signs. */
import { createHmac } from 'node:crypto';
import type { Source } from '../../../../detection/intake/config';
import { loadMapping, readyMappings } from '../../../../detection/intake/mapping/load-mapping';
import { mappedAdapter } from '../../../../detection/intake/mapping/mapped-adapter';
import { INTAKE_FORMATS } from '../../../../detection/intake/sources';
import { MAPPED } from '../mapped-samples';
import { allSources, type IntakeFormat, SIGNED, samples, signGithub } from '../samples';

const SECRET = 'a-secret-of-the-sender-0001';
const MAPPINGS = new Map(readyMappings().map((name) => [name, loadMapping(name)]));

/** One documented request. */
export interface Payload {
  source: string;
  name: string;
  body: string;
  signed(body: string, n: number): Record<string, string>;
  /** Rows that it makes in all: detections, events of authentication or of mails. */
  rows: number;
}

const PAYLOADS: Payload[] = [
  ...samples(Date.now(), 'every').map(
    ({ format, name, headers, body, detections, authEvents = 0, deliveryEvents = 0 }) => ({
      source: format,
      name,
      body,
      signed: (changed: string, n: number) => signedLike(format, headers, changed, n),
      rows: detections + authEvents + deliveryEvents,
    }),
  ),
  ...MAPPED.map(({ mapping, body, expected }, n) => ({
    source: mapping,
    name: `${mapping} ${n}`,
    body: JSON.stringify(body),
    signed: (changed: string) => signedByMapping(mapping, changed),
    rows: expected.length,
  })),
];

/** Each format and each ready mapping: the name of its source. */
export const SOURCES: string[] = [...INTAKE_FORMATS, ...MAPPINGS.keys()];

export const payloadsOf = (source: string): Payload[] => PAYLOADS.filter((each) => each.source === source);

/** A source of each name, without a bound on its requests. */
export function everySource(): Source[] {
  const mapped = [...MAPPINGS].map(
    ([name, mapping]): Source => ({
      name,
      adapter: mappedAdapter(mapping),
      secrets: [{ value: SECRET }],
      scope: 'platform',
      perMinute: 1_000_000_000,
    }),
  );
  return [...allSources(1_000_000_000), ...mapped];
}

/** With the sample's own content type and attributes, over another body. */
function signedLike(format: IntakeFormat, headers: Record<string, string>, body: string, n: number) {
  const event = headers['x-github-event'];
  if (event !== undefined) return signGithub(event, body);
  if (headers.authorization !== undefined) return headers;
  return { ...SIGNED[format](body, Date.now(), n), 'content-type': headers['content-type']! };
}

function signedByMapping(mapping: string, body: string): Record<string, string> {
  const { signature } = MAPPINGS.get(mapping)!;
  const proof: Record<string, string> =
    signature?.scheme === 'hmac-sha256'
      ? { [signature.header]: createHmac('sha256', SECRET).update(body).digest('hex') }
      : { authorization: `Bearer ${SECRET}` };
  return { 'content-type': 'application/json', ...proof };
}
