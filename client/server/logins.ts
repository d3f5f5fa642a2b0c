/** Logins by server, in one file for this account alone. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { lock } from '../../platform/file-lock';
import { privateFolder } from '../../platform/private-files';
import { writeWholeSync } from '../../platform/write-whole';
import { refused } from '../errors';

const LoginSchema = z.object({
  issuer: z.url(),
  clientId: z.string(),
  audience: z.string(),
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  /** In milliseconds since 1970. */
  expiresAt: z.number(),
});
/** What a login left: the tokens, and where they are renewed. */
export type Login = z.infer<typeof LoginSchema>;

const FileSchema = z.object({ logins: z.record(z.string(), LoginSchema) });

/** The login at a server; `undefined` where there is none. Throws where others could have read the file. */
export function loginAt(file: string, url: string): Login | undefined {
  return read(file)[url];
}

/** Does something while no other command changes the logins, in a folder for this account alone. */
export async function whileAlone<T>(file: string, work: () => Promise<T> | T): Promise<T> {
  privateFolder(path.dirname(file));
  const held = await lock(`${file}.lock`);
  try {
    return await work();
  } finally {
    held.release();
  }
}

/** Keeps a login, or forgets it. Called within `whileAlone`. */
export function keepLogin(file: string, url: string, login: Login | undefined): void {
  const { [url]: _, ...others } = read(file);
  const logins = login ? { ...others, [url]: login } : others;
  writeWholeSync(file, `${JSON.stringify({ logins }, null, 2)}\n`);
}

function read(file: string): Record<string, Login> {
  let text: string;
  try {
    const { mode } = statSync(file);
    if (process.getuid && (mode & 0o077) !== 0)
      throw refused(
        `${file} holds tokens and can be read by other accounts: delete it, end the session at your identity provider, and log in anew`,
      );
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  const parsed = FileSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw refused(`${file} is not a file of logins any more: delete it and log in anew`);
  return parsed.data.logins;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
