/** Reads how long the register keeps an incident, by regime. */
import path from 'node:path';
import { type RetentionTable, RetentionTableSchema } from '../domain/incident/retention';
import { packageRoot } from '../platform/package-root';
import { PolicyError } from './policy-error';
import { readYaml } from './policy-file';
import { schemaProblems } from './schema-problems';

/** Reads `policy/retention.yaml`, or another file of its form. Throws a PolicyError with all problems. */
export function loadRetention(file = path.join(packageRoot(), 'policy', 'retention.yaml')): RetentionTable {
  const raw = readYaml(path.resolve(file), 'retention table');
  const parsed = RetentionTableSchema.safeParse(raw);
  if (!parsed.success) throw new PolicyError('retention table', path.resolve(file), schemaProblems(parsed.error, raw));
  return parsed.data;
}
