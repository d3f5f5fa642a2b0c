/** What is declared and what is assessed: the facts of an incident, as people and tools state them. */
import { z } from 'zod';
import { SEVERITIES } from '../kernel/severity';
import { ByOf, id, text } from '../kernel/text';
import { InstantSchema } from '../kernel/time';
import { PolicyIdSchema } from '../policy/ids';

export const IncidentIdSchema = id('an incident id');
export const STATUSES = ['declared', 'investigating', 'identified', 'contained', 'monitoring', 'resolved'] as const;
export type IncidentStatus = (typeof STATUSES)[number];

const YesNoUnknown = z.enum(['yes', 'no', 'unknown']);
/** ISO 3166-1 alpha-2, or `unknown`. */
const Country = z.string().regex(/^([A-Z]{2}|unknown)$/, 'must be a two-letter country code (ISO 3166-1) or "unknown"');

/**
 * One affected set of personal data.
 * `role`: the company is *controller* for its own account data and *processor* for what customers store (GDPR Art. 4(7), (8)).
 * `records`, `individuals`: approximate counts, both asked for by GDPR Art. 33(3)(a); left out while not yet established.
 * `residence`: approximate number of individuals by country; `null` when the number is not known.
 * `significantHarm`: the "real risk of significant harm" of PIPEDA s. 10.1, judged apart from the GDPR risk.
 */
export const DataSetSchema = z.strictObject({
  id: id('a data set id'),
  title: text(200),
  role: z.enum(['controller', 'processor']),
  categories: z.array(text(120)).default([]),
  records: z.int().min(0).optional(),
  individuals: z.int().min(0).optional(),
  residence: z.record(Country, z.int().min(0).nullable()).default({}),
  protection: z
    .strictObject({ encrypted: z.enum(['yes', 'partly', 'no', 'unknown']), keysTaken: YesNoUnknown })
    .default({ encrypted: 'unknown', keysTaken: 'unknown' }),
  risk: z.enum(['unlikely', 'risk', 'high', 'unknown']).default('unknown'),
  significantHarm: YesNoUnknown.default('unknown'),
});
export type DataSet = z.infer<typeof DataSetSchema>;

export const WorkspaceIdsSchema = z.array(id('a workspace id')).max(20_000);
/** Workspaces whose data is affected: their ids in the directory, or all of them. */
export const WorkspacesSchema = z.union([z.literal('all'), WorkspaceIdsSchema], {
  error: 'must be "all" or a list of workspace ids',
});

/** A person's judgement of the facts at one time. A later one replaces it whole. */
export const AssessmentSchema = z.strictObject({
  personalData: z.enum(['yes', 'possible', 'no', 'unknown']),
  dataSets: z.array(DataSetSchema).max(100).default([]),
  workspaces: WorkspacesSchema.default([]),
  howItOccurred: text().optional(),
  likelyConsequences: text().optional(),
  individualSteps: z.array(text(500)).max(20).default([]),
  periodFrom: InstantSchema.optional(),
  periodTo: InstantSchema.optional(),
  /** Answers to the questions that the policy asks, by the question's id; what is left out is unknown. */
  answers: z.record(PolicyIdSchema, YesNoUnknown).optional(),
});
export type Assessment = z.infer<typeof AssessmentSchema>;

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

/** An IP address, a CIDR, `asn:64500` or `country:XX`. Which of them may be blocked is decided when the rule is applied. */
export const MaliciousSourceSchema = z
  .string()
  .regex(/^([0-9.]+(\/\d{1,2})?|[0-9a-fA-F:]*:[0-9a-fA-F:]*(\/\d{1,3})?|asn:\d{1,10}|country:[A-Z]{2})$/, {
    error: 'must be an IP address, a CIDR range, asn:NUMBER or country:XX',
  });

/** The incident as declared (T1): what a client script, a detector or a person sends to start the lifecycle. */
export const DeclarationSchema = z
  .strictObject({
    id: IncidentIdSchema,
    title: text(200),
    kind: id('an incident kind'),
    howItOccurred: text().optional(),
    severity: z.enum(SEVERITIES),
    owner: ByOf,
    detectedAt: InstantSchema,
    declaredAt: InstantSchema,
    declaredBy: ByOf,
    source: text(200),
    affects: z.array(z.enum(['confidentiality', 'integrity', 'availability'])).min(1),
    systems: z.array(id('a system')).default([]),
    isolate: z.array(id('a system')).default([]),
    maliciousSources: z.array(MaliciousSourceSchema).max(100).default([]),
    credentials: z.array(CredentialSchema).max(100).default([]),
    serviceAffecting: z.boolean(),
    publicSummary: text(500).optional(),
    assessment: AssessmentSchema.optional(),
    awareAt: InstantSchema.optional(),
  })
  .refine((d) => Date.parse(d.detectedAt) <= Date.parse(d.declaredAt), {
    path: ['declaredAt'],
    error: 'must not be before detectedAt',
  })
  .refine((d) => d.isolate.every((system) => d.systems.includes(system)), {
    path: ['isolate'],
    error: 'must name only systems that stand under "systems"',
  });
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
