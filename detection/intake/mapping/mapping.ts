/**
 * A mapping: what of a sender's JSON becomes which field of a detection. It is data, read from a file: paths, texts with
 * paths in them, and tables of words; no program.
 */
import { z } from 'zod';
import { SEVERITIES } from '../../../domain/kernel/severity';
import { pathProblem } from './path';

const PATH_IN_TEXT = /\{(\$[^{}]*)\}/g;

/** A path (`$.a.b`), or a text with paths in braces: `{$.rule.name} on {$.host}`. */
const TextSchema = z
  .string()
  .min(1)
  .max(500)
  .superRefine((text, context) => {
    const paths = text.startsWith('$') ? [text] : [...text.matchAll(PATH_IN_TEXT)].map((match) => match[1]!);
    for (const path of paths) {
      const problem = pathProblem(path);
      if (problem) context.addIssue({ code: 'custom', message: `${path} ${problem}` });
    }
  });

/** A path alone: a text in its place would find nothing, in any body. */
const PathSchema = TextSchema.refine((path) => path.startsWith('$'), {
  message: 'must be a path (JSONPath, RFC 9535) that begins with $, such as $.events[*]',
});

/** The first of them that gives something. */
const FirstOf = z.union([TextSchema, z.array(TextSchema).min(1).max(10)]);

/** A table: `is` by the word that is found, without regard to case; `atLeast` by the number; `else` for all others. */
const tableOf = <T extends z.ZodType>(result: T) =>
  z.strictObject({
    of: FirstOf,
    is: z.record(z.string().max(120), result).optional(),
    atLeast: z.record(z.string().regex(/^\d+(\.\d+)?$/, 'must be a number'), result).optional(),
    else: result.optional(),
  });

const FieldsSchema = z.strictObject({
  eventId: FirstOf.optional(),
  type: FirstOf,
  title: FirstOf,
  at: FirstOf.optional(),
  correlationId: FirstOf.optional(),
  severity: z.union([z.enum(SEVERITIES), tableOf(z.enum(SEVERITIES))]).optional(),
  phase: tableOf(z.enum(['start', 'end'])).optional(),
  scope: z.enum(['platform', 'customer', 'unknown']).optional(),
  systems: z.array(TextSchema).max(10).default([]),
  indicators: z.array(TextSchema).max(10).default([]),
  facts: z.record(z.string().min(1).max(60), FirstOf).default({}),
});

/** How the sender shows who it is. Without it: a bearer token, or `x-tocsin-signature`. */
const SignatureSchema = z.discriminatedUnion('scheme', [
  z.strictObject({
    scheme: z.literal('token'),
    header: z.string().regex(/^[a-z0-9-]{1,60}$/, 'must be a header in lower case'),
  }),
  z.strictObject({
    scheme: z.literal('hmac-sha256'),
    header: z.string().regex(/^[a-z0-9-]{1,60}$/, 'must be a header in lower case'),
    prefix: z.string().max(20).default(''),
    encoding: z.enum(['hex', 'base64']).default('hex'),
  }),
]);

export const MappingSchema = z.strictObject({
  /** What it is for, on one line. */
  about: z.string().min(1).max(200),
  signature: SignatureSchema.optional(),
  /** Where the events of a body are; without it the body is one. */
  each: PathSchema.optional(),
  /** What an event says that it is, for the list of what could not be taken. */
  kind: FirstOf,
  /** Only events of these kinds are taken; others are counted as unknown. Without it all are. `*` at the end: any that begins so. */
  kinds: z.array(z.string().min(1).max(120)).min(1).max(200).optional(),
  detection: FieldsSchema,
});
export type Mapping = z.output<typeof MappingSchema>;
export type Table<T> = { of: string | string[]; is?: Record<string, T>; atLeast?: Record<string, T>; else?: T };

/**
 * A text with the paths in it filled in. Undefined when nothing could be, as it then says nothing; where one of several is
 * missing, `?` stands there if `inPart`, else it is undefined too.
 */
export function fill(text: string, inPart: boolean, textAt: (path: string) => string | undefined): string | undefined {
  const values = [...text.matchAll(PATH_IN_TEXT)].map((match) => textAt(match[1]!));
  const found = values.filter((value) => value !== undefined).length;
  if (found < values.length && (!inPart || found === 0)) return undefined;
  let next = 0;
  return text.replace(PATH_IN_TEXT, () => values[next++] ?? '?');
}
