/** What a child process gets of this one's environment: a list, as what is not on it may be a secret. */

/** What any program needs to find its way. None of these holds a secret. */
const PLAIN = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'TMP',
  'TEMP',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  // Windows starts nothing without them.
  'SystemRoot',
  'SYSTEMROOT',
  'windir',
  'ComSpec',
  'PATHEXT',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
];
const PLAIN_PREFIX = 'LC_';

/** What programs need that fetch something: the way out, and the tools' own places. A proxy's address may hold a password. */
const FETCHING = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'JAVA_HOME',
  'MAVEN_OPTS',
  'MAVEN_ARGS',
  'M2_HOME',
];
const FETCHING_PREFIX = 'GO';

/**
 * The part of an environment that a child gets. `fetches`: it downloads or builds something, and gets the proxies and the
 * settings of Go, Java and Maven too.
 */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  { fetches = false }: { fetches?: boolean } = {},
): Record<string, string> {
  const isGiven = (name: string) =>
    PLAIN.includes(name) ||
    name.startsWith(PLAIN_PREFIX) ||
    (fetches && (FETCHING.includes(name) || name.startsWith(FETCHING_PREFIX)));
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value !== undefined && isGiven(name) ? [[name, value]] : [])),
  );
}
