import type { VaultPort } from './vault';

/** Cloudflare account or zone to which IP access rules are added. */
export type CloudflareScope = { accountId: string } | { zoneId: string };

/** A receiver of signed webhooks (Standard Webhooks). */
export interface SignedWebhookConfig {
  url: string;
  /** `whsec_` and the key in base64. */
  secret: string;
}

/**
 * What containment may reach. A part that is missing is not configured: its measures are refused with a text that says
 * so. Nothing of this is ever written to history, the register or a log.
 */
export interface ContainmentConfig {
  /** Exercises reach loopback only, and keep their secrets in a vault folder of their own. */
  exercise: boolean;
  cloudflare?: {
    apiToken: string;
    scope: CloudflareScope;
    /** Default: Cloudflare's own. */
    baseURL?: string;
    /** What a rule does; default `block`. */
    mode?: 'block' | 'managed_challenge';
    /** Whose the tokens are that are rolled: the user's own (default) or those of an account. */
    tokenOwner?: 'user' | { accountId: string };
  };
  postgres?: {
    /** Connection of a role that may alter the others (superuser, or CREATEROLE with the admin option). */
    url: string;
    /** Roles that may be rotated. In an exercise a throw-away role takes the place of the named one. */
    rotatableRoles: string[];
    /** Roles that Tocsin itself logs in with; never rotated. The role of `url` is always one of them. */
    ownRoles?: string[];
  };
  /** Receives `credential.rotate`, `system.isolate` and `system.release`. */
  webhook?: SignedWebhookConfig;
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
