/** A package that is installed from a tarball: one beside the project, or at an address that is no registry. */
import semver from 'semver';

const TARBALL = /^(?:file:|https?:\/\/)[^?#]*?([^/\\?#]+)\.(?:tgz|tar\.gz|tar)(?:[?#].*)?$/i;

/** Whether a lock file names a tarball where a version stands otherwise. */
export function isTarball(text: string): boolean {
  return text.length <= 1_000 && TARBALL.test(text);
}

/**
 * The version that the tarball's name says, as `npm pack` names it: `xlsx-0.18.5.tgz`, of a package with a scope
 * `scope-name-1.2.3.tgz`. Undefined where the name is another's, or holds no version: then nobody can say which it is.
 */
export function tarballVersion(name: string, text: string): string | undefined {
  if (!isTarball(text)) return undefined;
  const file = TARBALL.exec(text)![1]!;
  const plain = name.replace(/^@[^/]*\//, '');
  const stem = [name.replace(/^@/, '').replace('/', '-'), plain].find((each) => file.startsWith(`${each}-`));
  const version = stem === undefined ? undefined : file.slice(stem.length + 1).replace(/^v/, '');
  return version !== undefined && semver.valid(version) === version ? version : undefined;
}
