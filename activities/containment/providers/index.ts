/** Every provider of containment. Adding one is a file beside this one, and its name in the list. */
import type { AnyProvider } from '../provider';
import { cloudflare } from './cloudflare';
import { postgres } from './postgres';
import { webhook } from './webhook';

export const PROVIDERS: readonly AnyProvider[] = [cloudflare, postgres, webhook];

/** The words that may stand before the slash in `--rotate postgres-role/deploy`. */
export function credentialProviders(): string[] {
  return PROVIDERS.flatMap(({ credential }) => credential ?? []);
}

/** What is wrong with a credential that is to be rotated: nobody rotates such ones, or no such one can be. */
export function credentialProblem({ provider, ref }: { provider: string; ref: string }): string | undefined {
  const known = PROVIDERS.find(({ credential }) => credential === provider);
  if (!known) return `there is no provider "${provider}"; there are: ${credentialProviders().join(', ')}`;
  const problem = known.refProblem?.(ref);
  return problem && `${provider}/${ref} ${problem}`;
}
