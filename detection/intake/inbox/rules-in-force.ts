/** The detection rules in force: read again when the file is edited. */
import { statSync } from 'node:fs';
import path from 'node:path';
import type { RulesSnapshot } from '../../../domain/detection/detection-rules';
import { packageRoot } from '../../../platform/package-root';
import { loadRules } from '../../rules';

const LOOK_AGAIN_MS = 2_000;

/**
 * Answers the rules of the file; without one, those in `policy/detection.yaml`. Throws at once when they are not valid.
 * Later an edit that is not valid changes nothing, and `onProblem` hears what is wrong with it.
 */
export function rulesInForce(
  file = path.join(packageRoot(), 'policy', 'detection.yaml'),
  onProblem: (problem: string) => void = () => undefined,
): () => RulesSnapshot {
  const loadedAt = () => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  let readAt = loadedAt();
  let rules = loadRules(file);
  let lookedAt = Date.now();
  return () => {
    const now = Date.now();
    if (now - lookedAt < LOOK_AGAIN_MS) return rules;
    lookedAt = now;
    const changedAt = loadedAt();
    if (changedAt === readAt) return rules;
    readAt = changedAt;
    try {
      rules = loadRules(file);
    } catch (error) {
      onProblem((error as Error).message);
    }
    return rules;
  };
}
