/** The configuration as digests, so that a change of it can be written to the audit log without any secret. */
import { createHash } from 'node:crypto';
import type { ConfigurationPart } from '../detection/audit/own-log';
import { loadRules } from '../detection/rules';
import { withoutUndefined } from '../domain/kernel/without-undefined';
import { packNames } from '../domain/policy/policy';
import { loadPolicy } from '../policy/load-policy';
import { canonicalText } from '../register/canonical';
import type { WorkerSettings } from '../settings/worker';

/** Names of settings whose value is a secret. Only whether there is one counts. */
const SECRET = /secret|token$|key|password/i;

/**
 * The worker's settings, the policy in force and the detection rules. A secret that is exchanged for another does not show:
 * a digest of it could be guessed.
 *
 * @throws PolicyError for a pack or rules that cannot be loaded.
 */
export function configurationParts(settings: WorkerSettings): ConfigurationPart[] {
  const open = withoutSecrets(withoutUndefined(settings)) as Record<string, unknown>;
  const groups = Object.fromEntries(Object.entries(open).map(([name, value]) => [name, digest(value)]));
  const { pack, sha256 } = loadPolicy(settings.policy);
  const rules = loadRules(settings.detectionRules);
  return [
    { target: 'settings', sha256: digest(open), data: { groups } },
    { target: 'policy', sha256, data: { packs: packNames(pack.packs) } },
    { target: `detection rules ${rules.rules.id}`, sha256: rules.sha256, data: { version: rules.rules.version } },
  ];
}

function digest(value: unknown): string {
  return createHash('sha256').update(canonicalText(value)).digest('hex');
}

function withoutSecrets(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    return SECRET.test(name) ? `${value.length} set` : value.map((item) => withoutSecrets(item));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecrets(item, key)]));
  }
  if (typeof value !== 'string') return value;
  if (SECRET.test(name)) return value === '' ? '' : 'set';
  return withoutPassword(value);
}

/** `scheme://user:password@host` without the password, wherever it stands in a text. */
function withoutPassword(text: string): string {
  return text.replace(/(\/\/[^\s:@/]*):[^\s@/]*@/g, '$1@');
}
