/** What is declared: the facts of an incident as people and tools first state them. What is assessed stands in assessment.ts. */
import { z } from 'zod';
import { tooLarge } from '../kernel/bytes';
import { earliestOf, WhenSchema } from '../kernel/inexact-instant';
import { parseIpRange, rangeText } from '../kernel/ip-address';
import { SEVERITIES } from '../kernel/severity';
import { ByOf, id, text } from '../kernel/text';
import { InstantSchema } from '../kernel/time';
import { readPlace } from '../places/place';
import { AFFECTS } from '../policy/facts';
import { DeclaredAssessmentSchema } from './assessment';
import { readingsApart, strayReadings } from './declared-instants';

export {
  type Assessment,
  AssessmentSchema,
  type DataSet,
  DataSetSchema,
  WorkspaceIdsSchema,
  WorkspacesSchema,
} from './assessment';

export const IncidentIdSchema = id('an incident id');
export const STATUSES = ['declared', 'investigating', 'identified', 'contained', 'monitoring', 'resolved'] as const;
export type IncidentStatus = (typeof STATUSES)[number];

/**
 * A credential by reference: never its value. `ref` is the token id, role name or key name at the provider. Which
 * providers there are is known to whoever carries the rotation out, and told at once where people name one.
 */
export const CredentialSchema = z.strictObject({
  provider: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be the name of a provider: lower-case letters, digits and "-"'),
  ref: id('a credential ref'),
});

/**
 * An IP address, a CIDR, `asn:64500` or `country:XX`, in its one canonical text: `::ffff:203.0.113.9` is 203.0.113.9. Which of
 * them may be blocked is decided when the rule is applied.
 */
export const MaliciousSourceSchema = z
  .string()
  .regex(
    /^([0-9.]+(\/\d{1,2})?|[0-9a-fA-F:]*:[0-9a-fA-F:]*(\d{1,3}(\.\d{1,3}){3})?(\/\d{1,3})?|asn:\d{1,10}|country:[A-Za-z]{2})$/,
    {
      error: 'must be an IP address, a CIDR range, asn:NUMBER or country:XX',
    },
  )
  .transform((source, context) => {
    const range = parseIpRange(source);
    if (range) return rangeText(range);
    if (source.startsWith('asn:')) return `asn:${Number(source.slice('asn:'.length))}`;
    if (!source.startsWith('country:')) return source;
    const read = readPlace(source.slice('country:'.length));
    if ('place' in read) return `country:${read.place}`;
    context.addIssue({ code: 'custom', message: read.problem });
    return z.NEVER;
  });

/** Most systems that are named one by one, and of them most that are isolated: each of these is work of its own. */
const MOST_SYSTEMS = 2_000;
const MOST_ISOLATED = 100;

const SOME_OF_AFFECTS = `must be a list of one or more of ${AFFECTS.join(', ')}`;

/** The fields of a declaration, as they are sent. */
export const DeclarationFields = z
  .strictObject({
    id: IncidentIdSchema,
    title: text(200),
    kind: id('an incident kind'),
    howItOccurred: text().optional(),
    severity: z.enum(SEVERITIES),
    owner: ByOf,
    detectedAt: WhenSchema,
    /** As it was read, where a declaration that was read is read again. */
    detectedAs: WhenSchema.optional(),
    declaredAt: InstantSchema,
    declaredBy: ByOf,
    source: text(200),
    affects: z.array(z.enum(AFFECTS), { error: SOME_OF_AFFECTS }).min(1, SOME_OF_AFFECTS),
    systems: z.array(id('a system')).max(MOST_SYSTEMS).default([]),
    isolate: z.array(id('a system')).max(MOST_ISOLATED).default([]),
    maliciousSources: z.array(MaliciousSourceSchema).max(100).default([]),
    credentials: z.array(CredentialSchema).max(100).default([]),
    serviceAffecting: z.boolean(),
    publicSummary: text(500).optional(),
    assessment: DeclaredAssessmentSchema.optional(),
    awareAt: WhenSchema.optional(),
    awareAs: WhenSchema.optional(),
    /** Of a past incident that is only taken into the register: when that was. Nothing of it is sent, contained or alarmed. */
    recordedAt: InstantSchema.optional(),
    /** Why it was declared straight at Temporal, past the server that finds out who acts. Stands in its first entries. */
    breakGlass: text(500).optional(),
  })
  .refine((d) => Date.parse(earliestOf(d.detectedAt)) <= Date.parse(d.declaredAt), {
    path: ['declaredAt'],
    error: 'must not be before detectedAt',
  })
  .superRefine((d, context) => {
    for (const field of strayReadings(d))
      context.addIssue({
        code: 'custom',
        path: [field],
        message: `must be left out: write the time as it is known in "${field === 'detectedAs' ? 'detectedAt' : 'awareAt'}"`,
      });
  })
  .superRefine((d, context) => {
    const message = tooLarge(d, 'declaration');
    if (message) context.addIssue({ code: 'custom', path: [], message });
  })
  .refine((d) => d.isolate.every((system) => d.systems.includes(system)), {
    path: ['isolate'],
    error: 'must name only systems that stand under "systems"',
  });

/** The incident as declared (T1): what a client script, a detector or a person sends to start the lifecycle. */
export const DeclarationSchema = DeclarationFields.transform(readingsApart);
export type Declaration = z.infer<typeof DeclarationSchema>;

/** One containment action. Its id is deterministic, so asking for the same thing twice is one measure. */
export const ContainmentMeasureSchema = z.discriminatedUnion(
  'action',
  [
    z.strictObject({ action: z.literal('block-source'), source: MaliciousSourceSchema }),
    z.strictObject({ action: z.literal('rotate-credential'), credential: CredentialSchema }),
    z.strictObject({ action: z.literal('isolate-system'), system: id('a system') }),
  ],
  {
    error:
      'must be one of { action: block-source, source }, { action: rotate-credential, credential }, { action: isolate-system, system }',
  },
);
export type ContainmentMeasure = z.infer<typeof ContainmentMeasureSchema>;

/**
 * `recorded-only`: a recorder on this machine took it, and nothing was done in the world. `withdrawn`: one person had asked for
 * it, and it was taken back before a second did.
 */
export type ContainmentOutcome =
  | 'applied'
  | 'verified'
  | 'recorded-only'
  | 'failed'
  | 'refused'
  | 'undone'
  | 'withdrawn';

/** `block-source 203.0.113.7`, `rotate-credential postgres-role/deploy`, `isolate-system ci-runner`. */
export function measureId(measure: ContainmentMeasure): string {
  switch (measure.action) {
    case 'block-source':
      return `block-source ${measure.source.toLowerCase()}`;
    case 'rotate-credential':
      return `rotate-credential ${measure.credential.provider}/${measure.credential.ref}`;
    case 'isolate-system':
      return `isolate-system ${measure.system}`;
  }
}

/** The containment that a declaration asks for: block its sources, rotate its credentials, isolate what it names. */
export function declaredMeasures(declaration: Declaration): ContainmentMeasure[] {
  return [
    ...declaration.maliciousSources.map((source) => ({ action: 'block-source' as const, source })),
    ...declaration.credentials.map((credential) => ({ action: 'rotate-credential' as const, credential })),
    ...declaration.isolate.map((system) => ({ action: 'isolate-system' as const, system })),
  ];
}
