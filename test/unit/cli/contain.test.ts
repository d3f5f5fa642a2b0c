/** `tocsin contain` says at once what would be refused, and then sends nothing. */
import { tocsin } from './helpers';

function recorder() {
  const sent: unknown[] = [];
  const send = async (_id: string, _name: string, body: unknown) => {
    sent.push(body);
    return { events: [] };
  };
  return { sent, client: { send } as never };
}

test.each([
  [['--block-source', '10.0.0.1'], /--block-source: 10\.0\.0\.1 overlaps 10\.0\.0\.0\/8 .*never blocked/],
  [['--block-source', '203.0.0.0/4'], /--block-source: .*is wider than/],
  [['--block-source', '203.0.113.0/27'], /--block-source: .*Cloudflare's IP access rules take only \/16, \/24/],
  [['--block-source', 'evil.example'], /--block-source: must be an IP address, a CIDR range, asn:NUMBER or country:XX/],
  [['--rotate', 'aws/deploy'], /--rotate: there is no provider "aws"/],
  [['--undo', 'rotate-credential webhook/ci'], /--undo: .*cannot be undone/],
])('%j', async (flags, said) => {
  const { sent, client } = recorder();
  const { exitCode, err } = await tocsin(['contain', 'INC-1', ...flags], client);
  expect(exitCode).toBe(2);
  expect(err.replace(/\s+/g, ' ')).toMatch(said);
  expect(sent).toEqual([]);
});

test('of several, one that is refused keeps all back', async () => {
  const { sent, client } = recorder();
  const { exitCode } = await tocsin(
    ['contain', 'INC-1', '--block-source', '203.0.113.7', '--block-source', '127.0.0.1'],
    client,
  );
  expect([exitCode, sent]).toEqual([2, []]);
});

test('what a worker decides is sent', async () => {
  const { sent, client } = recorder();
  const { exitCode } = await tocsin(['contain', 'INC-1', '--block-source', '203.0.113.7', '--isolate', 'ci'], client);
  expect([exitCode, sent.length]).toEqual([0, 2]);
});

test('a declaration is not kept back: what of it will be refused is said', async () => {
  const client = {
    stands: async () => undefined,
    declare: async () => ({ id: 'INC-1', created: true }),
  } as never;
  const { exitCode, out } = await tocsin(
    [
      ...['declare', '--id', 'INC-1', '--title', 'Scan', '--kind', 'ddos', '--severity', 'sev3'],
      ...['--affects', 'availability', '--service-affecting', '--block', '10.0.0.1'],
    ],
    client,
  );
  expect(exitCode).toBe(0);
  expect(out).toContain('block-source 10.0.0.1 will be refused');
});
