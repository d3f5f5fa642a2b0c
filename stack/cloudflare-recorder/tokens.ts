import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeWholeSync } from '../../platform/write-whole';

interface TokenState {
  /** SHA-256, hex, of the secret in force. */
  current?: string;
  /** Those of the secrets that were rolled away. */
  former: string[];
}

/** API tokens in one JSON file: hashes of their secrets only, never a secret. */
export class Tokens {
  private readonly tokens: Record<string, TokenState>;

  /** `seeds` gives the secret in force at the start, by token id; a roll that was recorded earlier wins over it. */
  constructor(
    private readonly file: string,
    seeds: Record<string, string>,
  ) {
    this.tokens = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, TokenState>) : {};
    for (const [id, secret] of Object.entries(seeds)) this.tokens[id] ??= { current: sha256(secret), former: [] };
  }

  /** Gives the token a new secret, which is answered once and not kept. The former one stops working. */
  roll(id: string): string {
    const secret = randomBytes(30).toString('base64url');
    const state = this.tokens[id] ?? { former: [] };
    const former = state.current ? [...state.former, state.current] : state.former;
    this.tokens[id] = { current: sha256(secret), former };
    writeWholeSync(this.file, JSON.stringify(this.tokens, null, 2));
    return secret;
  }

  /** The id of the token whose secret in force this is, or undefined. */
  idOf(secret: string): string | undefined {
    const hash = sha256(secret);
    return Object.entries(this.tokens).find(([, state]) => state.current === hash)?.[0];
  }

  /** Whether this secret was rolled away. */
  isFormer(secret: string): boolean {
    const hash = sha256(secret);
    return Object.values(this.tokens).some((state) => state.former.includes(hash));
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
