import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { problemsOf } from '../domain/kernel/problems';
import { type DependencyPolicy, DependencyPolicySchema } from '../domain/patch/dependencies';
import { packageRoot } from '../platform/package-root';
import { PolicyError } from './policy-error';

const WHAT = 'dependency policy';

/** Reads and checks `policy/dependencies.yaml`, or another file. @throws PolicyError with all problems found. */
export function loadDependencyPolicy(
  file: string = path.join(packageRoot(), 'policy', 'dependencies.yaml'),
): DependencyPolicy {
  if (!existsSync(file)) throw new PolicyError(WHAT, file, ['the file does not exist']);
  const document = parseDocument(readFileSync(file, 'utf8'));
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => `not valid YAML: ${error.message.split('\n')[0]}`);
    throw new PolicyError(WHAT, file, problems);
  }
  const parsed = DependencyPolicySchema.safeParse(document.toJS());
  if (!parsed.success) throw new PolicyError(WHAT, file, problemsOf(parsed.error));
  return parsed.data;
}
