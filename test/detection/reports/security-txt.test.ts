// security.txt by RFC 9116, read by a parser that shares nothing with what wrote it; its signature checked with OpenPGP.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadReportsConfig, type ReportsConfig } from '../../../detection/reports/config';
import { readSigningKey, securityTxt, securityTxtSource } from '../../../detection/reports/security-txt';
import { temporaryDir } from '../../setup/helpers';
import { startIntake } from './helpers';

const DAY = 24 * 3_600_000;
const { config: base } = loadReportsConfig();
const full: ReportsConfig = {
  ...base,
  publicUrl: 'https://security.example.com',
  securityTxt: {
    ...base.securityTxt,
    preferredLanguages: ['en', 'fr-CA'],
    policy: 'https://example.com/policy',
    acknowledgments: 'https://example.com/thanks',
    encryption: 'https://example.com/key.asc',
  },
};

/** The grammar of RFC 9116 section 4, for an unsigned file. */
function parse(text: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.slice(0, -1).split(/\r?\n/)) {
    if (line === '' || line.startsWith('#')) continue;
    const match = /^([A-Za-z-]+): ([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)$/.exec(line);
    if (!match) throw new Error(`no field: ${line}`);
    const name = match[1]!.toLowerCase();
    fields.set(name, [...(fields.get(name) ?? []), match[2]!]);
  }
  return fields;
}

/** What the RFC asks of the fields (2.5). */
function expectValid(text: string, now: Date): Map<string, string[]> {
  const fields = parse(text);
  expect(fields.get('contact')!.length).toBeGreaterThan(0);
  for (const contact of fields.get('contact')!) expect(contact).toMatch(/^(https:\/\/|mailto:|tel:)/);
  expect(fields.get('expires')).toHaveLength(1);
  const [expires] = fields.get('expires')!;
  expect(expires).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  const leftMs = Date.parse(expires!) - now.getTime();
  expect(leftMs).toBeGreaterThan(0);
  expect(leftMs).toBeLessThan(365 * DAY);
  expect((fields.get('preferred-languages') ?? []).length).toBeLessThanOrEqual(1);
  for (const name of ['canonical', 'policy', 'acknowledgments', 'encryption', 'hiring']) {
    for (const uri of fields.get(name) ?? []) expect(new URL(uri).protocol).not.toBe('http:');
  }
  return fields;
}

test('as configured by default: contact and expiry', () => {
  const now = new Date('2026-06-02T15:00:00Z');
  const fields = expectValid(securityTxt(base, now), now);
  expect(fields.get('contact')).toEqual(['mailto:security@example.com']);
  expect(fields.has('canonical')).toBe(false);
});

test('all fields', () => {
  const now = new Date('2026-06-02T15:00:00Z');
  const fields = expectValid(securityTxt(full, now), now);
  expect(Object.fromEntries(fields)).toEqual({
    contact: ['https://security.example.com/security/report', 'mailto:security@example.com'],
    expires: ['2026-11-29T00:00:00.000Z'],
    encryption: ['https://example.com/key.asc'],
    acknowledgments: ['https://example.com/thanks'],
    'preferred-languages': ['en, fr-CA'],
    canonical: ['https://security.example.com/.well-known/security.txt'],
    policy: ['https://example.com/policy'],
  });
});

test('it never expires while it is served, at any hour of ten years and with any time that may be configured', () => {
  for (const expiresAfter of [2 * DAY + 60_000, 30 * DAY, 364 * DAY]) {
    const config = { ...base, securityTxt: { ...base.securityTxt, expiresAfter } };
    for (let ms = Date.UTC(2026, 0, 1); ms < Date.UTC(2036, 0, 1); ms += 5 * DAY + 3_599_000) {
      expectValid(securityTxt(config, new Date(ms)), new Date(ms));
    }
  }
});

test('a configuration that would not be valid is refused', () => {
  const dir = temporaryDir('reports');
  const load = (yaml: string) => {
    const file = path.join(dir, 'reports.yaml');
    writeFileSync(
      file,
      `contact: a@b.example\nowner: x\nacknowledge: { businessDays: 2, repeatEvery: PT1H }\nfollowUpAfter: P14D\ncalendar: { timeZone: UTC }\n${yaml}`,
    );
    return () => loadReportsConfig(file);
  };
  expect(load('')).not.toThrow();
  expect(load('securityTxt: { expiresAfter: P1Y }')).toThrow(/expiresAfter/);
  expect(load('securityTxt: { expiresAfter: P365D }')).toThrow(/less than a year/);
  expect(load('securityTxt: { policy: "http://example.com" }')).toThrow(/https/);
  expect(load('securityTxt: { encryption: "dns:x\\nContact: mailto:evil@example.com" }')).toThrow(/encryption/);
  expect(load('publicUrl: "https://example.com/\\nHiring: https://evil.example"')).toThrow(/publicUrl/);
  expect(load('limits: { many: 1 }')).toThrow(/unknown field many/);
  expect(() => readSigningKey(path.join(dir, 'nowhere'))).toThrow(/TOCSIN_SECURITY_TXT_KEY/);
});

test('served over HTTP: GET, HEAD, and a redirect from the old place', async () => {
  const { app, clock } = await startIntake();
  const answer = await app.inject('/.well-known/security.txt');
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  expectValid(answer.body, clock.now);
  expect((await app.inject({ method: 'HEAD', url: '/.well-known/security.txt' })).statusCode).toBe(200);
  const old = await app.inject('/security.txt');
  expect([old.statusCode, old.headers.location]).toEqual([301, '/.well-known/security.txt']);
  const before = /Expires: (.*)/.exec(answer.body)![1]!;
  clock.now = new Date(clock.now.getTime() + 30 * DAY);
  const later = expectValid((await app.inject('/.well-known/security.txt')).body, clock.now);
  expect(later.get('expires')![0]! > before).toBe(true);
});

test('signed when there is a key: others verify it, and an alteration is found; a bad key is refused at the start', async () => {
  const openpgp = await import('openpgp');
  const made = await openpgp.generateKey({ userIDs: [{ name: 'Security' }], passphrase: 'pass', format: 'armored' });
  const verificationKeys = await openpgp.readKey({ armoredKey: made.publicKey });
  const clock = { now: new Date() };
  const source = await securityTxtSource(full, { armoured: made.privateKey, passphrase: 'pass' }, () => clock.now);
  const signed = await source();
  expect(signed).toMatch(/^-----BEGIN PGP SIGNED MESSAGE-----/);
  expect(await source()).toBe(signed);
  const verify = async (text: string) => {
    const message = await openpgp.readCleartextMessage({ cleartextMessage: text });
    const { signatures, data } = await openpgp.verify({ message, verificationKeys });
    await signatures[0]!.verified;
    return data;
  };
  expectValid(`${await verify(signed)}\n`.replace(/\n+$/, '\n'), clock.now);
  await expect(verify(signed.replace('security@example.com', 'evil@example.com'))).rejects.toThrow();
  clock.now = new Date(clock.now.getTime() + 2 * DAY);
  expect(await verify(await source())).not.toBe(await verify(signed));

  for (const [armoured, passphrase] of [
    ['no key', undefined],
    [made.publicKey, undefined],
    [made.privateKey, 'wrong'],
  ]) {
    await expect(securityTxtSource(full, { armoured: armoured!, passphrase }, () => clock.now)).rejects.toThrow(
      /TOCSIN_SECURITY_TXT_KEY/,
    );
  }
});
