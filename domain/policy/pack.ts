/**
 * A policy pack: the obligations of one law, contract or promise, with what they need. Packs are composed to the policy in
 * force (`compose.ts`); how one is written stands in docs/policy-packs.md.
 */
import { z } from 'zod';
import { LanguageSchema } from '../kernel/language';
import { CalendarSchema } from '../kernel/time';
import { CountryCodeSchema, PlaceCodeSchema } from '../places/place';
import { ConditionSchema } from './conditions';
import { PolicyIdSchema } from './ids';
import { OrganisationSchema } from './organisation';
import { PlaceSchema } from './places';
import { PackRuleSchema, ValiditySchema } from './rule';

export { type Organisation, OrganisationSchema } from './organisation';

/** A supervisory authority. `confirmed`: V read at the source, S secondary, R recalled: confirm before relying on it. */
export const AuthoritySchema = z.strictObject({
  key: PolicyIdSchema,
  name: z.string(),
  country: CountryCodeSchema,
  regime: PolicyIdSchema,
  via: z.enum(['portal', 'form', 'email', 'site']),
  address: z.string(),
  languages: z.array(LanguageSchema).min(1),
  confirmed: z.enum(['V', 'S', 'R']),
  /** What must be arranged in peace time: an eID, a signature, a registration. */
  needs: z.array(z.string()).optional(),
  note: z.string().optional(),
  /** Both in other languages, by their codes: those in which a dossier is prepared. */
  needsIn: z.partialRecord(LanguageSchema, z.array(z.string())).optional(),
  noteIn: z.partialRecord(LanguageSchema, z.string()).optional(),
});
export type Authority = z.infer<typeof AuthoritySchema>;

/**
 * How the authorities of a regime are chosen. `every`: each one that is listed, usually the only one. `lead-or-each-state`:
 * the one of the main establishment; without one those of each state where affected people live.
 */
export const AUTHORITY_CHOICES = ['every', 'lead-or-each-state'] as const;

/** A body of law with authorities of its own. */
export const RegimeSchema = z.strictObject({
  title: z.string(),
  /** Where its law protects the people who live there. */
  territory: z.array(PlaceSchema).min(1),
  authorities: z.enum(AUTHORITY_CHOICES),
  citation: z.string(),
});
export type Regime = z.infer<typeof RegimeSchema>;

/** A ground of the law, or of the company for its own promise, on which a person may decide that an obligation is not owed. */
export const GroundSchema = z.strictObject({
  id: PolicyIdSchema,
  title: z.string(),
  citation: z.string(),
  /** The obligations that it may waive. */
  waives: z.array(PolicyIdSchema).min(1),
  /** What the facts must show before; `otherwise` is told when they do not. */
  onlyWhen: ConditionSchema.optional(),
  otherwise: z.string().optional(),
});
export type Ground = z.infer<typeof GroundSchema>;

/** The ground of promises for which no pack names one: the reason that the person gives stands alone. No legal duty is waived on it. */
export const OTHER_GROUND = 'other';

/** A question that a person answers in the assessment by yes, no or unknown, and that conditions read as `answers`. */
export const QuestionSchema = z.strictObject({ id: PolicyIdSchema, asks: z.string(), citation: z.string() });
export type Question = z.infer<typeof QuestionSchema>;

export const PackSchema = z.strictObject({
  id: PolicyIdSchema,
  version: z.string(),
  title: z.string(),
  organisation: OrganisationSchema.optional(),
  /** When all of its rules are in force that do not say so themselves. */
  validity: ValiditySchema.optional(),
  /** Names for lists of places. */
  regions: z.record(PlaceSchema, z.array(PlaceCodeSchema).min(1)).default({}),
  calendars: z.record(z.string(), CalendarSchema).default({}),
  regimes: z.record(PolicyIdSchema, RegimeSchema).default({}),
  /** Authorities beside those of policy/authorities.yaml; one of the same key wins over that. */
  authorities: z.array(AuthoritySchema).default([]),
  grounds: z.array(GroundSchema).default([]),
  questions: z.array(QuestionSchema).default([]),
  obligations: z.array(PackRuleSchema).min(1),
});
export type Pack = z.infer<typeof PackSchema>;
