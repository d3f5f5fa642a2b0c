/**
 * Cloudflare and the receiver of webhooks fail (500, 503), are asked too often (429), or carry out what they were asked and
 * the answer is lost: every rule, every roll and every message once.
 */
import { type FaultSettings, playedLifecycle } from './providers';

test.each<[string, FaultSettings]>([
  ['500', { failNext: 4, failStatus: 500 }],
  ['503', { failNext: 4, failStatus: 503 }],
  ['429', { failNext: 4, failStatus: 429 }],
  ['answers-lost', { dropNext: 4 }],
])('Cloudflare: %s', (name, faults) => playedLifecycle(`CLOUDFLARE-${name}`, { recorder: faults }), 200_000);
