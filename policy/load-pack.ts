import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import {
  type Authority,
  AuthoritySchema,
  ObligationRuleSchema,
  type PolicyPack,
  PolicyPackSchema,
  type PolicySnapshot,
} from '../domain/policy/policy';
import { packageRoot } from '../platform/package-root';
import { crossProblems } from './cross-problems';
import { PolicyError } from './policy-error';
import { canonicalCopy, readMapping, readYaml } from './policy-file';
import { schemaProblems } from './schema-problems';

export { PolicyError } from './policy-error';

/** Where the parts of a pack come from. */
export interface LoadPackOptions {
  /** YAML file with the organisation's own values; default: the environment's `TOCSIN_ORGANISATION`, else none. */
  organisationFile?: string;
  /** YAML file with the authorities; default: `policy/authorities.yaml`. */
  authoritiesFile?: string;
  /** Folder with the notice templates, one folder each; default: `policy/templates`. */
  templatesDir?: string;
}

const OrganisationOverridesSchema = PolicyPackSchema.shape.organisation.partial();
const AuthoritiesFileSchema = z.strictObject({ authorities: z.array(AuthoritySchema).min(1) });

/**
 * Reads, completes, checks and hashes a policy pack: `trust-center` stands for `policy/trust-center.yaml`, anything with
 * a "/" or ending in .yaml or .yml is a path.
 *
 * The authorities of the regimes that its filing rules use are added from the authorities file; a row that the pack
 * lists itself comes first and wins over one with the same key. The organisation's own values win over the pack's.
 * `sha256` is over the RFC 8785 canonical JSON of the result, which is deep-frozen.
 *
 * @throws PolicyError with all problems found, each naming file, field and remedy.
 */
export function loadPack(nameOrPath: string, options: LoadPackOptions = {}): PolicySnapshot {
  const file = packFile(nameOrPath);
  const raw = readMapping(
    file,
    'policy pack',
    '"id" and "obligations"',
    'give the name of a pack in policy/, or a path to a YAML file',
  );
  const authoritiesFile = options.authoritiesFile ?? path.join(packageRoot(), 'policy', 'authorities.yaml');
  const known = readAuthorities(authoritiesFile);
  const organisationFile = options.organisationFile ?? (process.env.TOCSIN_ORGANISATION || undefined);

  const merged = {
    ...raw,
    organisation: mergeOrganisation(raw.organisation, organisationFile),
    authorities: mergeAuthorities(raw, known),
  };
  const parsed = PolicyPackSchema.safeParse(merged);
  const problems = [
    ...(parsed.success ? [] : schemaProblems(parsed.error, merged)),
    ...crossProblems(merged),
    ...templateProblems(merged, options.templatesDir),
  ];
  if (!parsed.success || problems.length > 0) throw new PolicyError('policy pack', file, problems);
  return snapshotOf(parsed.data);
}

/** The snapshot of a pack: a plain, deep-frozen copy and the hash of its canonical JSON. */
export function snapshotOf(pack: PolicyPack): PolicySnapshot {
  const { sha256, copy } = canonicalCopy(pack);
  return Object.freeze({ sha256, pack: copy });
}

/** SHA-256 in hex over the RFC 8785 canonical JSON of a pack: compares with `PolicySnapshot.sha256`. */
export function packSha256(pack: PolicyPack): string {
  return canonicalCopy(pack).sha256;
}

function packFile(nameOrPath: string): string {
  const isPath = /[/\\]|\.ya?ml$/.test(nameOrPath);
  return isPath ? path.resolve(nameOrPath) : path.join(packageRoot(), 'policy', `${nameOrPath}.yaml`);
}

function readAuthorities(file: string): Authority[] {
  const raw = readYaml(file, 'list of authorities');
  const parsed = AuthoritiesFileSchema.safeParse(raw);
  const problems = parsed.success ? [] : schemaProblems(parsed.error, raw);
  const keys = parsed.success ? parsed.data.authorities.map((authority) => authority.key) : [];
  for (const key of new Set(keys.filter((key, index) => keys.indexOf(key) !== index))) {
    problems.push(`authorities: the key "${key}" stands twice: give each authority its own key`);
  }
  if (!parsed.success || problems.length > 0) throw new PolicyError('list of authorities', file, problems);
  return parsed.data.authorities;
}

function mergeOrganisation(fromPack: unknown, file: string | undefined): unknown {
  if (!file) return fromPack;
  const raw = readYaml(path.resolve(file), 'organisation file (TOCSIN_ORGANISATION)');
  const parsed = OrganisationOverridesSchema.safeParse(raw);
  if (!parsed.success) {
    throw new PolicyError(
      'organisation file (TOCSIN_ORGANISATION)',
      path.resolve(file),
      schemaProblems(parsed.error, raw),
    );
  }
  const base = (fromPack ?? {}) as Record<string, unknown>;
  return {
    ...base,
    ...parsed.data,
    authorityFor: { ...(base.authorityFor as object | undefined), ...parsed.data.authorityFor },
  };
}

function mergeAuthorities(raw: Record<string, unknown>, known: Authority[]): unknown {
  const own = raw.authorities === undefined || raw.authorities === 'all' ? [] : raw.authorities;
  if (!Array.isArray(own)) return own;
  const ownKeys = new Set(own.map((row) => (row as Partial<Authority> | null)?.key));
  const regimes = usedRegimes(raw.obligations);
  return [...own, ...known.filter((row) => regimes.has(row.regime) && !ownKeys.has(row.key))];
}

function usedRegimes(obligations: unknown): Set<string> {
  const rules = (Array.isArray(obligations) ? obligations : []).flatMap((raw) => {
    const rule = ObligationRuleSchema.safeParse(raw);
    return rule.success ? [rule.data] : [];
  });
  return new Set(rules.flatMap((rule) => (rule.recipient.to === 'authorities' ? [rule.recipient.regime] : [])));
}

/** A template that is missing is found here, not when the notice is due. English is what dossiers and the status page use. */
function templateProblems(
  raw: Record<string, unknown>,
  dir: string = path.join(packageRoot(), 'policy', 'templates'),
): string[] {
  const rules = (Array.isArray(raw.obligations) ? raw.obligations : []) as Array<{
    id?: unknown;
    template?: unknown;
  } | null>;
  return rules.flatMap((rule) => {
    if (typeof rule?.template !== 'string' || existsSync(path.join(dir, rule.template, 'en.md'))) return [];
    return [
      `obligations[${String(rule.id)}].template: there is no template "${rule.template}": add ${rule.template}/en.md to the templates, or correct the name`,
    ];
  });
}
