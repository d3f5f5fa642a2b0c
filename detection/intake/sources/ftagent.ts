/**
 * ftagent, the network monitor on the servers: HMAC-SHA256 over `TIMESTAMP.BODY` in `x-ftagent-signature`. The fields of its
 * alert are those of the schema below. `scope` says whose server it is: those of customers are out of scope, by rule.
 */
import { z } from 'zod';
import { SEVERITIES } from '../../../domain/kernel/severity';
import { wellFormed } from '../../../domain/kernel/text';
import { InstantSchema } from '../../../domain/kernel/time';
import type { SourceAdapter } from './adapter';
import {
  asIndicators,
  asType,
  detectionOf,
  eventIdOf,
  factsOf,
  json,
  leftOut,
  objectAt,
  parseLeaving,
} from './reading';
import { plainSecretProblem, verifyTimestamped } from './signatures';

const word = (max: number) => z.string().trim().min(1, 'must not be empty').max(max).transform(wellFormed);
const rate = z.number().min(0).optional();

/**
 * An alert. `id` is the alert's and is shared by its start and end; `kind` is like `udp-flood`, `port-scan`. `peak`: packets
 * and bits a second. `sources`: attacking addresses, ranges or `asn:NUMBER`; at most 100 are kept.
 */
const AlertSchema = z.object({
  id: word(150),
  host: word(120),
  scope: z.enum(['platform', 'customer']),
  kind: word(80),
  phase: z.enum(['start', 'end']).default('start'),
  at: InstantSchema,
  severity: z.enum(SEVERITIES).optional(),
  target: word(120).optional(),
  protocol: word(40).optional(),
  peak: z.object({ pps: rate, bps: rate }).optional(),
  sources: z.array(z.string()).max(10_000).default([]),
});

const NEEDED = ['id', 'host', 'scope', 'kind', 'at'];

export const ftagent: SourceAdapter = {
  format: 'ftagent',
  contentTypes: ['application/json'],
  secretProblem: plainSecretProblem,
  verify: (request, secrets, now) => verifyTimestamped(request, 'x-ftagent', secrets, now),

  parse(request, context) {
    const { data, left } = parseLeaving(AlertSchema, objectAt(json(request.body), '(body)'), NEEDED);
    const { id, host, scope, kind, phase, at, severity, target, protocol, peak, sources } = data;
    const detection = detectionOf('ftagent', context, {
      eventId: eventIdOf(id, phase, at),
      type: asType(`ftagent.${kind}`),
      phase,
      correlationId: id,
      at,
      title: `ftagent on ${host}: ${kind}${phase === 'end' ? ' ended' : ''}`,
      severity,
      scope,
      systems: [host],
      indicators: asIndicators(sources),
      facts: factsOf({ kind, target, protocol, pps: peak?.pps, bps: peak?.bps, sources: sources.length }),
    });
    return { detections: [detection], untaken: leftOut(detection, left) };
  },
};
