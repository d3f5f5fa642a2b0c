/** `security.txt` (RFC 9116), rebuilt every day so that it never expires, and signed when there is a key. */
import { readFileSync } from 'node:fs';
import { DAY_MS } from '../../domain/kernel/time';
import type { ReportsConfig } from './config';

/** An OpenPGP private key, ASCII-armoured, and its passphrase where it has one. */
export interface SigningKey {
  armoured: string;
  passphrase?: string;
}

/** The paths at which the file and the form are served. */
export const SECURITY_TXT_PATH = '/.well-known/security.txt';
export const REPORT_PATH = '/security/report';

/** The file's text, unsigned. Expires is at a UTC midnight, so that the text changes once a day. */
export function securityTxt({ contact, publicUrl, securityTxt: fields }: ReportsConfig, now: Date): string {
  const expiresMs = Math.floor((now.getTime() + fields.expiresAfter) / DAY_MS) * DAY_MS;
  const lines = [
    ...(publicUrl ? [`Contact: ${publicUrl}${REPORT_PATH}`] : []),
    `Contact: mailto:${encodeMail(contact)}`,
    `Expires: ${new Date(expiresMs).toISOString()}`,
    ...(fields.encryption ? [`Encryption: ${fields.encryption}`] : []),
    ...(fields.acknowledgments ? [`Acknowledgments: ${fields.acknowledgments}`] : []),
    ...(fields.preferredLanguages.length > 0 ? [`Preferred-Languages: ${fields.preferredLanguages.join(', ')}`] : []),
    ...(publicUrl ? [`Canonical: ${publicUrl}${SECURITY_TXT_PATH}`] : []),
    ...(fields.policy ? [`Policy: ${fields.policy}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** An address in a mailto URI (RFC 6068). */
export function encodeMail(address: string): string {
  return encodeURIComponent(address).replaceAll('%40', '@');
}

/**
 * Answers today's file. Signing takes milliseconds, so a day's text is signed once. Throws at once when the key cannot
 * sign: it is no private key, it is locked, or it has expired.
 */
export async function securityTxtSource(
  config: ReportsConfig,
  key: SigningKey | undefined,
  now: () => Date,
): Promise<() => Promise<string>> {
  const sign = key ? await signer(key) : async (text: string) => text;
  let latest: { plain: string; signed: Promise<string> } | undefined;
  const source = () => {
    const plain = securityTxt(config, now());
    if (latest?.plain !== plain) {
      const signed = sign(plain);
      signed.catch(() => undefined); // whoever asked hears of it
      latest = { plain, signed };
    }
    return latest.signed;
  };
  await source();
  return source;
}

/** Reads a key from the file that TOCSIN_SECURITY_TXT_KEY names. */
export function readSigningKey(file: string | undefined, passphrase?: string): SigningKey | undefined {
  if (!file) return undefined;
  try {
    return { armoured: readFileSync(file, 'utf8'), ...(passphrase && { passphrase }) };
  } catch (error) {
    throw new Error(
      `TOCSIN_SECURITY_TXT_KEY: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}): give a file with an armoured OpenPGP private key`,
    );
  }
}

async function signer({ armoured, passphrase }: SigningKey): Promise<(text: string) => Promise<string>> {
  // Loaded here: most servers sign nothing, and it is large.
  const openpgp = await import('openpgp');
  try {
    const locked = await openpgp.readPrivateKey({ armoredKey: armoured });
    const signingKeys = locked.isDecrypted()
      ? locked
      : await openpgp.decryptKey({ privateKey: locked, ...(passphrase !== undefined && { passphrase }) });
    return async (text) => {
      const message = await openpgp.createCleartextMessage({ text });
      return String(await openpgp.sign({ message, signingKeys, format: 'armored' }));
    };
  } catch (error) {
    throw new Error(`TOCSIN_SECURITY_TXT_KEY: the key cannot sign: ${(error as Error).message}`);
  }
}
