import type { VaultPort } from './vault';

/** A receiver of signed webhooks (Standard Webhooks). */
export interface SignedWebhookConfig {
  url: string;
  /** `whsec_` and the key in base64. */
  secret: string;
}

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
  /** How long one call to a provider may take; default 10 s. */
  timeoutMs?: number;
}

/** How long one call may take when the configuration does not say. */
export const DEFAULT_TIMEOUT_MS = 10_000;

/** Throws unless it is an address without a password, and a secret that is long enough. */
export function checkWebhook(field: string, webhook: SignedWebhookConfig): void {
  if (!URL.canParse(webhook.url) || !/^https?:$/.test(new URL(webhook.url).protocol)) {
    throw new Error(`${field}.url is no http(s) address: give one like https://hooks.example.com/containment`);
  }
  const { username, password } = new URL(webhook.url);
  if (username || password)
    throw new Error(`${field}.url holds a user or a password: leave them out, messages are signed`);
  const key = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(webhook.secret)?.[1];
  if (!key || Buffer.from(key, 'base64').length < 24) {
    throw new Error(`${field}.secret must be "whsec_" and at least 24 random bytes in base64 (Standard Webhooks)`);
  }
}
