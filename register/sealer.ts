/**
 * Seals the personal data of entries: ChaCha20-Poly1305 (RFC 8439) by libsodium in WebAssembly. Node makes five objects for
 * each text, which takes four times as long as to encrypt one as short as an entry's (docs/decisions/0013). What it seals
 * Node opens: see `seal.ts`.
 */
import { randomFillSync } from 'node:crypto';
import { BYTES_A_CHAR } from './canonical';
import { KEY_BYTES, NONCE_BYTES, placeOf, TAG_BYTES } from './seal';

/** What of the library is used: C functions, their memory, and when they can be called. */
interface Libsodium {
  ready: Promise<void>;
  /** Another view when the memory has grown. */
  HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(at: number): void;
  /** Lengths are 64-bit, given as their low and high halves. */
  _crypto_aead_chacha20poly1305_ietf_encrypt(
    to: number,
    toLength: 0,
    text: number,
    textLow: number,
    textHigh: 0,
    place: number,
    placeLow: number,
    placeHigh: 0,
    unused: 0,
    nonce: number,
    key: number,
  ): number;
}

const NONCES = 512;
const FIRST_CHARS = 16_000;

export class Sealer {
  private readonly encrypt: Libsodium['_crypto_aead_chacha20poly1305_ietf_encrypt'];
  private memory = Buffer.alloc(0);
  /** How much has room at the addresses below. */
  private chars = 0;
  private key = 0;
  /** The nonce, then the ciphertext and its tag. */
  private sealed = 0;
  /** The text, then its place. */
  private text = 0;
  /** Nonces that were drawn and not used yet, and where they end. */
  private nextNonce: number;
  private readonly noncesEnd: number;

  private constructor(private readonly sodium: Libsodium) {
    this.encrypt = sodium._crypto_aead_chacha20poly1305_ietf_encrypt;
    this.noncesEnd = sodium._malloc(NONCES * NONCE_BYTES) + NONCES * NONCE_BYTES;
    this.nextNonce = this.noncesEnd;
    this.makeRoomFor(FIRST_CHARS);
  }

  private static loading: Promise<Sealer> | undefined;

  /** The sealer of this process; the library is loaded at the first call, which takes 50 ms. */
  static load(): Promise<Sealer> {
    Sealer.loading ??= (async () => {
      const sodium = require('libsodium') as Libsodium;
      await sodium.ready;
      return new Sealer(sodium);
    })();
    return Sealer.loading;
  }

  /** Seals a text to its place: nonce, ciphertext and tag. A key seals far fewer than the 2^32 texts that random nonces allow. */
  seal(key: Uint8Array, incidentId: string, seq: number, text: string): Buffer {
    if (key.length !== KEY_BYTES) throw new RangeError(`a data key has ${KEY_BYTES} bytes, not ${key.length}`);
    const place = placeOf(incidentId, seq);
    if (text.length + place.length > this.chars) this.makeRoomFor(text.length + place.length);
    const { memory, sealed } = this;
    memory.set(key, this.key);
    this.putNonce(sealed);
    // In one, as each call into Node costs as much as it writes. As many bytes as characters are ASCII.
    const bytes = memory.write(text + place, this.text);
    const placeBytes = bytes === text.length + place.length ? place.length : Buffer.byteLength(place);
    const textBytes = bytes - placeBytes;
    const placeAt = this.text + textBytes;
    this.encrypt(sealed + NONCE_BYTES, 0, this.text, textBytes, 0, placeAt, placeBytes, 0, 0, sealed, this.key);
    const result = Buffer.allocUnsafe(NONCE_BYTES + textBytes + TAG_BYTES);
    memory.copy(result, 0, sealed, sealed + result.length);
    return result;
  }

  /** Random nonces are drawn many at a time: one system call each would cost more than to encrypt. */
  private putNonce(at: number): void {
    if (this.nextNonce === this.noncesEnd) {
      this.nextNonce = this.noncesEnd - NONCES * NONCE_BYTES;
      randomFillSync(this.memory, this.nextNonce, NONCES * NONCE_BYTES);
    }
    const from = this.nextNonce;
    this.nextNonce += NONCE_BYTES;
    this.memory.copyWithin(at, from, this.nextNonce);
  }

  private makeRoomFor(chars: number): void {
    const { sodium } = this;
    const bytes = chars * BYTES_A_CHAR;
    if (this.chars > 0) sodium._free(this.key);
    this.chars = 0;
    this.key = sodium._malloc(KEY_BYTES + NONCE_BYTES + bytes + TAG_BYTES + bytes);
    if (this.key === 0) throw new RangeError(`a text of ${chars} characters is too long to be sealed`);
    this.chars = chars;
    this.sealed = this.key + KEY_BYTES;
    this.text = this.sealed + NONCE_BYTES + bytes + TAG_BYTES;
    const { buffer, byteOffset, byteLength } = sodium.HEAPU8;
    this.memory = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  }
}
