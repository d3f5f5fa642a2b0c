/** A package of npm as lock files name it, whichever program wrote them. */
import semver from 'semver';
import { cut } from './component-list';
import { tarballVersion } from './tarball';

/** A version of the registry; anything else is an address of a git repository, a tarball or a folder. */
const VERSION = /^[0-9][0-9A-Za-z.+-]*$/;

/** `@scope/name@rest` → name and rest. Undefined without a name or without an `@` behind it. */
export function splitName(text: string): { name: string; rest: string } | undefined {
  const at = text.indexOf('@', 1);
  return at < 1 ? undefined : { name: text.slice(0, at), rest: text.slice(at + 1) };
}

/**
 * What an alias stands for, `npm:@scope/name@^1.0.0`; `rest` is empty where it names no version. Undefined for what is none, such as
 * a range (`npm:^1.0.0`).
 */
export function aliasIn(text: string): { name: string; rest: string } | undefined {
  if (!text.startsWith('npm:')) return undefined;
  const named = text.slice('npm:'.length);
  return splitName(named) ?? (semver.validRange(named) === null ? { name: named, rest: '' } : undefined);
}

/** The version that a text names, itself or in a tarball's file name; undefined where nobody can say which it is. */
export function versionIn(name: string, text: unknown): string | undefined {
  const written = typeof text === 'string' && text.length <= 1_000 ? text : '';
  return written.length <= 300 && VERSION.test(written) ? written : tarballVersion(name, written);
}

/** An entry of a lock file that cannot be read may be any package: its key may be an alias. */
export function unreadOf(problems: string[]): string[] {
  return problems.length > 0 ? [''] : [];
}

/** What cannot be a package's name is told. */
export function nameProblem(name: string, place: string): string | undefined {
  return name === '' || name.length > 300 ? `${cut(place, 120)}: has no usable name` : undefined;
}
