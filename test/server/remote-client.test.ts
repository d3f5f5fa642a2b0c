// What the client through the server makes of answers that are late, of a gateway, or of another address.
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WorkflowNotFoundError } from '@temporalio/common';
import { withMeantId } from '../../cli/cases/unknown-id';
import { Shell } from '../../cli/shell';
import { UnknownCase } from '../../client/errors';
import { loginTerms } from '../../client/server/issuer';
import { connectServer } from '../../client/server/server-client';
import type { TocsinClient } from '../../client/tocsin-client';
import { refusalOf } from '../../server/api/failures';
import type { Refusal } from '../../server/problem';
import { startIssuer } from '../setup/oidc-issuer';
import { ADDRESS, bareServer } from './bare-server';

const opened: Server[] = [];
afterAll(() => {
  for (const each of opened) each.close();
});

/** A server that knows who asks, and answers everything else as told. */
async function answering(answer: RequestListener) {
  const server = createHttp((request, response) => {
    if (request.url === '/v1/me') return response.end(JSON.stringify({ by: 'ann@acme.dev', roles: ['owner'] }));
    return answer(request, response);
  });
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return connectServer({ url, token: async () => 'a token', remedy: 'log in' });
}

const problem =
  (status: number, type: string): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ type, title: 'A title', status, detail: 'a detail' }));
  };

const at = new Date().toISOString();
const declaration = {
  ...{ id: 'INC-20260401-9f3a', title: 'Leaked key', kind: 'credential-leak' as const, severity: 'sev2' as const },
  ...{ affects: ['confidentiality' as const], serviceAffecting: false, source: 'audit log', owner: 'ann@acme.dev' },
  ...{ detectedAt: at, declaredAt: at, declaredBy: 'ann@acme.dev' },
};

test.each<[string, RequestListener]>([
  ['Temporal is away', problem(503, 'urn:tocsin:problem:unavailable')],
  ['it is not known whether it was taken', problem(503, 'urn:tocsin:problem:unknown-outcome')],
  ['a gateway gives up', problem(504, 'about:blank')],
  ['the connection ends', (request) => request.socket.destroy()],
])('a declaration whose outcome is not known is repeated under the same id: %s', async (_why, answer) => {
  const client = await answering(answer);
  await expect(client.declare({ declaration })).rejects.toMatchObject({
    name: 'UnknownOutcome',
    message: expect.stringMatching(/not known.*Repeat it with --id INC-20260401-9f3a: the same id twice/),
  });
});

test('what the server says is away reaches whoever asked, in its words', async () => {
  const client = await answering(problem(503, 'urn:tocsin:problem:unavailable'));
  await expect(client.view('INC-1')).rejects.toMatchObject({
    name: 'ServerAway',
    message: 'incident "INC-1" cannot be read now: a detail',
  });
  await expect(client.send('INC-1', 'status', { status: 'identified' } as never)).rejects.toMatchObject({
    name: 'UnknownOutcome',
    message: expect.stringContaining('has not confirmed the message: the server says that a detail. Look with'),
  });
});

test('a problem of a gateway is not taken for one of Tocsin', async () => {
  const client = await answering(problem(404, 'https://gateway.example/not-found'));
  await expect(client.view('INC-1')).rejects.toMatchObject({
    name: 'ServerAway',
    message: expect.stringContaining('answers 404, and not as Tocsin does'),
  });
  const ours = await answering(problem(404, 'urn:tocsin:problem:not-found'));
  await expect(ours.view('INC-1')).rejects.toMatchObject({ name: 'UnknownCase' });
});

test('a closed case is told as closed, not as one that there is not', async () => {
  const told = (text: string) => refusalOf(new WorkflowNotFoundError(text, 'INC-9', undefined)) as Refusal;
  expect(told('workflow execution already completed').problem()).toMatchObject({
    status: 409,
    detail: 'incident "INC-9" is closed and accepts no messages. `npx tocsin register show INC-9` shows its record',
  });
  expect(told('workflow not found for ID: INC-9').problem()).toMatchObject({ status: 404 });
});

test('an id that is not known is never said to be meant itself', async () => {
  const client = { list: async () => [{ id: 'TRG-9f3a5c1e0b2d' }] } as never as TocsinClient;
  const shell = new Shell({}, process.stdout, process.stderr, client);
  const meant = async (id: string) => {
    const error = new UnknownCase('triage case', id);
    return (await withMeantId(error, shell, { id, kind: 'triage' })).message;
  };
  expect(await meant('TRG-9f3a5c1e0b2e')).toContain('Did you mean "TRG-9f3a5c1e0b2d"?');
  expect(await meant('TRG-9f3a5c1e0b2d')).not.toContain('Did you mean');
});

test('the server says its address of the settings, and a login compares the whole origin', async () => {
  const issuer = await startIssuer();
  const app = await bareServer(issuer, undefined, { login: { issuer: issuer.issuer, audience: 'a' } });
  const asked = await app.inject({ url: '/.well-known/oauth-protected-resource', headers: { host: 'inside:8080' } });
  expect(asked.json().resource).toBe(ADDRESS);
  await app.close();

  const server = createHttp((request, response) =>
    response.end(JSON.stringify({ resource: `https://${request.headers.host}`, authorization_servers: [ADDRESS] })),
  );
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(loginTerms(url)).rejects.toThrow('says that it is https://127.0.0.1');
});
