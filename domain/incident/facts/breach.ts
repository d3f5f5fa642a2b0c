/** The facts of a breach as a whole that the forms of authorities ask for (edition: `FACTS_EDITION` in codes.ts). */
import { z } from 'zod';
import { id, text } from '../../kernel/text';
import { InstantSchema } from '../../kernel/time';
import {
  AttachmentSchema,
  BodySchema,
  CauseSchema,
  ConsequenceSchema,
  DiscoverySchema,
  ImpactSchema,
  IncidentNatureSchema,
  PartyRoleSchema,
  ReporterFunctionSchema,
  SafeguardSchema,
  SeveritySchema,
} from './codes';
import { RiskJudgementSchema } from './risk-judgement';

/** A list of codes, each once. */
export const codes = <T extends z.ZodType<string>>(code: T) =>
  z
    .array(code)
    .max(30)
    .transform((list) => [...new Set(list)] as z.output<T>[]);

/** Several of a kind by an id of their own: what is in them can be shown, corrected and erased one by one. */
const byId = <T extends z.ZodType>(what: string, each: T) =>
  z.record(id(what), each).refine((all) => Object.keys(all).length <= 50, 'takes 50 at most');

/** A person who answers for the report (fields 21 to 24), or the data protection officer (29 to 31). */
export const PersonSchema = z.strictObject({ name: text(200), contact: text(400) });
export type Person = z.infer<typeof PersonSchema>;

/** How and by whom the breach was discovered (fields 50 to 52). `toldAt`: when somebody outside told the controller. */
export const DiscoveredSchema = z.strictObject({
  by: DiscoverySchema.optional(),
  how: text(2000).optional(),
  toldAt: InstantSchema.optional(),
});

/** What kinds of incident it was, and its cause (fields 60 to 63). How it occurred, in words, is `howItOccurred`. */
export const BreachNatureSchema = z.strictObject({
  kinds: codes(IncidentNatureSchema).default([]),
  cause: CauseSchema.optional(),
  /** The systems, services and infrastructure involved, and where they are. */
  systems: text(2000).optional(),
});

/** Measures, those in place before (fields 75, 76) or those to prevent a repeat (94, 95). */
export const SafeguardsSchema = z.strictObject({
  kinds: codes(SafeguardSchema).default([]),
  description: text(2000).optional(),
});

/** Likely consequences and their weight for the people (fields 79 to 87). In words: `likelyConsequences`. */
export const ConsequencesSchema = z.strictObject({
  kinds: codes(ConsequenceSchema).default([]),
  impacts: codes(ImpactSchema).default([]),
  impactDescription: text(2000).optional(),
  severity: SeveritySchema.optional(),
});

/** Another party of the breach (fields 38 to 41), and when it told us. */
export const PartySchema = z.strictObject({
  role: PartyRoleSchema,
  name: text(200),
  contact: text(400).optional(),
  toldUsAt: InstantSchema.optional(),
});

/** A public body that was told beside the authority to which the breach is reported (fields 109 to 111). */
export const BodyToldSchema = z.strictObject({
  kind: BodySchema,
  name: text(200),
  caseId: text(200).optional(),
  toldAt: InstantSchema.optional(),
});

/** A document that belongs to the report (fields 125, 126), by its hash: the file itself stays with whoever keeps it. */
export const AttachedSchema = z.strictObject({
  kind: AttachmentSchema,
  title: text(200),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex, as `sha256sum FILE` prints it'),
});

/** The person who reports (fields 21 to 24). */
export const ReporterSchema = PersonSchema.extend({
  function: ReporterFunctionSchema,
  functionDescription: text(200).optional(),
});

/** All of it; each may be left out while it is not known. */
export const breachFacts = {
  discovered: DiscoveredSchema.optional(),
  nature: BreachNatureSchema.optional(),
  measuresBefore: SafeguardsSchema.optional(),
  consequences: ConsequencesSchema.optional(),
  riskJudgement: RiskJudgementSchema.optional(),
  prevention: SafeguardsSchema.optional(),
  reporter: ReporterSchema.optional(),
  /** By an id of your own, like `host`. */
  parties: byId('the id of a party', PartySchema).optional(),
  /** Whether it was reported to the police as an offence (field 109). */
  policeTold: z.enum(['yes', 'no', 'unknown']).optional(),
  bodiesTold: byId('the id of a body', BodyToldSchema).optional(),
  attachments: byId('the id of an attachment', AttachedSchema).optional(),
  /** Why not everybody was told, where that is so (field 103). How many were is computed. */
  whyNotAllTold: text(2000).optional(),
};
