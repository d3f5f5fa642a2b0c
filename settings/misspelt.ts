import { nearest } from '../domain/kernel/suggest';
import { variableNames } from './groups';

const PREFIX = 'TOCSIN_';
/** More than these are another word, not a slip. */
const EDITS = 2;

/**
 * Problems with variables that nobody reads but that look like one of Tocsin's: what was meant would count as unset.
 * Others may stand there for reasons of their own: an orchestrator names the ports of a service called Tocsin.
 */
export function misspelt(env: NodeJS.ProcessEnv): string[] {
  const known = variableNames();
  const words = known.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
  return Object.keys(env).flatMap((name) => {
    if (!name.startsWith(PREFIX) || known.includes(name)) return [];
    const meant = nearest(name.slice(PREFIX.length), words, EDITS);
    return meant ? [`${name}: is not a setting; did you mean ${PREFIX}${meant}?`] : [];
  });
}
