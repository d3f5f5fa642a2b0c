/** Which roles somebody has: by a claim of the token, by a file of subjects, or both. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { problemsOf } from '../../domain/kernel/problems';
import { isRole, ROLES, type Role } from '../roles';
import { isName } from './actor';

/** Where roles are read. */
export interface Grants {
  /** The claim that lists them; like `roles`, or `realm_access.roles` of one inside another. */
  claim?: string;
  /** By subject. */
  subjects: ReadonlyMap<string, Granted>;
}

export interface Granted {
  /** As entries name them, in the place of the claim. */
  name?: string;
  roles: readonly Role[];
}

const FileSchema = z.strictObject({
  subjects: z
    .array(
      z.strictObject({
        subject: z.string().min(1).max(255),
        name: z.string().refine(isName, 'must be a name or work address, on one line').optional(),
        roles: z.array(z.enum(ROLES)).min(1),
      }),
    )
    .min(1),
});

/** Reads a file of subjects, as YAML. Throws an error that names what is wrong with it. */
export function readSubjects(file: string): Map<string, Granted> {
  const parsed = FileSchema.safeParse(parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 }));
  if (!parsed.success) throw new Error(problemsOf(parsed.error, { raw: undefined }).join('; '));
  const granted = new Map<string, Granted>();
  const names = new Set<string>();
  for (const { subject, ...each } of parsed.data.subjects) {
    if (granted.has(subject)) throw new Error(`subjects: "${subject}" is listed twice`);
    if (each.name && names.has(each.name)) throw new Error(`subjects: two have the name "${each.name}"`);
    if (each.name) names.add(each.name);
    granted.set(subject, each);
  }
  return granted;
}

/** What somebody may be, by their token. Names of roles that there are not give nothing. */
export function rolesOf(claims: Readonly<Record<string, unknown>>, { claim, subjects }: Grants): Granted {
  const file = subjects.get(String(claims.sub));
  const value = claim === undefined ? undefined : claimOf(claims, claim);
  const told = typeof value === 'string' ? value.split(/[\s,]+/) : Array.isArray(value) ? value : [];
  return {
    ...(file?.name !== undefined && { name: file.name }),
    roles: [...new Set([...told.filter(isRole), ...(file?.roles ?? [])])],
  };
}

/** A claim by its name, which may hold dots, or by the way to it. */
function claimOf(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined;
  }, claims);
}
