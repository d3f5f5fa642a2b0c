import { failure, isTransientStatus } from '../../failures';
import type { MeasureInput, MeasureResult } from '../../types';
import { RotationRecord } from '../rotation-record';
import type { VaultPort } from '../vault';
import { type CloudflareConfig, cloudflareClient, cloudflareFailure, cloudflareStatus } from './cloudflare-client';

/**
 * Rolls an API token of Cloudflare: the new secret goes from the answer into the vault, then the old one is seen to
 * fail and the new one to work. An attempt after a lost answer rolls again, which is harmless: the vault then holds
 * the secret of the last roll. An attempt after a roll that is in the vault does not.
 */
export async function rollCloudflareToken(
  config: CloudflareConfig,
  vault: VaultPort,
  input: MeasureInput,
  tokenId: string,
  timeoutMs?: number,
): Promise<MeasureResult> {
  const record = new RotationRecord(vault, 'cloudflare-token', tokenId, input);
  const finished = await record.result();
  if (finished) return finished;

  const own = await ownTokenId(config, timeoutMs);
  if (own === undefined) {
    return {
      outcome: 'refused',
      detail: 'the token may be the one Tocsin itself works with, as Cloudflare does not tell which that is',
      internal: `give Tocsin a token that may verify itself, or roll ${tokenId} by hand`,
    };
  }
  if (own === tokenId) {
    return {
      outcome: 'refused',
      detail: 'the token is the one Tocsin itself works with, so that rolling it would end containment',
      internal: `replace ${tokenId} by hand, then roll the old one`,
    };
  }
  if (!(await record.isRotated())) {
    // An exercise has no leaked secret: a first roll makes one, so that it can be seen to fail.
    if (input.exercise && (await record.current()) === undefined)
      await record.promote(await roll(config, tokenId, timeoutMs));
    await record.keepPrevious();
    await record.promote(await roll(config, tokenId, timeoutMs));
    await record.markRotated(true);
  }

  const current = await record.current();
  const isNewActive = current === undefined ? undefined : await isActive(config, current, timeoutMs);
  if (isNewActive === false) {
    await record.markRotated(false);
    throw failure(
      'ContainmentNotVerified',
      `the new secret of token ${tokenId} does not work: somebody else rolled it too, or it is disabled or expired; it is rolled again`,
    );
  }
  const previous = await record.previous();
  const isOldActive = previous === undefined ? undefined : await isActive(config, previous, timeoutMs);
  if (isOldActive) {
    throw failure(
      'ContainmentNotVerified',
      `token ${tokenId} was rolled, but its old secret still works: it is checked again; disable the token by hand if this stays so`,
    );
  }
  const stored = 'the token was rolled; the new secret is in the vault';
  const internal = `as ${record.name}`;
  if (isOldActive === false && isNewActive) {
    const detail = `${stored}; the old one is rejected, the new one works`;
    return record.finish({ outcome: 'verified', detail, internal });
  }
  const untested = [
    ...(isOldActive === undefined ? ['that the old one fails (it is not in the vault, or its use is restricted)'] : []),
    ...(isNewActive === undefined
      ? ['that the new one works (the vault cannot be read, or its use is restricted)']
      : []),
  ];
  return record.finish({ outcome: 'applied', detail: `${stored}; not tested: ${untested.join(', ')}`, internal });
}

async function roll(config: CloudflareConfig, tokenId: string, timeoutMs?: number): Promise<string> {
  const client = cloudflareClient(config, timeoutMs);
  const owner = config.tokenOwner ?? 'user';
  let secret: unknown;
  try {
    secret =
      owner === 'user'
        ? await client.user.tokens.value.update(tokenId)
        : await client.accounts.tokens.value.update(tokenId, { account_id: owner.accountId });
  } catch (error) {
    throw cloudflareFailure(error, `roll token ${tokenId}`);
  }
  if (typeof secret === 'string' && secret !== '') return secret;
  throw failure(
    'ContainmentUnavailable',
    `Cloudflare's answer to roll token ${tokenId} held no secret: it is rolled again`,
  );
}

/** True: works · false: rejected · undefined: it cannot be told from here, e.g. the token is limited to other addresses. */
async function isActive(config: CloudflareConfig, secret: string, timeoutMs?: number): Promise<boolean | undefined> {
  try {
    return (await verify(config, secret, timeoutMs)).status === 'active';
  } catch (error) {
    const status = cloudflareStatus(error);
    if (status === 401 || status === 400) return false;
    if (status === 403) return undefined;
    throw cloudflareFailure(error, 'verify a token');
  }
}

/** The id of the token that Tocsin works with; undefined when Cloudflare does not tell. */
async function ownTokenId(config: CloudflareConfig, timeoutMs?: number): Promise<string | undefined> {
  try {
    return (await verify(config, config.apiToken, timeoutMs)).id;
  } catch (error) {
    const status = cloudflareStatus(error);
    if (status !== undefined && status < 500 && !isTransientStatus(status)) return undefined;
    throw cloudflareFailure(error, "verify Tocsin's own token");
  }
}

function verify(config: CloudflareConfig, secret: string, timeoutMs?: number): Promise<{ id: string; status: string }> {
  const client = cloudflareClient(config, timeoutMs, secret);
  const owner = config.tokenOwner ?? 'user';
  return owner === 'user'
    ? client.user.tokens.verify()
    : client.accounts.tokens.verify({ account_id: owner.accountId });
}
