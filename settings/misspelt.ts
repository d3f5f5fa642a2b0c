import { nearest } from '../domain/kernel/suggest';
import { variableNames } from './groups';

const PREFIX = 'TOCSIN_';
/** Whose names are looked at beside Tocsin's own. */
const PROVIDERS = /^(RESEND|CLOUDFLARE|TEMPORAL)_/i;
/** More than these are another word, not a slip. */
const EDITS = 2;

/**
 * Problems with variables that nobody reads but that look like one of Tocsin's or of its providers': what was meant would
 * count as unset. Others may stand there for reasons of their own: an orchestrator names the ports of a service called
 * Tocsin, and another program may have a name that is near to one that is set.
 */
export function misspelt(env: NodeJS.ProcessEnv): string[] {
  const known = variableNames();
  const own = known.filter((name) => name.startsWith(PREFIX));
  const providers = known.filter((name) => PROVIDERS.test(name));
  return Object.keys(env).flatMap((name) => {
    if (known.includes(name)) return [];
    const meant = name.startsWith(PREFIX)
      ? near(name, own)
      : [near(name, own), PROVIDERS.test(name) ? near(name, providers) : undefined].find((each) => each && !env[each]);
    return meant ? [`${name}: is not a setting; did you mean ${meant}?`] : [];
  });
}

/** Case does not count: names of variables are in capitals. */
function near(name: string, known: readonly string[]): string | undefined {
  return nearest(name, known, EDITS);
}
