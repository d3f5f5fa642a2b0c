/**
 * Files that somebody gives with a form, such as the receipt of a filing. As with the command line the record holds their
 * names and hashes, and the files stay with whoever has them: they are hashed as they come in, and nothing of them is kept.
 */

import { createHash } from 'node:crypto';
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../problem';
import type { Typed } from './typed';

/** A file as the record knows it. */
const HashedSchema = z.strictObject({
  name: z.string().min(1).max(200),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0),
});
export type Hashed = z.infer<typeof HashedSchema>;

/** In the place of a file of which nothing was taken. */
const TooLargeSchema = z.strictObject({ name: z.string(), tooLarge: z.literal(true) });
type TooLarge = z.infer<typeof TooLargeSchema>;

/** A field of a form, for one file or for many. */
export interface FileField {
  name: string;
  kind: 'one' | 'many';
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its form has fields for files. The route sees to those that are too large: see `mustFit`. */
    files?: boolean;
  }
}

/** Of all files of a form: what comes in at 6 Mbit/s before the request is ended (`requestTimeout`). */
const MOST_MIB = 20;
const MOST_BYTES = MOST_MIB * 1024 * 1024;
const MOST_FILES = 20;
const MOST_PARTS = 200;
/** Of all other fields together, as of a form without files. */
const FIELD_BYTES = 1_048_576;

/** How much a field takes, to be said beside it. */
export const MOST_OF = {
  one: `${MOST_MIB} MiB at most.`,
  many: `${MOST_FILES} files and ${MOST_MIB} MiB in all at most.`,
} as const;

/**
 * Takes forms with files: in the body each file is its name, hash and length. Of whomever `mustBeAllowed` throws at, nothing is
 * read.
 */
export async function takeFiles(app: FastifyInstance, mustBeAllowed: (of: FastifyRequest) => void): Promise<void> {
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: { fileSize: MOST_BYTES, parts: MOST_PARTS, fieldSize: FIELD_BYTES },
  });
  // Until here nothing of the body is read.
  app.addHook('preValidation', async (request) => {
    if (!request.isMultipart()) return;
    if (!request.routeOptions.config.files)
      throw new Refusal('wrong-content-type', 'this form takes no files: send it as application/x-www-form-urlencoded');
    mustBeAllowed(request);
    try {
      request.body = await fieldsIn(request);
    } catch (error) {
      request.raw.unpipe();
      request.raw.resume();
      if ((error as { code?: unknown }).code !== 'FST_PARTS_LIMIT') throw error;
      throw new Refusal('too-large', `a form has ${MOST_PARTS} fields and files at most`);
    }
  });
}

async function fieldsIn(request: FastifyRequest): Promise<Record<string, unknown>> {
  const body: Record<string, unknown> = {};
  const left = { texts: FIELD_BYTES, files: MOST_FILES, bytes: MOST_BYTES };
  for await (const part of request.parts()) {
    const value = part.type === 'file' ? await hashed(part, left) : part.value;
    if (part.type === 'field' && typeof value !== 'string')
      throw new Refusal('bad-request', 'the fields of a form are text');
    left.texts -= Buffer.byteLength(part.fieldname) + (typeof value === 'string' ? Buffer.byteLength(value) : 0);
    if (left.texts < 0 || (part.type === 'field' && part.valueTruncated))
      throw new Refusal('too-large', `what is typed into a form has ${FIELD_BYTES} bytes at most`);
    const before = body[part.fieldname];
    body[part.fieldname] = before === undefined ? value : [before, value].flat();
  }
  return body;
}

/** Takes what it has from `left`. What does not fit is read to its end, so that the other fields are known. */
async function hashed(
  { file, filename }: MultipartFile,
  left: { files: number; bytes: number },
): Promise<Hashed | TooLarge | string> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of file) {
    bytes += (chunk as Buffer).length;
    if (bytes <= left.bytes) hash.update(chunk as Buffer);
  }
  const name = (filename ?? '').split(/[\\/]/).at(-1)!.slice(0, 200);
  // A field of files that was left empty comes as a file without a name.
  if (name === '') return '';
  if (file.truncated || bytes > left.bytes || left.files === 0) return { name, tooLarge: true };
  left.files -= 1;
  left.bytes -= bytes;
  return { name, sha256: hash.digest('hex'), bytes };
}

/** Throws a Refusal that names each file that was not taken, by its field. */
export function mustFit(fields: readonly FileField[], body: Readonly<Record<string, unknown>>): void {
  const errors = fields.flatMap(({ name, kind }) =>
    [body[`${name}-file`]].flat().flatMap((each) => {
      const { data } = TooLargeSchema.safeParse(each);
      return data ? [{ field: name, problem: `"${data.name}" was not taken: ${MOST_OF[kind]}` }] : [];
    }),
  );
  if (errors.length > 0) throw new Refusal('too-large', 'The files are too large or too many.', errors);
}

/**
 * What was typed, with the files that came in the place of their fields. Those of a form that was refused before stay, without
 * those that were ticked to be left out; a field for one file holds the one that came last.
 */
export function withUploads(fields: readonly FileField[], body: Readonly<Record<string, unknown>>): Typed {
  const typed = Object.fromEntries(
    Object.entries(body).flatMap(([name, value]): [string, string | string[]][] => {
      const texts = [value].flat().filter((each) => typeof each === 'string');
      if (texts.length === 0) return [];
      return [[name, Array.isArray(value) ? texts : texts[0]!]];
    }),
  );
  for (const { name, kind } of fields) {
    const leftOut = [typed[leaveOut(name)]].flat();
    const before = filesTyped(typed[name]).filter(({ sha256 }) => !leftOut.includes(sha256));
    const all = [...before, ...[body[`${name}-file`]].flat().flatMap(hashedOf)];
    const unlike = [...new Map(all.map((each) => [each.sha256, each])).values()];
    const files = kind === 'one' ? all.slice(-1) : unlike;
    typed[name] = files.length > 0 ? JSON.stringify(files) : '';
  }
  return typed;
}

/** The field with the hashes of the files to be left out of another. */
export function leaveOut(name: string): string {
  return `${name}-leave-out`;
}

/** The files of a field, as the form carries them. */
export function filesTyped(value: string | string[] | undefined): Hashed[] {
  try {
    return [JSON.parse([value].flat()[0] || '[]')].flat().flatMap(hashedOf);
  } catch {
    return [];
  }
}

function hashedOf(value: unknown): Hashed[] {
  const parsed = HashedSchema.safeParse(value);
  return parsed.success ? [parsed.data] : [];
}
