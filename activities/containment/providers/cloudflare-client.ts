import type { ApplicationFailure } from '@temporalio/activity';
import Cloudflare, { APIError } from 'cloudflare';
import { failure, isTransientStatus } from '../../failures';
import { DEFAULT_TIMEOUT_MS } from '../config';

/** The account or zone to which IP access rules are added. */
export type CloudflareScope = { accountId: string } | { zoneId: string };

export interface CloudflareConfig {
  apiToken: string;
  scope: CloudflareScope;
  /** Default: Cloudflare's own. */
  baseURL?: string;
  /** What a rule does; default `block`. */
  mode?: 'block' | 'managed_challenge';
  /** Whose the tokens are that are rolled: the user's own (default) or those of an account. */
  tokenOwner?: 'user' | { accountId: string };
}

/** A client that never retries by itself (it would repeat writes) and writes no log. */
export function cloudflareClient(
  config: CloudflareConfig,
  timeoutMs = DEFAULT_TIMEOUT_MS,
  apiToken = config.apiToken,
): Cloudflare {
  return new Cloudflare({
    apiToken,
    // Explicit nulls: otherwise the client takes further credentials from the environment.
    apiKey: null,
    apiEmail: null,
    userServiceKey: null,
    ...(config.baseURL !== undefined && { baseURL: config.baseURL }),
    maxRetries: 0,
    timeout: timeoutMs,
    logLevel: 'off',
  });
}

/** Cloudflare's own error codes of an error, e.g. 10009; empty when it is none of Cloudflare's. */
export function cloudflareCodes(error: unknown): number[] {
  if (!(error instanceof APIError) || !Array.isArray(error.errors)) return [];
  return error.errors.map((each) => Number(each?.code)).filter(Number.isFinite);
}

/** The HTTP status of a Cloudflare error; undefined without an answer. */
export function cloudflareStatus(error: unknown): number | undefined {
  return error instanceof APIError ? (error.status as number | undefined) : undefined;
}

/** The failure for an error of the client, in our own words: Cloudflare's text may repeat what was sent. */
export function cloudflareFailure(error: unknown, doing: string): ApplicationFailure {
  const status = cloudflareStatus(error);
  const codes = cloudflareCodes(error);
  const answer = `Cloudflare answered ${status}${codes.length > 0 ? ` (error ${codes.join(', ')})` : ''} to ${doing}`;
  if (status === undefined) {
    return failure(
      'ContainmentUnavailable',
      `no usable answer from Cloudflare to ${doing}: check the network and status.cloudflare.com; it is looked up again`,
    );
  }
  if (isTransientStatus(status)) return failure('ContainmentUnavailable', `${answer}: it is tried again`);
  if (status === 401 || status === 403) {
    return failure(
      'ContainmentDenied',
      `${answer}: give Tocsin's API token the permission for it (or replace it), then the next attempt goes on`,
    );
  }
  return failure('ContainmentRejected', `${answer}: see Cloudflare's documentation of that error, or do it by hand`);
}
