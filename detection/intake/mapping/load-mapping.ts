/** Mappings from files: the ready ones of `policy/mappings/`, by name, and others by their path. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { problemsOf } from '../../../domain/kernel/problems';
import { packageRoot } from '../../../platform/package-root';
import { PolicyError } from '../../../policy/policy-error';
import { readMapping } from '../../../policy/policy-file';
import { type Mapping, MappingSchema } from './mapping';

const READY = () => path.join(packageRoot(), 'policy', 'mappings');

/** The names of the ready mappings. */
export function readyMappings(): string[] {
  return readdirSync(READY())
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * Reads a mapping: `okta` is a ready one, `./okta.yaml` a file, seen from `folder`.
 *
 * @throws PolicyError with each problem and its field.
 */
export function loadMapping(given: string, folder = process.cwd()): Mapping {
  const isName = /^[a-z0-9][a-z0-9-]{0,59}$/.test(given);
  const file = isName ? path.join(READY(), `${given}.yaml`) : path.resolve(folder, given);
  if (isName && !existsSync(file))
    throw new PolicyError('mapping', given, [
      `is none of ${readyMappings().join(', ')}; give the path of a file otherwise`,
    ]);
  const raw = readMapping(file, 'mapping', 'about, kind, detection');
  const parsed = MappingSchema.safeParse(raw);
  if (!parsed.success)
    throw new PolicyError('mapping', file, problemsOf(parsed.error, { raw, known: Object.keys(MappingSchema.shape) }));
  return parsed.data;
}
