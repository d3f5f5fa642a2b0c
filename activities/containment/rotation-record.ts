import type { MeasureResult } from '../types';
import type { VaultPort } from './vault';

/**
 * What the vault remembers of one rotation in one incident, so that an attempt after a crash goes on where the last one
 * stopped: the secret before (to see that it fails), the one that is being set, and the result once it is done.
 * In a vault that cannot be read only the current secret is put.
 */
export class RotationRecord {
  /** Name of the secret in force: what the users of the credential read. */
  readonly name: string;
  private readonly notes: (what: 'previous' | 'next' | 'stage' | 'result') => string;

  constructor(
    private readonly vault: VaultPort,
    provider: string,
    ref: string,
    { incidentId, round }: { incidentId: string; round: number },
  ) {
    this.name = `${provider}/${ref}`;
    this.notes = (what) => `${this.name}/${incidentId}/${round}/${what}`;
  }

  /** The result of this rotation, when it was finished before. */
  async result(): Promise<MeasureResult | undefined> {
    const text = await this.vault.get(this.notes('result'));
    return text === undefined ? undefined : (JSON.parse(text) as MeasureResult);
  }

  /**
   * Keeps the secret in force aside until it has been seen to fail. The first attempt decides which one that is, or that the vault
   * has none; but where another rotation came in between, this one begins anew, as the secret that it was to set may have leaked.
   */
  async keepPrevious(): Promise<void> {
    if (!this.vault.readable) return;
    const [previous, next, current] = [
      await this.previous(),
      await this.vault.get(this.notes('next')),
      await this.current(),
    ];
    const isBegun = (await this.vault.get(this.notes('stage'))) !== undefined;
    const isOvertaken = next !== undefined && current !== next && current !== previous;
    if (isOvertaken) await this.vault.remove(this.notes('next'));
    else if (isBegun || previous !== undefined || next !== undefined) return;
    if (current !== undefined) await this.vault.put(this.notes('previous'), current);
    if (!isBegun) await this.vault.put(this.notes('stage'), 'begun');
  }

  async previous(): Promise<string | undefined> {
    return this.vault.get(this.notes('previous'));
  }

  async current(): Promise<string | undefined> {
    return this.vault.get(this.name);
  }

  /** The secret to be set: the one of an earlier attempt, or a new one, which is in the vault when this returns. */
  async next(generate: () => string): Promise<string> {
    const kept = await this.vault.get(this.notes('next'));
    if (kept !== undefined) return kept;
    const secret = generate();
    await this.vault.put(this.vault.readable ? this.notes('next') : this.name, secret);
    return secret;
  }

  /** Makes a secret the one in force. */
  async promote(secret: string): Promise<void> {
    await this.vault.put(this.name, secret);
  }

  /** Whether the provider was rotated in an earlier attempt and the new secret is in force in the vault. */
  async isRotated(): Promise<boolean> {
    return (await this.vault.get(this.notes('stage'))) === 'rotated';
  }

  async markRotated(isRotated: boolean): Promise<void> {
    if (this.vault.readable) await this.vault.put(this.notes('stage'), isRotated ? 'rotated' : 'begun');
  }

  /** Writes the result down, and forgets the secrets that are of no use any more. */
  async finish(result: MeasureResult): Promise<MeasureResult> {
    if (this.vault.readable) {
      await this.vault.put(this.notes('result'), JSON.stringify(result));
      for (const what of ['previous', 'next', 'stage'] as const) await this.vault.remove(this.notes(what));
    }
    return result;
  }
}
