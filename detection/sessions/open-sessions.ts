import { loadSessionPolicy } from '../../policy/load-sessions';
import { SessionConsumer, type SessionDeps } from './consumer';
import { openPlaces } from './places';
import { createPseudonyms, pseudonymKey } from './pseudonyms';
import type { Sight } from './see-event';
import type { SessionSettings } from './settings';

/** Reads what the settings name. Throws an error that says which file cannot be used, and why. */
export async function openSight(settings: SessionSettings): Promise<Sight> {
  return {
    policy: loadSessionPolicy(settings.policyFile),
    places: await openPlaces(settings),
    pseudonyms: createPseudonyms(pseudonymKey(settings.dataDir, settings.pseudonymKey)),
  };
}

/** The consumer of authentication events over a database that is migrated. */
export async function openSessions(
  settings: SessionSettings,
  deps: Pick<SessionDeps, 'pool' | 'accept' | 'onRaised'>,
): Promise<SessionConsumer> {
  return new SessionConsumer({ ...deps, ...(await openSight(settings)) });
}
