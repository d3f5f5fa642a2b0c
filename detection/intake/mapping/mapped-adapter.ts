/** A source whose JSON a mapping reads. */
import { anyEqual, hmacSha256 } from '../../../platform/hmac';
import type { SourceAdapter, SourceRequest, Untaken } from '../sources/adapter';
import { detectionOf, invalid, json, readEach } from '../sources/reading';
import { badSignature, header, plainSecretProblem, tokenHolds, verifyBearerOrHmac } from '../sources/signatures';
import { kindOf, mapEvent, takes } from './map-event';
import type { Mapping } from './mapping';
import { find } from './path';

/** The format of every source that is read through a mapping; which one it is shows in the source's name and the types. */
export const MAPPED_FORMAT = 'mapping';
const MOST_EVENTS = 1_000;

/** Each event of a body is a detection, refused with its reasons, or of a kind that the mapping is not for: none is lost. */
export function mappedAdapter(mapping: Mapping): SourceAdapter {
  return {
    format: MAPPED_FORMAT,
    contentTypes: ['application/json', 'application/vnd.api+json', 'application/cloudevents+json'],
    secretProblem: plainSecretProblem,
    verify: (request, secrets, now) => verify(mapping, request, secrets, now),
    parse(request, context) {
      const body = json(request.body);
      const events = mapping.each ? find(body, mapping.each) : [body];
      if (mapping.each && events.length === 0) throw invalid('(body)', `holds no event at ${mapping.each}`);
      if (events.length >= MOST_EVENTS) throw invalid('(body)', `must hold fewer than ${MOST_EVENTS} events`);
      const unknown: Untaken[] = [];
      const known = events.filter((event) => {
        const kind = kindOf(mapping, event);
        if (!takes(mapping, kind)) unknown.push({ kind, problems: [], value: event });
        return takes(mapping, kind);
      });
      const { taken, untaken } = readEach(
        known,
        (event) => kindOf(mapping, event),
        (event, prefix) => detectionOf(MAPPED_FORMAT, context, mapEvent(mapping, event, context.now), prefix),
      );
      return { detections: taken, untaken: [...untaken, ...unknown] };
    },
  };
}

function verify({ signature }: Mapping, request: SourceRequest, secrets: readonly string[], now: number): void {
  if (!signature) {
    verifyBearerOrHmac(request, secrets, now);
    return;
  }
  const given = header(request, signature.header) ?? '';
  if (signature.scheme === 'token') {
    if (!tokenHolds(given.replace(/^Bearer +/i, ''), secrets)) throw badSignature();
    return;
  }
  const { prefix, encoding } = signature;
  const hash = given.startsWith(prefix) ? Buffer.from(given.slice(prefix.length), encoding) : Buffer.alloc(0);
  if (
    !anyEqual(
      [hash],
      secrets.map((secret) => hmacSha256(secret, request.body)),
    )
  )
    throw badSignature();
}
