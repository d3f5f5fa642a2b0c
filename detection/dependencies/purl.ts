/** Package URLs (https://github.com/package-url/purl-spec), as far as they name a package of an ecosystem of OSV. */
import { own } from './component-list';
import { releaseIn } from './releases';

/**
 * A package that a URL names. `version` is decoded. Of the qualifiers some have a field of their own: `upstream`, the source package
 * that one of a distribution was built from, under whose name distributions publish advisories; `distro`, the distribution's
 * release; and `epoch`, the part of an RPM's version that stands apart from it.
 */
export interface Purl {
  ecosystem: string;
  name: string;
  version?: string | undefined;
  /** It has a version, which cannot be read. */
  versionUnread?: true;
  release?: string;
  upstream?: { name: string; version?: string };
  /** All others, `KEY=VALUE`, `distro` among them; and a path within the package, `#PATH`. */
  qualifiers: string[];
}

const LONGEST = 2_000;

/** Types of package URLs, as OSV calls their ecosystems, and how namespace and name are put together there. */
const TYPES: Record<string, { ecosystem: string; join: string }> = {
  npm: { ecosystem: 'npm', join: '/' },
  pypi: { ecosystem: 'PyPI', join: '/' },
  maven: { ecosystem: 'Maven', join: ':' },
  golang: { ecosystem: 'Go', join: '/' },
  cargo: { ecosystem: 'crates.io', join: '/' },
  nuget: { ecosystem: 'NuGet', join: '/' },
  gem: { ecosystem: 'RubyGems', join: '/' },
  composer: { ecosystem: 'Packagist', join: '/' },
  hex: { ecosystem: 'Hex', join: '/' },
  pub: { ecosystem: 'Pub', join: '/' },
  swift: { ecosystem: 'SwiftURL', join: '/' },
  conan: { ecosystem: 'ConanCenter', join: '/' },
  cran: { ecosystem: 'CRAN', join: '/' },
  hackage: { ecosystem: 'Hackage', join: '/' },
  bitnami: { ecosystem: 'Bitnami', join: '/' },
};

/** Distributions: their namespace is the ecosystem, and no part of the name. */
const DISTRIBUTIONS: Record<string, string> = {
  'deb/debian': 'Debian',
  'deb/ubuntu': 'Ubuntu',
  'apk/alpine': 'Alpine',
  'apk/wolfi': 'Wolfi',
  'apk/chainguard': 'Chainguard',
  'rpm/redhat': 'Red Hat',
  'rpm/rocky-linux': 'Rocky Linux',
  'rpm/almalinux': 'AlmaLinux',
  'rpm/opensuse': 'openSUSE',
  'rpm/suse': 'SUSE',
};

/** Parses a package URL. Undefined when it is none, or of a type for which there are no advisories. Never throws. */
export function parsePurl(text: string): Purl | undefined {
  if (text.length > LONGEST || !/^pkg:/i.test(text)) return undefined;
  const [whole = '', subpath = ''] = text.slice(4).replace(/^\/+/, '').split('#', 2);
  const [path = '', qualifiers = ''] = whole.split('?', 2);
  // A scope is written %40scope, but plain @scope is met too: the version follows the last @ of the last segment.
  const at = path.lastIndexOf('@');
  const hasVersion = at > path.lastIndexOf('/') + 1 && at > 0;
  const version = hasVersion ? decode(path.slice(at + 1)) : undefined;
  const [type, ...rest] = (hasVersion ? path.slice(0, at) : path).split('/');
  const segments = rest.filter((segment) => segment !== '').map(decode);
  if (!type || segments.length === 0 || segments.some((segment) => segment === undefined)) return undefined;
  const name = segments.at(-1)!;
  const namespace = segments.slice(0, -1) as string[];
  const known = identify(type.toLowerCase(), namespace, name);
  if (!known) return undefined;
  // Go's versions begin with v, except in advisories.
  const plain = known.ecosystem === 'Go' ? version?.replace(/^v(?=\d)/, '') : version;
  const epoch = /^rpm$/i.test(type) ? qualifier(qualifiers, 'epoch') : undefined;
  const withEpoch = (text: string) => (epoch && /^[1-9]\d{0,9}$/.test(epoch) ? `${epoch}:${text}` : text);
  const upstream = upstreamOf(qualifiers);
  const release = releaseIn(known.ecosystem, qualifier(qualifiers, 'distro') ?? '');
  return {
    ...known,
    ...(plain ? { version: withEpoch(plain) } : hasVersion ? { versionUnread: true } : {}),
    ...(release ? { release } : {}),
    // A source package and what is built from it have one epoch, which the file's name leaves out.
    ...(upstream
      ? { upstream: { ...upstream, ...(upstream.version ? { version: withEpoch(upstream.version) } : {}) } }
      : {}),
    qualifiers: [...othersOf(qualifiers), ...(subpath === '' ? [] : [`#${subpath}`])],
  };
}

/** What tells packages of one name and version apart. */
function othersOf(qualifiers: string): string[] {
  return qualifiers.split('&').flatMap((each) => {
    const [key = '', ...value] = each.split('=');
    const written = value.join('=');
    const isPart = ['', 'upstream', 'epoch'].includes(key.toLowerCase()) || written === '';
    return isPart ? [] : [`${key.toLowerCase()}=${decode(written) ?? written}`];
  });
}

function qualifier(qualifiers: string, key: string): string | undefined {
  const written = qualifiers.split('&').find((each) => each.toLowerCase().startsWith(`${key}=`));
  return written && decode(written.slice(key.length + 1));
}

/** `upstream=perl`, `upstream=gcc-12%4012.2.0-14`, and for RPM the name of the source file: `upstream=openssl-3.0.7-24.el9.src.rpm`. */
function upstreamOf(qualifiers: string): Purl['upstream'] {
  const text = qualifier(qualifiers, 'upstream');
  if (!text) return undefined;
  const file = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(text);
  if (file) return { name: file[1]!, version: file[2]! };
  const [name, version] = text.split('@', 2) as [string, string?];
  return name ? { name, ...(version ? { version } : {}) } : undefined;
}

function identify(type: string, namespace: string[], name: string): Pick<Purl, 'ecosystem' | 'name'> | undefined {
  const distribution = own(DISTRIBUTIONS, `${type}/${namespace.join('/').toLowerCase()}`);
  if (distribution) return { ecosystem: distribution, name };
  const plain = own(TYPES, type);
  return plain && { ecosystem: plain.ecosystem, name: [...namespace, name].join(plain.join) };
}

/** Whether a package URL can be read as such, of whichever type. */
export function isWhole(text: string): boolean {
  return text.length <= LONGEST && decode(text) !== undefined;
}

/** Percent-encoding undone. Undefined where it is damaged. */
export function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // a stray %
  }
}
