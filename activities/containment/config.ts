import type { OwnCredentials } from './own-credentials';
import type { SignedWebhookConfig } from './signed-webhook-config';
import type { VaultPort } from './vault';

/**
 * What containment may reach. A provider that is missing is not configured: its measures are refused with a text that
 * says so, and in an exercise simulated. Nothing of this is ever written to history, the register or a log.
 */
export interface ContainmentConfig {
  /** Exercises reach loopback only, and keep their secrets in a vault folder of their own. */
  exercise: boolean;
  /** The settings of each provider, by its name. */
  providers?: Readonly<Record<string, object | undefined>>;
  /** Names of those that reach a local recorder in place of the real thing. */
  recordedOnly?: readonly string[];
  /** Where new secrets go. */
  vault?: { folder: string } | { webhook: SignedWebhookConfig } | VaultPort;
  /** What is never blocked, beside policy/protected-ranges.yaml and the addresses of this machine. */
  protect?: {
    /** The company's own, office and orchestrator ranges. */
    ranges?: string[];
    /** Countries of offices, ISO 3166-1 alpha-2. */
    countries?: string[];
    asns?: number[];
  };
  /** What Tocsin itself works with; never rotated. */
  own?: OwnCredentials;
  /** How long one call to a provider may take; default 10 s. */
  timeoutMs?: number;
}

/** How long one call may take when the configuration does not say. */
export const DEFAULT_TIMEOUT_MS = 10_000;
