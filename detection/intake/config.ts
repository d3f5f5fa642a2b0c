/** The sources of the intake: a YAML file that names formats and where secrets are, never the secrets. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { problemsOf } from '../../domain/kernel/problems';
import { InstantSchema, toMs } from '../../domain/kernel/time';
import { PolicyError } from '../../policy/policy-error';
import { loadMapping } from './mapping/load-mapping';
import { MAPPED_FORMAT, mappedAdapter } from './mapping/mapped-adapter';
import { adapterOf, INTAKE_FORMATS } from './sources';
import type { SourceAdapter } from './sources/adapter';

/** Where a secret is. `until` ends the overlap of a rotation: from then on it is taken no more. */
const SecretRefSchema = z
  .strictObject({
    env: z.string().min(1).optional(),
    file: z.string().min(1).optional(),
    until: InstantSchema.optional(),
  })
  .refine(({ env, file }) => (env === undefined) !== (file === undefined), {
    error: 'must have either "env" (the name of a variable) or "file" (a path)',
  });

const SourceSchema = z
  .strictObject({
    format: z.enum([...INTAKE_FORMATS, MAPPED_FORMAT]),
    /** Of the format `mapping`: the name of a ready one, or a file seen from this one. */
    mapping: z.string().min(1).max(500).optional(),
    secrets: z.array(SecretRefSchema).min(1, 'must name at least one secret').max(10),
    scope: z.enum(['platform', 'customer', 'unknown']).optional(),
    perMinute: z.int().min(1).max(10_000_000).default(6_000),
  })
  .refine(({ format, mapping }) => (format === MAPPED_FORMAT) === (mapping !== undefined), {
    path: ['mapping'],
    error: 'must name a mapping where the format is "mapping", and nowhere else',
  });

/** The file `TOCSIN_SOURCES`. The name of a source is the last part of its address: `/intake/NAME`. */
export const SourcesFileSchema = z.strictObject({
  sources: z.record(
    z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'a source takes lower-case letters, digits and "-" as its name'),
    SourceSchema,
  ),
});

/** A configured source. */
export interface Source {
  name: string;
  adapter: SourceAdapter;
  /** In order of the file; see `secretsAt`. */
  secrets: readonly { value: string; untilMs?: number }[];
  scope: 'platform' | 'customer' | 'unknown';
  /** Requests a minute that are taken, all of which may come at once. */
  perMinute: number;
}

/** The secrets in force. */
export function secretsAt({ secrets }: Source, now: number): string[] {
  return secrets.flatMap(({ value, untilMs }) => (untilMs === undefined || now < untilMs ? [value] : []));
}

/**
 * Reads the file and the secrets that it points to. Throws with every problem at once: which source, what is wrong, what
 * to do; never with a secret. Relative paths of secrets are seen from the file.
 */
export function loadSources(file: string, env: NodeJS.ProcessEnv = process.env): Source[] {
  let raw: unknown;
  try {
    raw = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`TOCSIN_SOURCES: ${file} cannot be read: ${(error as Error).message.split('\n')[0]}`);
  }
  const parsed = SourcesFileSchema.safeParse(raw);
  if (!parsed.success) throw new Error(`The sources in ${file} are not valid:\n${problemsOf(parsed.error).join('\n')}`);
  const problems: string[] = [];
  const sources = Object.entries(parsed.data.sources).flatMap(
    ([name, { format, mapping, secrets, scope, perMinute }]): Source[] => {
      const adapter =
        mapping === undefined
          ? adapterOf(format)
          : mapped(mapping, path.dirname(file), (problem) => problems.push(`sources.${name}.mapping: ${problem}`));
      if (!adapter) return [];
      const found = secrets.flatMap((ref, index) => {
        const [value, where] = secretOf(ref, path.dirname(file), env);
        const problem = value ? adapter.secretProblem(value) : 'is not there or empty';
        if (problem) problems.push(`sources.${name}.secrets.${index}: ${where} ${problem}`);
        return value ? [{ value, ...(ref.until && { untilMs: toMs(ref.until) }) }] : [];
      });
      return [{ name, adapter, secrets: found, scope: scope ?? adapter.scope ?? 'unknown', perMinute }];
    },
  );
  if (problems.length > 0) throw new Error(`The sources in ${file} cannot be used:\n${problems.join('\n')}`);
  return sources;
}

/** What cannot be used is told with each of its problems. */
function mapped(mapping: string, folder: string, problem: (text: string) => void): SourceAdapter | undefined {
  try {
    return mappedAdapter(loadMapping(mapping, folder));
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    for (const each of error.problems) problem(`${mapping}: ${each}`);
    return undefined;
  }
}

function secretOf(ref: z.infer<typeof SecretRefSchema>, folder: string, env: NodeJS.ProcessEnv): [string, string] {
  if (ref.env !== undefined) return [env[ref.env]?.trim() ?? '', `the variable ${ref.env}`];
  const file = path.resolve(folder, ref.file!);
  try {
    return [readFileSync(file, 'utf8').trim(), `the file ${file}`];
  } catch {
    return ['', `the file ${file}`];
  }
}
