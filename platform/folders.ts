import os from 'node:os';
import path from 'node:path';
import { packageRoot } from './package-root';

/**
 * Folder for what is expensive to get and the same for every clone: server executables, jars.
 * `TOCSIN_CACHE_DIR`, else `$XDG_CACHE_HOME/tocsin`, else `~/.cache/tocsin` (XDG Base Directory Specification:
 * a relative `XDG_CACHE_HOME` is ignored). The folder is not created here.
 */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env.TOCSIN_CACHE_DIR) return path.resolve(env.TOCSIN_CACHE_DIR);
  const xdg = env.XDG_CACHE_HOME;
  const base = xdg && path.isAbsolute(xdg) ? xdg : path.join(os.homedir(), '.cache');
  return path.join(base, 'tocsin');
}

/**
 * Folder for what the embedded stack keeps: databases, mails, status page, dossiers.
 * `TOCSIN_DATA_DIR`, else `.tocsin` in the checkout, or in the current folder where Tocsin is an installed package: what
 * lies in `node_modules` is deleted by the next `npm ci`. The folder is not created here.
 */
export function dataDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env.TOCSIN_DATA_DIR) return path.resolve(env.TOCSIN_DATA_DIR);
  const root = packageRoot();
  return path.join(root.split(path.sep).includes('node_modules') ? process.cwd() : root, '.tocsin');
}
