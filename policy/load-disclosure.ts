/** Reads who sees which field of the register. */
import path from 'node:path';
import { Disclosures, DisclosureTableSchema } from '../domain/policy/disclosure';
import { packageRoot } from '../platform/package-root';
import { PolicyError } from './policy-error';
import { readYaml } from './policy-file';
import { schemaProblems } from './schema-problems';

/** Reads `policy/disclosure.yaml`, or another file of its form. Throws a PolicyError with all problems. */
export function loadDisclosures(file = path.join(packageRoot(), 'policy', 'disclosure.yaml')): Disclosures {
  const raw = readYaml(path.resolve(file), 'disclosure table');
  const parsed = DisclosureTableSchema.safeParse(raw);
  if (!parsed.success) throw new PolicyError('disclosure table', path.resolve(file), schemaProblems(parsed.error, raw));
  return new Disclosures(parsed.data);
}
