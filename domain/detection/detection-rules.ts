/**
 * The rules that judge detections, as data: a person reads and edits them in `policy/detection.yaml`. They are tried from
 * the top; the first whose conditions all hold decides.
 */

import { z } from 'zod';
import { CredentialSchema, DeclarationFields } from '../incident/incident';
import { AlarmAtSchema } from '../kernel/alarm-clock';
import { SEVERITIES } from '../kernel/severity';
import { ByOf, text } from '../kernel/text';
import { exactMs, HOUR_MS, PeriodSchema } from '../kernel/time';
import { isMatchedField, MATCHED_FIELDS, WhenSchema } from './matcher';

const id = (what: string) =>
  z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, `${what} takes lower-case letters, digits and "-"`);

/** A span of fixed length above zero: clocks of triage run through weekends and clock changes. */
const SpanSchema = PeriodSchema.refine(
  (period) => {
    try {
      return exactMs(period) > 0;
    } catch {
      return false;
    }
  },
  { error: 'must be a fixed length above zero, like PT4H or P1D, without calendar months' },
);

/** Kinds of indicators, as `maliciousSources` of a rule names those that an incident may block. */
export const INDICATOR_KINDS = ['address', 'range', 'asn', 'country'] as const;

const Incident = DeclarationFields.shape;
/** What a declaration takes over from its rule. `systems` are added to those that the detection names. */
export const IncidentDefaultsSchema = z.strictObject({
  kind: Incident.kind,
  owner: ByOf,
  affects: Incident.affects,
  serviceAffecting: z.boolean(),
  systems: Incident.systems,
  maliciousSources: z.array(z.enum(INDICATOR_KINDS)).default([]),
  /** Whether the addresses may be forged, as those of a flood: then a person has them blocked. Unset: as the kind says. */
  forgeableSources: z.boolean().optional(),
  credentials: z.array(CredentialSchema).max(100).default([]),
});

/** A fixed severity, or the sender's own with one for when it names none. */
const SeveritySchema = z.union([
  z.enum(SEVERITIES),
  z.strictObject({ fromSource: z.literal(true), otherwise: z.enum(SEVERITIES) }),
]);

const DedupeFieldsSchema = z
  .array(
    z.string().refine(isMatchedField, {
      error: `is not a field of a detection: use ${MATCHED_FIELDS.join(', ')}, or facts.NAME`,
    }),
  )
  .max(10);

/**
 * `otherwise`: the fields of a detection that has not all of `fields`. `joins`: rules of the same `fields` and `window`; a
 * detection that has all of these goes to the case of the first of them that has one, instead of opening its own.
 */
const DedupeSchema = z.strictObject({
  fields: DedupeFieldsSchema,
  otherwise: DedupeFieldsSchema.optional(),
  joins: z.array(id('a rule id')).min(1).max(5).optional(),
  window: SpanSchema,
});

/**
 * `within`: until when a person decides. `alarmAt`: percent of it at which the owner is alarmed, 0 being at once; at the
 * limit there is always an alarm or a declaration. `repeatEvery`: from one alarm to the next after the limit.
 * `acknowledgedFor`: how long an acknowledgement of an alarm holds; without it for good.
 */
export const TriagePlanSchema = z
  .strictObject({
    within: SpanSchema,
    alarmAt: AlarmAtSchema.default([0, 50, 75]),
    onSilence: z.enum(['alarm', 'declare']),
    repeatEvery: SpanSchema.default('PT1H'),
    acknowledgedFor: SpanSchema.optional(),
  })
  .refine((plan) => !isSpan(plan.repeatEvery) || exactMs(plan.repeatEvery) >= HOUR_MS / 4, {
    path: ['repeatEvery'],
    error: 'must be at least PT15M: an alarm that never rests is muted',
  })
  .refine(({ acknowledgedFor: period }) => !period || !isSpan(period) || exactMs(period) >= HOUR_MS / 4, {
    path: ['acknowledgedFor'],
    error: 'must be at least PT15M: an alarm that never rests is muted',
  });
export type TriagePlan = z.infer<typeof TriagePlanSchema>;

function isSpan(period: string): boolean {
  return SpanSchema.safeParse(period).success;
}

/** What every rule has. */
export const ruleHead = { id: id('a rule id'), title: text(200), when: WhenSchema };
const caseFields = { severity: SeveritySchema, dedupe: DedupeSchema, incident: IncidentDefaultsSchema };

/** One rule. `ignore` says why; `triage` says until when a person decides and what silence means. */
export const DetectionRuleSchema = z.discriminatedUnion('action', [
  z.strictObject({ ...ruleHead, action: z.literal('declare'), ...caseFields }),
  z.strictObject({ ...ruleHead, action: z.literal('triage'), ...caseFields, triage: TriagePlanSchema }),
  z.strictObject({ ...ruleHead, action: z.literal('ignore'), reason: text(300) }),
]);
export type DetectionRule = z.infer<typeof DetectionRuleSchema>;

/** A file of rules, in the order in which they are tried. */
export const DetectionRulesSchema = z.strictObject({
  id: id('the id of the rules'),
  version: z.string().min(1).max(40),
  title: text(200),
  rules: z.array(DetectionRuleSchema).min(1).max(500),
});
export type DetectionRules = z.infer<typeof DetectionRulesSchema>;

/** Rules as loaded: `sha256` is over the RFC 8785 canonical JSON of `rules`. */
export interface RulesSnapshot {
  sha256: string;
  rules: DetectionRules;
}

/** The kind of an indicator, by its form. */
export function indicatorKind(indicator: string): (typeof INDICATOR_KINDS)[number] {
  if (indicator.startsWith('asn:')) return 'asn';
  if (indicator.startsWith('country:')) return 'country';
  return indicator.includes('/') ? 'range' : 'address';
}
