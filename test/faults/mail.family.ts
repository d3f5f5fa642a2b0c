/**
 * The mail provider refuses a batch for one bad member (422), says that the same key is in progress (409), that it is asked
 * too often or that the quota is used up (429), fails (500), or cuts the connection after it accepted: every mail once.
 */
import { type FaultSettings, playedLifecycle } from './providers';

const BATCH = '/emails/batch';

test.each<[string, FaultSettings]>([
  ['422-batch', { failNext: 1, failStatus: 422, failName: 'validation_error', failPath: BATCH }],
  ['409-in-progress', { failNext: 4, failStatus: 409, failName: 'concurrent_idempotent_requests' }],
  ['429', { failNext: 6, failStatus: 429, failName: 'rate_limit_exceeded' }],
  ['429-quota', { failNext: 2, failStatus: 429, failName: 'daily_quota_exceeded' }],
  ['500', { failNext: 6, failStatus: 500 }],
  ['cut-after-acceptance', { dropNext: 6 }],
])('the mail provider: %s', (name, faults) => playedLifecycle(`MAIL-${name}`, { mailbox: faults }), 200_000);
