/**
 * Files that somebody gives with a form, such as the receipt of a filing. As with the command line the record holds their
 * names and hashes, and the files stay with whoever has them: they are hashed as they come in, and nothing of them is kept.
 */
import { createHash } from 'node:crypto';
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
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

const MOST_BYTES = 100 * 1024 * 1024;
const MOST_FILES = 20;
/** Of a form without files too. */
const FIELD_BYTES = 1_048_576;

/** Takes forms with files: in the body each file is its name, hash and length. */
export async function takeFiles(app: FastifyInstance): Promise<void> {
  await app.register(multipart, {
    attachFieldsToBody: 'keyValues',
    limits: { fileSize: MOST_BYTES, files: MOST_FILES, fields: 100, fieldSize: FIELD_BYTES, fieldNameSize: 200 },
    onFile: async (part) => {
      (part as MultipartFile & { value: unknown }).value = await hashed(part);
    },
  });
}

async function hashed({ file, filename }: MultipartFile): Promise<Hashed | string> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of file) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  if (file.truncated) throw new Refusal('too-large', `a file may have ${MOST_BYTES / 1024 / 1024} MiB at most`);
  const name = (filename ?? '').split(/[\\/]/).at(-1)!.slice(0, 200);
  // A field of files that was left empty comes as a file without a name.
  return name === '' ? '' : { name, sha256: hash.digest('hex'), bytes };
}

/** What was typed, with the files that came in the place of their fields: those of a form that was refused before stay. */
export function withUploads(names: readonly string[], body: Readonly<Record<string, unknown>>): Typed {
  const typed = Object.fromEntries(
    Object.entries(body).flatMap(([name, value]): [string, string | string[]][] => {
      const texts = [value].flat().filter((each) => typeof each === 'string');
      if (texts.length === 0) return [];
      return [[name, Array.isArray(value) ? texts : texts[0]!]];
    }),
  );
  for (const name of names) {
    const files = [...filesTyped(typed[name]), ...[body[`${name}-file`]].flat().flatMap(hashedOf)];
    const unlike = [...new Map(files.map((each) => [each.sha256, each])).values()];
    typed[name] = unlike.length > 0 ? JSON.stringify(unlike) : '';
  }
  return typed;
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
