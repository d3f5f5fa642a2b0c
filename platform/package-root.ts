import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Folder that holds Tocsin's `package.json`: the same for the sources and for the compiled `dist/`.
 * Assets that are not compiled (policy packs, templates, SQL migrations, examples) are found from here.
 */
export function packageRoot(): string {
  let dir = __dirname;
  while (!existsSync(path.join(dir, 'package.json'))) {
    const parent = path.dirname(dir);
    if (parent === dir)
      throw new Error(`no package.json above ${__dirname}: Tocsin's files are incomplete, install it again`);
    dir = parent;
  }
  return dir;
}

/** The version of this package, as its `package.json` has it. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
}

/** The versions of Node on which it runs, as a range of semver. */
export function packageEngines(): { node: string } {
  const text = readFileSync(path.join(packageRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { engines: { node: string } }).engines;
}
