/** Reads who is on call. */
import path from 'node:path';
import { type Rota, RotaSchema } from '../domain/escalation/rota';
import { PolicyError } from './policy-error';
import { readYaml } from './policy-file';
import { schemaProblems } from './schema-problems';

/** Reads a rota, as in `examples/rota.yaml`. Throws a PolicyError with all problems, each naming its field. */
export function loadRota(file: string): Rota {
  const raw = readYaml(path.resolve(file), 'rota');
  const parsed = RotaSchema.safeParse(raw);
  if (!parsed.success) throw new PolicyError('rota', path.resolve(file), schemaProblems(parsed.error, raw));
  return parsed.data;
}
