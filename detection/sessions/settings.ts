import { dataDir } from '../../platform/folders';
import { loadSessionPolicy } from '../../policy/load-sessions';
import { SessionConsumer, type SessionDeps } from './consumer';
import { openPlaces, type PlaceSources } from './places';
import { createPseudonyms, pseudonymKey } from './pseudonyms';
import type { Sight } from './see-event';

/** Where the policy, the databases of addresses and the key of pseudonyms come from. */
export interface SessionSettings extends PlaceSources {
  /** `policy/sessions.yaml` unless set. */
  policyFile?: string;
  pseudonymKey: Buffer;
}

/**
 * `TOCSIN_SESSIONS` (a policy file), `TOCSIN_MMDB` (countries or cities), `TOCSIN_MMDB_ASN`, and `TOCSIN_PSEUDONYM_KEY`, for
 * which a random key is made in the data folder when it is not set. Throws when the key is too short or damaged.
 */
export function sessionSettings(env: NodeJS.ProcessEnv = process.env): SessionSettings {
  return {
    policyFile: env.TOCSIN_SESSIONS || undefined,
    countryFile: env.TOCSIN_MMDB || undefined,
    asnFile: env.TOCSIN_MMDB_ASN || undefined,
    pseudonymKey: pseudonymKey(dataDir(env), env.TOCSIN_PSEUDONYM_KEY || undefined),
  };
}

/** Reads what the settings name. Throws an error that says which file cannot be used, and why. */
export async function openSight(settings: SessionSettings): Promise<Sight> {
  return {
    policy: loadSessionPolicy(settings.policyFile),
    places: await openPlaces(settings),
    pseudonyms: createPseudonyms(settings.pseudonymKey),
  };
}

/** The consumer of authentication events over a database that is migrated. */
export async function openSessions(
  settings: SessionSettings,
  deps: Pick<SessionDeps, 'pool' | 'accept' | 'onRaised'>,
): Promise<SessionConsumer> {
  return new SessionConsumer({ ...deps, ...(await openSight(settings)) });
}
