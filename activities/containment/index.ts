import path from 'node:path';
import { ApplicationFailure } from '@temporalio/activity';
import { type ContainmentMeasure, measureId } from '../../domain/incident/incident';
import { failure } from '../failures';
import type { MeasureInput, MeasureResult } from '../types';
import { type ContainmentConfig, DEFAULT_TIMEOUT_MS } from './config';
import { assertLoopback } from './loopback';
import { ownCredentialProblem } from './own-credentials';
import { createSourceGuard } from './protected-ranges';
import { type Action, type AnyProvider, type Handler, notConfigured, type ProviderTools } from './provider';
import { credentialProblem, PROVIDERS } from './providers';
import { checkWebhook } from './signed-webhook-config';
import { fileVault, type VaultPort, webhookVault } from './vault';

export type { ContainmentConfig } from './config';
export type { SignedWebhookConfig } from './signed-webhook-config';
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

/** A provider as it is set up here. */
interface Ready {
  provider: AnyProvider;
  handlers: Partial<Record<Action, Handler>>;
  /** It reaches a local recorder in place of the real thing. */
  recorded: boolean;
}

/**
 * Builds the port from its configuration.
 * Throws when the configuration is dangerous: an exercise that could reach another machine, a protected range that
 * cannot be read, a webhook secret that is none, a vault webhook without TLS.
 */
export function createContainment(config: ContainmentConfig): ContainmentPort {
  const timeoutMs = config.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const guard = createSourceGuard(config.protect);
  checkVault(config);
  const tools = { timeoutMs, vault: vaultOf(config, timeoutMs) };
  const ready = PROVIDERS.flatMap((provider) => setUp(provider, config, tools));
  // Nobody shall believe that a source is blocked which only a recorder has heard of.
  const inOrder = [...ready.filter(({ recorded }) => !recorded), ...ready.filter(({ recorded }) => recorded)];
  const readyFor = (measure: ContainmentMeasure) => inOrder.find(({ provider }) => takes(provider, measure));

  const apply = async (input: MeasureInput): Promise<MeasureResult> => {
    const { measure } = input;
    const refused =
      measure.action === 'block-source'
        ? guard(measure.source)
        : measure.action === 'rotate-credential'
          ? (credentialProblem(measure.credential) ??
            (config.own && ownCredentialProblem(config.own, measure.credential)))
          : undefined;
    if (refused) return { outcome: 'refused', detail: 'a guard of Tocsin forbids it', internal: refused };
    const taker = readyFor(measure);
    if (!taker) return missing(config, measure);
    return marked(taker, await taker.handlers[measure.action]!.apply(input));
  };

  // Not judged by the guard: a rule made before its range became protected must go all the more.
  const undo = async (input: MeasureInput): Promise<MeasureResult> => {
    const { measure } = input;
    if (measure.action === 'rotate-credential') {
      return {
        outcome: 'refused',
        detail: 'a rotation cannot be undone, as the old secret counts as stolen',
        internal: 'give the users of the credential the new one from the vault',
      };
    }
    const taker = readyFor(measure);
    if (!taker) return missing(config, measure, true);
    return marked(taker, await taker.handlers[measure.action]!.undo!(input));
  };

  return { apply: guarded(config, apply), undo: guarded(config, undo) };
}

function takes({ takes, credential }: AnyProvider, measure: ContainmentMeasure): boolean {
  if (!takes.includes(measure.action)) return false;
  return measure.action !== 'rotate-credential' || measure.credential.provider === credential;
}

function setUp(provider: AnyProvider, config: ContainmentConfig, tools: ProviderTools): Ready[] {
  const settings = config.providers?.[provider.name];
  if (!settings) return [];
  if (config.exercise) {
    for (const [field, host] of Object.entries(provider.hosts(settings))) assertLoopback(field, host);
  }
  provider.check?.(settings);
  const recorded = config.recordedOnly?.includes(provider.name) ?? false;
  return [{ provider, handlers: provider.create(settings, tools), recorded }];
}

/** Where a recorder answered, nothing was done in the world: that never counts as contained. */
function marked({ provider, recorded }: Ready, result: MeasureResult): MeasureResult {
  if (!recorded || result.outcome === 'refused') return result;
  return {
    outcome: 'recorded-only',
    detail: 'it went to a recorder on this machine only',
    internal: `${provider.setting} is not set`,
  };
}

const WORDS: Record<Action, string> = {
  'block-source': 'block a source',
  'isolate-system': 'isolate or release a system',
  'rotate-credential': 'rotate a credential of this kind',
};

function missing({ exercise }: ContainmentConfig, measure: ContainmentMeasure, undo = false): MeasureResult {
  if (exercise)
    return {
      outcome: undo ? 'undone' : 'applied',
      detail: 'exercise: it was simulated, as there is no recorder for it',
    };
  const settings = PROVIDERS.filter((each) => takes(each, measure)).map(({ setting }) => setting);
  return notConfigured(WORDS[measure.action], settings.join(' or '));
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

function vaultOf({ vault, exercise }: ContainmentConfig, timeoutMs: number): VaultPort | undefined {
  if (!vault) return undefined;
  if ('folder' in vault) return fileVault(exercise ? path.join(vault.folder, 'exercise') : vault.folder);
  if ('webhook' in vault) return webhookVault(vault.webhook, timeoutMs);
  return vault;
}

function checkVault({ vault, exercise }: ContainmentConfig): void {
  if (!vault || !('webhook' in vault)) return;
  if (exercise) assertLoopback('vault.webhook.url', new URL(vault.webhook.url).hostname);
  checkWebhook('vault.webhook', vault.webhook);
}
