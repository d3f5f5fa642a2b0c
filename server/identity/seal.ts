/**
 * What a browser keeps for us, sealed so that it can neither read nor change it: JWE with A256GCM (RFC 7516), under keys
 * that all copies of the server derive from the same secrets. So any copy opens what another one sealed.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import { EncryptJWT, type JWTPayload, jwtDecrypt } from 'jose';

export class Seal {
  private readonly keys: Uint8Array[];

  /** @param secrets the first one seals, all open; without any, one of this process, which nothing outlives. */
  constructor(secrets: readonly string[]) {
    const from = secrets.length > 0 ? secrets : [randomBytes(32).toString('base64')];
    this.keys = from.map((secret) => new Uint8Array(hkdfSync('sha256', secret, '', 'tocsin pages', 32)));
  }

  /** `purpose`: what is sealed for one opens for no other. */
  async seal(purpose: string, content: JWTPayload, seconds: number): Promise<string> {
    return new EncryptJWT(content)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setAudience(purpose)
      .setIssuedAt()
      .setExpirationTime(`${seconds} seconds`)
      .encrypt(this.keys[0]!);
  }

  /** What was sealed; `undefined` where it does not open, or its time is over. */
  async open(purpose: string, sealed: string | undefined): Promise<JWTPayload | undefined> {
    if (!sealed) return undefined;
    for (const key of this.keys) {
      const options = {
        audience: purpose,
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        requiredClaims: ['exp'],
      };
      const opened = await jwtDecrypt(sealed, key, options).catch(() => undefined);
      if (opened) return opened.payload;
    }
    return undefined;
  }

  /** Secrets for one purpose, the same on every copy: of the key that seals, then of those that only open. */
  derived(purpose: string): Buffer[] {
    return this.keys.map((key) => Buffer.from(hkdfSync('sha256', key, '', purpose, 32)));
  }
}
