/**
 * A security advisory in the Open Source Vulnerability format (https://ossf.github.io/osv-schema/, versions up to 1.7),
 * cut down to what decides whether an installed version is affected, and how badly. Everything in it comes from outside.
 */
import { z } from 'zod';
import { type Instant, InstantSchema } from '../kernel/time';
import { MOST, RangeSchema, short, type VersionRange, version, withLastKnown } from './version-range';

/** How severe a vulnerability is, worst first. `unknown`: nobody has said; it is never taken for harmless. */
export const RATINGS = ['critical', 'high', 'medium', 'low', 'unknown'] as const;
export type Rating = (typeof RATINGS)[number];

const SeveritySchema = z.object({ type: short(30), score: z.string().max(1000) });
export type SeverityScore = z.infer<typeof SeveritySchema>;

/** A database's own word for the severity, such as MODERATE. Other things that databases keep there are no concern. */
const RatedSchema = z.object({ severity: z.string().max(60).optional().catch(undefined) }).catch({});
/** Of one package, GitHub's database also says there where a range ends. */
const RangeEndSchema = z
  .object({ last_known_affected_version_range: z.string().max(300).optional().catch(undefined) })
  .catch({});

const AffectedSchema = z.object({
  package: z.object({ ecosystem: short(120), name: short(300) }).optional(),
  ranges: z.array(RangeSchema).max(MOST).nullish(),
  versions: z.array(version).max(200_000).nullish(),
  severity: z.array(SeveritySchema).max(100).nullish(),
  database_specific: z.intersection(RatedSchema, RangeEndSchema).nullish(),
  ecosystem_specific: RatedSchema.nullish(),
});

const oneLine = (max: number) =>
  z.string().transform((text) =>
    text
      .replace(/[\p{Cc}\p{Cf}\p{Surrogate}\s]+/gu, ' ')
      .trim()
      .slice(0, max),
  );

/** A record's id: it stands in command lines, titles and keys, so its letters are limited. */
const idOf = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/, 'must be an id, like GHSA-xvch-5gv4-984h');

/**
 * The wire form, as files and feeds hold it. Unknown fields are left out, so that later versions can be read; so are
 * `details` and `credits`, which may name people.
 */
export const AdvisoryRecordSchema = z.object({
  id: idOf,
  modified: InstantSchema,
  withdrawn: InstantSchema.nullish(),
  aliases: z.array(idOf).max(1000).nullish(),
  summary: oneLine(200).nullish(),
  severity: z.array(SeveritySchema).max(100).nullish(),
  affected: z.array(AffectedSchema).max(MOST).nullish(),
  database_specific: RatedSchema.nullish(),
});
/** Still a record in OSV's format, with the fields alone that the check reads. */
export type AdvisoryRecord = z.output<typeof AdvisoryRecordSchema>;

/**
 * Takes advisories that were sent. It resolves when they are stored for good, after which the sender may be told so; an
 * older version of one that is stored changes nothing.
 */
export interface AdvisoryConsumer {
  consume(records: AdvisoryRecord[]): Promise<void>;
}

/** A record, as the check works with it. */
export const AdvisorySchema = AdvisoryRecordSchema.transform(
  (record): Advisory => ({
    id: record.id,
    modifiedAt: record.modified,
    ...(record.withdrawn ? { withdrawnAt: record.withdrawn } : {}),
    aliases: record.aliases ?? [],
    summary: record.summary ?? '',
    severity: record.severity ?? [],
    rated: record.database_specific?.severity,
    affected: (record.affected ?? []).flatMap((each) =>
      each.package
        ? [
            {
              ecosystem: each.package.ecosystem,
              name: each.package.name,
              ranges: withLastKnown(each.ranges ?? [], each.database_specific?.last_known_affected_version_range),
              versions: each.versions ?? [],
              severity: each.severity ?? [],
              rated: each.database_specific?.severity ?? each.ecosystem_specific?.severity,
            },
          ]
        : [],
    ),
  }),
);

/** What one package's users need to know: versions by enumeration, by ranges, or both. */
export interface AffectedPackage {
  /** As OSV names it, with its release where it has one: `npm`, `PyPI`, `Debian:12`. */
  ecosystem: string;
  name: string;
  ranges: VersionRange[];
  versions: string[];
  severity: SeverityScore[];
  rated?: string;
}

export interface Advisory {
  id: string;
  modifiedAt: Instant;
  /** Set when its publisher took it back: then it says nothing about any version. */
  withdrawnAt?: Instant;
  /** Other ids of the same vulnerability, such as a CVE number. */
  aliases: string[];
  /** One line. Hostile, like all text from outside. */
  summary: string;
  severity: SeverityScore[];
  rated?: string;
  affected: AffectedPackage[];
}
