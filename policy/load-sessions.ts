import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { type SessionPolicy, SessionPolicySchema } from '../domain/sessions/session-policy';
import { packageRoot } from '../platform/package-root';
import { PolicyError } from './policy-error';
import { schemaProblems } from './schema-problems';

const WHAT = 'policy for sign-ins and sessions';

/**
 * Reads and checks the rules for authentication events; `policy/sessions.yaml` unless another file is named.
 *
 * @throws PolicyError with all problems found, each naming the field and what to do.
 */
export function loadSessionPolicy(file = path.join(packageRoot(), 'policy', 'sessions.yaml')): SessionPolicy {
  if (!existsSync(file)) throw new PolicyError(WHAT, file, ['the file does not exist: give the path of a YAML file']);
  const document = parseDocument(readFileSync(file, 'utf8'));
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => `not valid YAML: ${error.message.split('\n')[0]}`);
    throw new PolicyError(WHAT, file, problems);
  }
  const raw: unknown = document.toJS();
  const parsed = SessionPolicySchema.safeParse(raw);
  if (!parsed.success) throw new PolicyError(WHAT, file, schemaProblems(parsed.error, raw));
  return parsed.data;
}
