/** What `tocsin up` and `npm start` print of where to look. */
import path from 'node:path';
import { boardOf } from '../../../cli/commands/serve';
import { addressLine, addressLines } from '../../../cli/rendering/address-lines';
import { Output } from '../../../cli/rendering/output';
import { Screen } from './helpers';

const temporal = {
  address: '127.0.0.1:7233',
  namespace: 'default',
  uiUrl: 'http://127.0.0.1:8233',
  sessionKey: 'secret-of-the-link',
  encryptionKeys: ['local:secret-that-seals'],
};
const others = { mailbox: { url: 'http://127.0.0.1:1', apiKey: 'm' }, site: { url: 'http://127.0.0.1:2', dir: 'd' } };
const printed = (isTerminal: boolean, more: object = {}, dir = '.tocsin', id?: string) =>
  addressLines(
    { temporal: { ...temporal, ...more }, ...others },
    dir,
    new Output(new Screen(isTerminal), { NO_COLOR: '1' }),
    id,
  );
const lines = (more: object = {}, dir = '.tocsin', id?: string) => printed(true, more, dir, id);

test('the link to the Web UI carries the key, and it is said that whoever has it gives orders and where it is kept', () => {
  expect(lines({}, '.tocsin', 'INC-1')[0]).toBe(
    'Web UI       http://127.0.0.1:8233/namespaces/default/workflows/INC-1?key=secret-of-the-link',
  );
  expect(lines()[1]).toMatch(/give orders.*\.tocsin\/temporal\/session-key$/);
  expect(lines({}, '/srv/tocsin')[1]).toContain(path.join('/srv/tocsin', 'temporal', 'session-key'));
});

test('the link opens on the open cases', () => {
  const link = new URL(lines()[0]!.replace(/^Web UI +/, ''));
  expect(link.pathname).toBe('/open-cases');
  expect(link.searchParams.get('key')).toBe('secret-of-the-link');
});

test('the codec of the plain command is named where payloads are sealed, and only there', () => {
  const codec = (more = {}, id?: string) => lines(more, '.tocsin', id).filter((line) => line.startsWith('Codec'));
  expect(codec()[0]).toMatch(/^Codec +http:\/\/127\.0\.0\.1:8233\/codec\/INC-… \(TEMPORAL_CODEC_ENDPOINT/);
  expect(codec({}, 'EX-1')[0]).toContain('/codec/EX-1 ');
  expect(codec({ encryptionKeys: undefined })).toEqual([]);
  expect(codec({ uiUrl: undefined, encryptionKeys: undefined })).toEqual([]);
});

test('a Temporal of its own has its own Web UI, without a key', () => {
  const own = lines({ uiUrl: undefined, sessionKey: undefined, encryptionKeys: undefined });
  expect(own[0]).toBe('Web UI       of 127.0.0.1:7233');
  expect(own.join()).not.toContain('session-key');
});

test('what holds mails and dossiers is reached with the key, the status page without', () => {
  const line = (name: string, more = {}) => lines(more).find((each) => each.startsWith(name));
  for (const more of [{}, { uiUrl: undefined, encryptionKeys: undefined }]) {
    expect(line('Mailbox', more)).toMatch(/:1\?key=secret-of-the-link$/);
    expect(line('Dossiers', more)).toMatch(/:2\/dossiers\/\?key=secret-of-the-link$/);
    expect(line('Status page', more)).toMatch(/:2\/status\/$/);
    expect(lines(more)[1]).toMatch(/reads? everything.*session-key$/);
  }
});

test('what is printed to a file or a pipe ends in logs: bare addresses, and the file of the key', () => {
  for (const more of [{}, { uiUrl: undefined, encryptionKeys: undefined }]) {
    const told = printed(false, more, '.tocsin', 'INC-1');
    expect(told.join()).not.toMatch(/secret-of-the-link|key=/);
    expect(told[1]).toMatch(/^ +These pages take the key of the session, .*: \.tocsin\/temporal\/session-key$/);
    expect(told).toContain('Dossiers     http://127.0.0.1:2/dossiers/INC-1/');
    expect(told).toContain('Mailbox      http://127.0.0.1:1');
  }
});

test('no line shows the keys that seal', () => expect(lines().join()).not.toContain('secret-that-seals'));

test('the link to the board lets in on a terminal, and has no key elsewhere', () => {
  const line = (isTerminal: boolean) => {
    const out = new Output(new Screen(isTerminal), { NO_COLOR: '1' });
    const server = { url: 'http://127.0.0.1:3' } as Parameters<typeof boardOf>[0];
    return addressLine('Board', boardOf(server, `${server.url}/login?key=k`, out), out);
  };
  expect(line(true)).toBe('Board        http://127.0.0.1:3/login?key=k');
  expect(line(false)).toBe('Board        http://127.0.0.1:3');
});
