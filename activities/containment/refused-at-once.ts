/** What is refused whoever carries it out: known before it is sent, so that nobody waits for it. */
import type { ContainmentMeasure } from '../../domain/incident/incident';
import { createSourceGuard } from './protected-ranges';
import { credentialProblem, PROVIDERS } from './providers';

/**
 * Why a measure would be refused, and what to do; `undefined` where a worker decides. What the workers alone know (the
 * company's own ranges, their addresses) is judged there.
 */
export function refusedAtOnce(measure: ContainmentMeasure): string | undefined {
  switch (measure.action) {
    case 'block-source': {
      const { source } = measure;
      const guarded = createSourceGuard({}, { own: false })(source);
      if (guarded) return guarded;
      const problems = PROVIDERS.flatMap((each) =>
        each.takes.includes('block-source') ? [each.sourceProblem?.(source)] : [],
      );
      return problems.every((problem) => problem !== undefined) ? problems[0] : undefined;
    }
    case 'rotate-credential':
      return credentialProblem(measure.credential);
    case 'isolate-system':
      return undefined;
  }
}
