/** A package of npm as lock files name it, whichever program wrote them. */
import { cut } from './component-list';
import { tarballVersion } from './tarball';

/** A version of the registry; anything else is an address of a git repository, a tarball or a folder. */
const VERSION = /^[0-9][0-9A-Za-z.+-]*$/;

/** `@scope/name@rest` → name and rest. Undefined without a name or without an `@` behind it. */
export function splitName(text: string): { name: string; rest: string } | undefined {
  const at = text.indexOf('@', 1);
  return at < 1 ? undefined : { name: text.slice(0, at), rest: text.slice(at + 1) };
}

/** The version that a text names, itself or in a tarball's file name; undefined where nobody can say which it is. */
export function versionIn(name: string, text: unknown): string | undefined {
  const written = typeof text === 'string' && text.length <= 1_000 ? text : '';
  return written.length <= 300 && VERSION.test(written) ? written : tarballVersion(name, written);
}

/** What cannot be a package's name is told. */
export function nameProblem(name: string, place: string): string | undefined {
  return name === '' || name.length > 300 ? `${cut(place, 120)}: has no usable name` : undefined;
}
