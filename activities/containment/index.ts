import path from 'node:path';
import { ApplicationFailure } from '@temporalio/activity';
import { measureId } from '../../domain/incident/incident';
import { failure } from '../failures';
import type { MeasureInput, MeasureResult } from '../types';
import { type ContainmentConfig, DEFAULT_TIMEOUT_MS, type SignedWebhookConfig } from './config';
import { assertLoopback, isLoopbackHost } from './loopback';
import { blockTarget, createSourceGuard } from './protected-ranges';
import { applyAccessRule, undoAccessRule } from './providers/cloudflare-access-rules';
import { rollCloudflareToken } from './providers/cloudflare-token';
import { rotatePostgresRole } from './providers/postgres-role';
import { callMeasureWebhook } from './providers/signed-webhook';
import { fileVault, type VaultPort, webhookVault } from './vault';

export type { CloudflareScope, ContainmentConfig, SignedWebhookConfig } from './config';
export { fileVault, type VaultPort, webhookVault } from './vault';

/**
 * Applies and undoes containment measures. Each call may be repeated: it looks before it acts, and ends in the same state.
 * `refused` says what forbids the measure and what to do; everything else that goes wrong is thrown as an
 * ApplicationFailure with a type of FAILURES. No result and no failure holds a secret.
 */
export interface ContainmentPort {
  apply(input: MeasureInput): Promise<MeasureResult>;
  undo(input: MeasureInput): Promise<MeasureResult>;
}

/**
 * Builds the port from its configuration.
 * Throws when the configuration is dangerous: an exercise that could reach another machine, a protected range that
 * cannot be read, a webhook secret that is none, a vault webhook without TLS.
 */
export function createContainment(config: ContainmentConfig): ContainmentPort {
  checkConfig(config);
  const guard = createSourceGuard(config.protect);
  const timeoutMs = config.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const vault = vaultOf(config, timeoutMs);

  const apply = async (input: MeasureInput): Promise<MeasureResult> => {
    const { measure } = input;
    switch (measure.action) {
      case 'block-source': {
        const verdict = guard(measure.source);
        if ('refused' in verdict) return { outcome: 'refused', detail: verdict.refused };
        if (!config.cloudflare) return notConfigured('block a source', 'a Cloudflare API token and an account or zone');
        return applyAccessRule(config.cloudflare, input, verdict.target, timeoutMs);
      }
      case 'isolate-system':
        if (!config.webhook) return notConfigured('isolate a system', 'the containment webhook');
        return callMeasureWebhook(config.webhook, 'system.isolate', input, timeoutMs);
      case 'rotate-credential':
        return rotate(config, vault, input, measure.credential, timeoutMs);
    }
  };

  const undo = async (input: MeasureInput): Promise<MeasureResult> => {
    const { measure } = input;
    switch (measure.action) {
      case 'block-source': {
        // Not judged by the guard: a rule made before its range became protected must go all the more.
        const named = blockTarget(measure.source);
        if ('refused' in named) return { outcome: 'undone', detail: `there is nothing to undo: ${named.refused}` };
        if (!config.cloudflare)
          return notConfigured('unblock a source', 'a Cloudflare API token and an account or zone');
        return undoAccessRule(config.cloudflare, input, named.target, timeoutMs);
      }
      case 'isolate-system':
        if (!config.webhook) return notConfigured('release a system', 'the containment webhook');
        return callMeasureWebhook(config.webhook, 'system.release', input, timeoutMs);
      case 'rotate-credential':
        return {
          outcome: 'refused',
          detail: `${measureId(measure)} cannot be undone: the old secret counts as stolen; give the users of it the new one from the vault`,
        };
    }
  };

  return { apply: guarded(config, apply), undo: guarded(config, undo) };
}

type Credential = Extract<MeasureInput['measure'], { action: 'rotate-credential' }>['credential'];

async function rotate(
  config: ContainmentConfig,
  vault: VaultPort | undefined,
  input: MeasureInput,
  { provider, ref }: Credential,
  timeoutMs: number,
): Promise<MeasureResult> {
  if (provider === 'webhook') {
    if (!config.webhook) return notConfigured('rotate a credential by webhook', 'the containment webhook');
    return callMeasureWebhook(config.webhook, 'credential.rotate', input, timeoutMs);
  }
  if (provider === 'postgres-role' && !config.postgres && config.exercise) {
    return {
      outcome: 'applied',
      detail: `exercise: the rotation of role ${ref} was simulated, as there is no exercise database`,
    };
  }
  if (!vault) return notConfigured('rotate a credential', 'a vault for the new secret');
  if (provider === 'postgres-role') {
    if (!config.postgres) return notConfigured('rotate a Postgres role', 'a connection that may alter roles');
    return rotatePostgresRole(config.postgres, vault, input, ref, timeoutMs);
  }
  if (!config.cloudflare) return notConfigured('roll a Cloudflare token', 'a Cloudflare API token');
  return rollCloudflareToken(config.cloudflare, vault, input, ref, timeoutMs);
}

/** Keeps exercises and real incidents apart, and foreign error texts out of history. */
function guarded(config: ContainmentConfig, act: ContainmentPort['apply']): ContainmentPort['apply'] {
  return async (input) => {
    if (input.exercise !== config.exercise) {
      const [asked, made] = input.exercise ? ['an exercise', 'real incidents'] : ['a real incident', 'exercises'];
      throw failure(
        'ContainmentMisused',
        `containment for ${made} was asked by ${asked}: pass the one that was made for it`,
      );
    }
    try {
      return await act(input);
    } catch (error) {
      if (error instanceof ApplicationFailure) throw error;
      const code = (error as { code?: unknown }).code;
      throw failure(
        'ContainmentUnavailable',
        `${measureId(input.measure)} failed unexpectedly (${typeof code === 'string' ? code : (error as Error).name}): it is tried again; see the worker's disk and network`,
      );
    }
  };
}

function notConfigured(what: string, needed: string): MeasureResult {
  return {
    outcome: 'refused',
    detail: `Tocsin is not set up to ${what}: configure ${needed}, or do it by hand and record it`,
  };
}

function vaultOf({ vault, exercise }: ContainmentConfig, timeoutMs: number): VaultPort | undefined {
  if (!vault) return undefined;
  if ('folder' in vault) return fileVault(exercise ? path.join(vault.folder, 'exercise') : vault.folder);
  if ('webhook' in vault) return webhookVault(vault.webhook, timeoutMs);
  return vault;
}

function checkConfig(config: ContainmentConfig): void {
  if (config.exercise) assertLoopback(config);
  const vaultWebhook = config.vault && 'webhook' in config.vault ? config.vault.webhook : undefined;
  checkWebhook('webhook', config.webhook);
  checkWebhook('vault.webhook', vaultWebhook);
  if (!vaultWebhook) return;
  const { protocol, hostname } = new URL(vaultWebhook.url);
  if (protocol !== 'https:' && !isLoopbackHost(hostname)) {
    throw new Error('vault.webhook.url carries secrets and must be https: give an https address');
  }
}

function checkWebhook(field: string, webhook: SignedWebhookConfig | undefined): void {
  if (!webhook) return;
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
