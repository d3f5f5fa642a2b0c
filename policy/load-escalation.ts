/** Reads how alarms are repeated, by severity. */
import path from 'node:path';
import { z } from 'zod';
import { DAY_MS, exactMs, PeriodSchema } from '../domain/kernel/time';
import { packageRoot } from '../platform/package-root';
import { PolicyError } from './policy-error';
import { readYaml } from './policy-file';
import { schemaProblems } from './schema-problems';

const RepeatSchema = z.strictObject({
  every: PeriodSchema.refine(isUsable, { error: 'must be from PT1M to P7D, without calendar months' }),
  tries: z.int().min(1).max(100),
});
const EscalationPolicySchema = z.strictObject({
  default: RepeatSchema,
  severities: z.record(z.string().min(1).max(40), RepeatSchema).default({}),
});

/** For each severity how often a page is repeated, and how many go to one level. */
export type EscalationPolicy = z.infer<typeof EscalationPolicySchema>;

/** Reads `policy/escalation.yaml`, or another file of its form. Throws a PolicyError with all problems. */
export function loadEscalation(file = path.join(packageRoot(), 'policy', 'escalation.yaml')): EscalationPolicy {
  const raw = readYaml(path.resolve(file), 'escalation policy');
  const parsed = EscalationPolicySchema.safeParse(raw);
  if (!parsed.success) {
    throw new PolicyError('escalation policy', path.resolve(file), schemaProblems(parsed.error, raw));
  }
  return parsed.data;
}

/** How alarms of a severity are repeated; one that the policy does not name takes the default. */
export function repeatFor(policy: EscalationPolicy, severity: string): EscalationPolicy['default'] {
  return Object.hasOwn(policy.severities, severity) ? policy.severities[severity]! : policy.default;
}

function isUsable(period: string): boolean {
  try {
    const ms = exactMs(period);
    return ms >= 60_000 && ms <= 7 * DAY_MS;
  } catch {
    return false;
  }
}
