/** Reads one policy pack, and as much of a faulty one as can be read: all its problems are told together. */
import path from 'node:path';
import type { z } from 'zod';
import type { HashedPack } from '../domain/policy/compose';
import type { Unreadable } from '../domain/policy/cross-problems';
import { type Pack, PackSchema } from '../domain/policy/pack';
import { PackRuleSchema } from '../domain/policy/rule';
import { packageRoot } from '../platform/package-root';
import { canonicalCopy, readMapping } from './policy-file';
import { schemaProblems } from './schema-problems';

/** A pack as read from its file. */
export interface PackFile extends HashedPack {
  file: string;
  /** What is wrong with the file by itself, each as "field: what is wrong: what to do". */
  problems: string[];
  /** What stands in the file and is left out of `pack`. */
  unreadable: Unreadable;
}

/** Reads a pack: `gdpr` stands for `policy/packs/gdpr.yaml`. Throws a PolicyError when there is no mapping to read. */
export function readPack(name: string): PackFile {
  const isPath = /[/\\]|\.ya?ml$/.test(name);
  const file = isPath ? path.resolve(name) : path.join(packageRoot(), 'policy', 'packs', `${name}.yaml`);
  const missing = 'give the name of a pack in policy/packs, or a path to a YAML file';
  const raw = readMapping(file, 'policy pack', '"id" and "obligations"', missing);
  const parsed = PackSchema.safeParse(raw);
  if (parsed.success) {
    const { sha256 } = canonicalCopy(parsed.data);
    return { file, pack: parsed.data, sha256, problems: [], unreadable: { obligations: [], calendars: [] } };
  }
  const pack = readable(raw, file);
  return {
    file,
    pack,
    sha256: '',
    problems: schemaProblems(parsed.error, raw),
    unreadable: {
      obligations: idsOf(raw.obligations).filter((id) => !pack.obligations.some((rule) => rule.id === id)),
      calendars: Object.keys(raw.calendars ?? {}).filter((calendar) => !(calendar in pack.calendars)),
    },
  };
}

/** The parts of a pack that fit the schema by themselves. */
function readable(raw: Record<string, unknown>, file: string): Pack {
  const { shape } = PackSchema;
  const part = <S extends z.ZodType>(schema: S, value: unknown): z.infer<S> | undefined => {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : undefined;
  };
  const each = <S extends z.ZodType>(schema: S, list: unknown): z.infer<S>[] =>
    (Array.isArray(list) ? list : []).flatMap((item) => part(schema, item) ?? []);
  const named = <T>(record: { valueType: z.ZodType<T> }, values: unknown): Record<string, T> =>
    Object.fromEntries(
      Object.entries((values ?? {}) as object).flatMap(([name, value]) => {
        const read = part(record.valueType, value);
        return read === undefined ? [] : [[name, read as T]];
      }),
    );
  return {
    id: part(shape.id, raw.id) ?? path.basename(file),
    version: part(shape.version, raw.version) ?? '',
    title: part(shape.title, raw.title) ?? '',
    organisation: part(shape.organisation, raw.organisation),
    regions: named(shape.regions.unwrap(), raw.regions),
    calendars: named(shape.calendars.unwrap(), raw.calendars),
    regimes: named(shape.regimes.unwrap(), raw.regimes),
    authorities: each(shape.authorities.unwrap().element, raw.authorities),
    grounds: each(shape.grounds.unwrap().element, raw.grounds),
    questions: each(shape.questions.unwrap().element, raw.questions),
    obligations: each(PackRuleSchema, raw.obligations),
  };
}

function idsOf(list: unknown): string[] {
  return (Array.isArray(list) ? list : []).map((item) => String((item as { id?: unknown } | null)?.id));
}
