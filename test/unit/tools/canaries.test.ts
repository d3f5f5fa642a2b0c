// The search for canaries finds them in each form, so that an empty answer means that there are none.
import { gzipSync } from 'node:zlib';
import { kindsIn } from '../../setup/canaries';

const canaries = { name: 'Kanarienvogel-7', key: Buffer.from('00fe10ab9907ff31', 'hex') };

test.each<[string, Buffer]>([
  ['UTF-8', Buffer.from('a Kanarienvogel-7 b')],
  ['UTF-16', Buffer.from('a Kanarienvogel-7 b', 'utf16le')],
  ['UTF-16, big end first', Buffer.from('a Kanarienvogel-7 b', 'utf16le').swap16()],
  ['hex', Buffer.from(Buffer.from('a Kanarienvogel-7 b').toString('hex'))],
  ['hex in capitals', Buffer.from(Buffer.from('a Kanarienvogel-7 b').toString('hex').toUpperCase())],
  ...['', 'a', 'ab', 'abc'].map((before): [string, Buffer] => [
    `base64 after ${before.length} bytes`,
    Buffer.from(Buffer.from(`${before}Kanarienvogel-7 b`).toString('base64')),
  ]),
  ['gzip', gzipSync('a Kanarienvogel-7 b')],
])('a text is found in %s', (_form, bytes) => {
  expect(kindsIn(bytes, canaries)).toEqual(['name']);
});

test('bytes are found as they are and in hex, and what is not there is not found', () => {
  expect(kindsIn(Buffer.concat([Buffer.from('x'), canaries.key]), canaries)).toEqual(['key']);
  expect(kindsIn(Buffer.from('\\x00fe10ab9907ff31'), canaries)).toEqual(['key']);
  expect(kindsIn(Buffer.from('Kanarienvogel-8 00fe10ab9907ff30'), canaries)).toEqual([]);
});
