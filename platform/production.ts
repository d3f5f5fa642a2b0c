/** True unless TOCSIN_ENV is not set or says `development`: a misspelt mode never opens a door. */
export function isProduction(env: Readonly<Record<string, string | undefined>>): boolean {
  return !['', 'development'].includes(env.TOCSIN_ENV ?? '');
}
