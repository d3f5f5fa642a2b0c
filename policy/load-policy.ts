/** Reads the packs that are in force, puts them together, checks and hashes the whole. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { saysOfIncident } from '../domain/incident/readers';
import { compose } from '../domain/policy/compose';
import { problemsBetween, type Unreadable } from '../domain/policy/cross-problems';
import { type Authority, AuthoritySchema, OrganisationSchema, type Pack } from '../domain/policy/pack';
import { type Policy, PolicySchema, type PolicySnapshot } from '../domain/policy/policy';
import { areSeveral, UNCOVERED_PACK } from '../domain/policy/uncovered';
import { packageRoot } from '../platform/package-root';
import { PolicyError } from './policy-error';
import { canonicalCopy, readYaml } from './policy-file';
import { type PackFile, readPack } from './read-pack';
import { schemaProblems } from './schema-problems';
import type { PolicySource } from './settings';

export { PolicyError } from './policy-error';

/** The packs in force where TOCSIN_POLICY names no others. */
export { DEFAULT_PACKS } from './settings';

/** Where the parts of a policy come from. */
export interface LoadPolicyOptions {
  /** YAML file with the organisation's own values; `TOCSIN_ORGANISATION` names it. */
  organisationFile?: string;
  /** YAML file with the authorities; default: `policy/authorities.yaml`. */
  authoritiesFile?: string;
  /** Folder with the notice templates, one folder each; default: `policy/templates`. */
  templatesDir?: string;
}

const OrganisationOverridesSchema = OrganisationSchema.partial();
const AuthoritiesFileSchema = z.strictObject({ authorities: z.array(AuthoritySchema).min(1) });

/**
 * Loads the policy in force from the settings, or from a list of packs alone, separated by commas: `gdpr` stands for `policy/packs/gdpr.yaml`, anything
 * with a "/" or ending in .yaml or .yml is a path.
 *
 * Authorities of the regimes that filing rules use are added from the authorities file; a row that a pack lists itself wins
 * over one with the same key. The organisation's own values win over the pack's. `sha256` is over the RFC 8785 canonical
 * JSON of the result, which is deep-frozen.
 *
 * @throws PolicyError with all problems found, each naming the pack (where there are several), field and remedy.
 */
export function loadPolicy(source: string | PolicySource, options: LoadPolicyOptions = {}): PolicySnapshot {
  const { packs, organisationFile }: PolicySource = typeof source === 'string' ? { packs: source } : source;
  const names = packs
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new PolicyError('policy', packs, ['no pack is named: give names or files, like gdpr']);
  // A law that nobody thought of must show, whatever is named.
  const files = [...new Set([...names, UNCOVERED_PACK])].map(readPack);
  const { organisation, problems: organisationProblems } = organisationOf(
    files,
    options.organisationFile ?? organisationFile,
  );
  const authoritiesFile = options.authoritiesFile ?? path.join(packageRoot(), 'policy', 'authorities.yaml');
  const { policy, problems } = compose(files, { organisation, authorities: readAuthorities(authoritiesFile) });
  const unreadable: Unreadable = {
    obligations: files.flatMap((file) => file.unreadable.obligations),
    calendars: files.flatMap((file) => file.unreadable.calendars),
  };
  const all = [
    ...files.flatMap((file) =>
      file.problems.map(
        (problem) => `${areSeveral(files.map(({ pack }) => pack)) ? `${file.pack.id}: ` : ''}${problem}`,
      ),
    ),
    ...organisationProblems,
    ...problems,
    ...problemsBetween(policy, unreadable),
    ...files.flatMap(({ pack }) => templateProblems(pack, options.templatesDir)),
  ];
  const named = files.filter(({ pack }) => pack.id !== UNCOVERED_PACK);
  const where = named.map(({ file }) => file).join(', ');
  if (all.length > 0)
    throw new PolicyError(named.length > 1 ? 'policy packs' : 'policy pack', where, [...new Set(all)]);
  return snapshotOf(PolicySchema.parse(policy));
}

/** The snapshot of a policy: a plain, deep-frozen copy and the hash of its canonical JSON. */
export function snapshotOf(policy: Policy): PolicySnapshot {
  const { sha256, copy } = canonicalCopy(policy);
  return Object.freeze({ sha256, pack: copy });
}

/** SHA-256 in hex over the RFC 8785 canonical JSON of a policy: compares with `PolicySnapshot.sha256`. */
export function policySha256(policy: Policy): string {
  return canonicalCopy(policy).sha256;
}

function readAuthorities(file: string): Authority[] {
  const raw = readYaml(file, 'list of authorities');
  const parsed = AuthoritiesFileSchema.safeParse(raw);
  const problems = parsed.success ? [] : schemaProblems(parsed.error, raw);
  const keys = parsed.success ? parsed.data.authorities.map((authority) => authority.key) : [];
  for (const key of new Set(keys.filter((key, index) => keys.indexOf(key) !== index))) {
    problems.push(`authorities: the key "${key}" appears twice: give each authority its own key`);
  }
  if (!parsed.success || problems.length > 0) throw new PolicyError('list of authorities', file, problems);
  return parsed.data.authorities;
}

/** What the packs state, with what the organisation's own file says instead. */
function organisationOf(files: PackFile[], file: string | undefined) {
  const stated = files.find(({ pack }) => pack.organisation)?.pack.organisation;
  const own = file ? readOrganisation(path.resolve(file)) : {};
  // Another organisation is established elsewhere, and has people of its own: the pack's example says nothing of them.
  const ofPack = {
    ...stated,
    ...((own.name || own.mainEstablishment) && { establishments: undefined }),
    ...(own.name && {
      dataProtectionOfficer: undefined,
      sender: undefined,
      postalAddress: undefined,
      telephone: undefined,
    }),
    ...((own.name || own.contactPoint) && {
      contactPointIn: undefined,
      contactPointPostalAddress: undefined,
      contactPointTelephone: undefined,
    }),
  };
  const merged = { ...ofPack, ...own, authorityFor: { ...stated?.authorityFor, ...own.authorityFor } };
  const parsed = OrganisationSchema.safeParse(merged);
  // A pack whose own statement cannot be read has said so already.
  if (parsed.success) return { organisation: parsed.data, problems: [] };
  const told = files.some(({ problems }) => problems.some((problem) => problem.startsWith('organisation')));
  return { problems: told ? [] : schemaProblems(parsed.error, merged).map((problem) => `organisation.${problem}`) };
}

function readOrganisation(file: string): z.infer<typeof OrganisationOverridesSchema> {
  const raw = readYaml(file, 'organisation file (TOCSIN_ORGANISATION)');
  const parsed = OrganisationOverridesSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new PolicyError('organisation file (TOCSIN_ORGANISATION)', file, schemaProblems(parsed.error, raw));
}

/** A template that is missing is found here, not when the notice is due. English is what dossiers and the status page use. */
function templateProblems(pack: Pack, dir = path.join(packageRoot(), 'policy', 'templates')): string[] {
  return pack.obligations.flatMap((rule) => {
    const { id, template } = rule;
    if (template === undefined) return [];
    const folder = path.join(dir, template);
    if (!existsSync(path.join(folder, 'en.md')))
      return [
        `obligations[${id}].template: there is no template "${template}": add ${template}/en.md to the templates, or correct the name`,
      ];
    return readdirSync(folder).flatMap((file) =>
      unsaid(path.join(folder, file), rule).map(
        (name) =>
          `obligations[${id}].template: ${template}/${file} says incident.${name}, which makes no draft of this notice out of date: leave it out`,
      ),
    );
  });
}

/** What a template names of the incident that its readers are not told beside the fields of the notice. */
function unsaid(file: string, rule: Pack['obligations'][number]): string[] {
  if (!file.endsWith('.md')) return [];
  const named = [...readFileSync(file, 'utf8').matchAll(/\bincident\.(\w+)/g)].map(([, name]) => name!);
  return [...new Set(named)].filter((name) => !(saysOfIncident(rule) as readonly string[]).includes(name));
}
