/**
 * The policy in force: all packs composed. It is snapshotted with its hash when an incident is declared, so that a running
 * incident keeps the obligations it was declared under.
 */
import { z } from 'zod';
import { CalendarSchema } from '../kernel/time';
import { problemsBetween } from './cross-problems';
import { PolicyIdSchema } from './ids';
import { AuthoritySchema, GroundSchema, OrganisationSchema, QuestionSchema, RegimeSchema } from './pack';
import { ObligationRuleSchema } from './rule';

const Sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** One of the packs in force. `sha256`: over its own canonical JSON (RFC 8785), before it was composed with others. */
export const PackRefSchema = z.strictObject({
  id: PolicyIdSchema,
  version: z.string(),
  title: z.string(),
  sha256: Sha256Schema,
});
export type PackRef = z.infer<typeof PackRefSchema>;

const fields = z.strictObject({
  packs: z.array(PackRefSchema).min(1),
  organisation: OrganisationSchema,
  calendars: z.record(z.string(), CalendarSchema),
  regimes: z.record(PolicyIdSchema, RegimeSchema),
  authorities: z.array(AuthoritySchema),
  grounds: z.array(GroundSchema),
  questions: z.array(QuestionSchema),
  obligations: z.array(ObligationRuleSchema).min(1),
});
export type Policy = z.infer<typeof fields>;

/** Refuses a policy whose parts do not fit each other: it would stop a running incident. */
export const PolicySchema = fields.superRefine((policy, context) => {
  for (const message of problemsBetween(policy)) context.addIssue({ code: 'custom', message });
});

/** The policy of one incident, as it was when it was declared. `sha256` is over the canonical JSON of the whole. */
export const PolicySnapshotSchema = z.object({ sha256: Sha256Schema, pack: PolicySchema });
export type PolicySnapshot = z.infer<typeof PolicySnapshotSchema>;

/** What the register and the state hold of it: the one hash of the whole, and the packs it is made of. */
export interface PolicyRef {
  sha256: string;
  packs: Array<Pick<PackRef, 'id' | 'version' | 'sha256'>>;
}

export function policyRef({ sha256, pack: { packs } }: PolicySnapshot): PolicyRef {
  return { sha256, packs: packs.map(({ title: _title, ...ref }) => ref) };
}

/** `trust-center 2026.04, gdpr 2026.04`: packs for people. */
export function packNames(packs: ReadonlyArray<{ id: string; version: string }>): string {
  return packs.map(({ id, version }) => `${id} ${version}`).join(', ');
}

/** The pack that a rule comes from. */
export function packOf({ pack }: { pack: string }, policy: Pick<Policy, 'packs'>): { id: string; version: string } {
  const { id, version } = policy.packs.find((each) => each.id === pack)!;
  return { id, version };
}

/** The rule of an obligation, by the rule's id. Undefined when the policy has none of that id. */
export function ruleOf<R extends { id: string }>(
  policy: { obligations: readonly R[] },
  id: string | undefined,
): R | undefined {
  return policy.obligations.find((rule) => rule.id === id);
}
