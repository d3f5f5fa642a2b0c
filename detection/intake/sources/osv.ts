/**
 * Advisories in OSV format (https://ossf.github.io/osv-schema/): one record, a list of them, or `{ "vulns": […] }`. The same
 * `id` with the same `modified` is the same detection. The records themselves go to the dependency check. Signed by bearer
 * token or `x-tocsin-signature`.
 */
import { type AdvisoryRecord, AdvisoryRecordSchema } from '../../../domain/patch/advisory';
import { invalidBody } from '../refusal';
import type { SourceAdapter, SourceContext } from './adapter';
import {
  asId,
  asInstant,
  asObject,
  asText,
  asTexts,
  detectionOf,
  eventIdOf,
  factsOf,
  invalid,
  json,
  objectAt,
  readEach,
} from './reading';
import { plainSecretProblem, verifyBearerOrHmac } from './signatures';

const MOST = 500;
/** What the table takes: unset lists that are written out may make a hostile record longer than it came. */
const LONGEST_RECORD = 1_048_576;
const SEVERITY: Record<string, 'sev2' | 'sev3' | 'sev4'> = {
  CRITICAL: 'sev2',
  HIGH: 'sev3',
  MODERATE: 'sev4',
  MEDIUM: 'sev4',
  LOW: 'sev4',
};

export const osv: SourceAdapter = {
  format: 'osv',
  scope: 'platform',
  contentTypes: ['application/json'],
  secretProblem: plainSecretProblem,
  verify: (request, secrets, now) => verifyBearerOrHmac(request, secrets, now),

  parse(request, context) {
    const body = json(request.body);
    const vulns = Array.isArray(body)
      ? body
      : Array.isArray(asObject(body)?.vulns)
        ? (asObject(body)!.vulns as unknown[])
        : [body];
    if (vulns.length > MOST) throw invalid('(body)', `must hold at most ${MOST} records`);
    const { taken, untaken } = readEach(
      vulns,
      () => 'refused',
      (record, prefix) => {
        const at = prefix.map((index) => `${index}.`).join('');
        return { detection: advisory(record, at, context), record: recordOf(record, at) };
      },
    );
    return {
      detections: taken.map(({ detection }) => detection),
      advisories: taken.map(({ record }) => record),
      untaken,
    };
  },
};

/** The record as the check reads it. */
function recordOf(value: unknown, prefix: string): AdvisoryRecord {
  const field = prefix.slice(0, -1);
  const parsed = AdvisoryRecordSchema.safeParse(value);
  if (!parsed.success) throw invalidBody(parsed.error, field ? [field] : []);
  if (JSON.stringify(parsed.data).length > LONGEST_RECORD) throw invalid(field || '(body)', 'is too long for a record');
  return parsed.data;
}

function advisory(value: unknown, prefix: string, context: SourceContext) {
  const record = objectAt(value, prefix ? prefix.slice(0, -1) : '(body)');
  const id = asId(record.id);
  const modified = asInstant(record.modified);
  if (!id) throw invalid(`${prefix}id`, 'must be the id of the advisory');
  if (!modified || typeof record.modified !== 'string')
    throw invalid(`${prefix}modified`, 'must be a date and time in UTC');
  const affected = (Array.isArray(record.affected) ? record.affected.slice(0, 50) : []).map(
    (each) => asObject(each) ?? {},
  );
  const packages = affected.map((each) => asObject(each.package) ?? {});
  const fixed = affected.flatMap(({ ranges }) =>
    (Array.isArray(ranges) ? ranges.slice(0, 10) : []).flatMap((range) => {
      const events = asObject(range)?.events;
      return (Array.isArray(events) ? events.slice(0, 20) : []).flatMap(
        (each) => asText(asObject(each)?.fixed, 80) ?? [],
      );
    }),
  );
  const word = asText(asObject(record.database_specific)?.severity, 20)?.toUpperCase();
  const scores = Array.isArray(record.severity) ? record.severity.slice(0, 5) : [];
  return detectionOf('osv', context, {
    eventId: eventIdOf(id, modified),
    type: 'osv.advisory',
    phase: record.withdrawn ? 'end' : 'start',
    correlationId: id,
    at: modified,
    title: `${id}: ${asText(record.summary, 150) ?? 'advisory'}`,
    severity: word && Object.hasOwn(SEVERITY, word) ? SEVERITY[word] : undefined,
    facts: factsOf({
      id,
      aliases: asTexts(record.aliases, 20),
      severity: word?.toLowerCase(),
      vectors: scores.map((each) => asObject(each)?.score),
      packages: [...new Set(packages.map(({ name }) => name))],
      ecosystems: [...new Set(packages.map(({ ecosystem }) => ecosystem))],
      fixed: [...new Set(fixed)].slice(0, 50),
    }),
  });
}
