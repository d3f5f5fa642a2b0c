/** The manifest of a backup: what is in it, with the hash of each file and of itself. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../platform/write-whole';
import { canonicalText } from '../canonical';
import { BackupError } from '../errors';

export const MANIFEST = 'manifest.json';
/** Data keys lie in a file of their own: after an erasure it can be replaced in older backups. */
export const KEYS_TABLE = 'register_keys';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const TableFileSchema = z.strictObject({
  name: z.string().min(1),
  /** Beside the manifest, never elsewhere. */
  file: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/),
  rows: z.int().nonnegative(),
  /** Of the file as it lies there, compressed. */
  sha256: hash,
  columns: z.array(z.strictObject({ name: z.string(), type: z.string() })).min(1),
  sequences: z.array(z.strictObject({ column: z.string(), last: z.string().regex(/^-?\d+$/), called: z.boolean() })),
});
const ManifestSchema = z.strictObject({
  format: z.literal('tocsin-register-backup'),
  v: z.literal(1),
  madeAt: z.iso.datetime(),
  /** Migrations of the schema, in order. */
  migrations: z.array(z.string()).min(1),
  /** The register's last entry in it. */
  head: z.strictObject({ position: z.int().nonnegative(), hash }),
  /** The signed checkpoint that was published when it was made, and the rotations of the log's key up to it. */
  log: z.strictObject({ checkpoint: z.string(), rotations: z.array(z.string()) }).optional(),
  tables: z.array(TableFileSchema).min(1),
});
export type Manifest = z.infer<typeof ManifestSchema>;
export type TableFile = z.infer<typeof TableFileSchema>;

/** Writes the manifest, last of all: a folder without one is no backup. Answers its own hash. */
export async function writeManifest(dir: string, given: Manifest): Promise<string> {
  // In the order of the schema, which is the one form that is read again.
  const manifest = ManifestSchema.parse(given);
  const sha256 = ownHash(manifest);
  await writeWhole(path.join(dir, MANIFEST), `${JSON.stringify({ ...manifest, sha256 }, undefined, 2)}\n`);
  return sha256;
}

/** Reads the manifest of a backup. @throws BackupError when there is none, or it was altered. */
export async function readManifest(dir: string): Promise<Manifest & { sha256: string }> {
  const file = path.join(dir, MANIFEST);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new BackupError(`${file} cannot be read (${error.code}): a backup is a folder that \`register backup\` made`);
  });
  let raw: { sha256?: unknown };
  try {
    raw = JSON.parse(text) as { sha256?: unknown };
  } catch {
    throw new BackupError(`${file} is damaged: it is not valid JSON`);
  }
  const { sha256, ...rest } = raw;
  const parsed = ManifestSchema.safeParse(rest);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BackupError(`${file} is damaged: ${issue!.path.join('.') || 'it'} ${issue!.message}`);
  }
  // Also the text itself must be the one form, so that no byte of it can be changed unseen.
  const whole = `${JSON.stringify({ ...parsed.data, sha256 }, undefined, 2)}\n`;
  if (sha256 !== ownHash(parsed.data) || whole !== text) {
    throw new BackupError(`${file} was altered: it does not have its own hash`);
  }
  return { ...parsed.data, sha256 };
}

function ownHash(manifest: Manifest): string {
  return createHash('sha256').update(canonicalText(manifest)).digest('hex');
}
