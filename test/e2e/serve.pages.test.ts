// The pages on a running incident, as a browser without scripts uses them: forms and links alone.
import { createHash } from 'node:crypto';
import { Seal } from '../../server/identity/seal';
import { Sessions } from '../../server/identity/sessions';
import type { Role } from '../../server/roles';
import { type SealedServer, startSealedServer } from '../setup/sealed-server';
import { TestIncident } from '../setup/workflow-harness';

let server: SealedServer;
let seal: Seal;
beforeAll(async () => {
  server = await startSealedServer();
  seal = new Seal(server.temporal.encryptionKeys!);
}, 120_000);

async function browse(address: string, form?: Record<string, string>, roles: Role[] = ['owner']) {
  const endsAt = Math.floor(Date.now() / 1000) + 600;
  const actor = { by: 'ann@acme.dev', subject: 'ann', roles };
  const session = await seal.seal('session', { ...actor, browser: 'b', endsAt }, 600);
  const csrf = new Sessions(seal, false, new URL(server.url).port).formToken({ actor, browser: 'b', endsAt });
  const answer = await fetch(`${server.url}${address}`, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: { cookie: `tocsin-session-${new URL(server.url).port}=${session}`, ...(form && { origin: server.url }) },
    ...(form && { body: new URLSearchParams({ csrf, ...form }) }),
  });
  return {
    status: answer.status,
    to: answer.headers.get('location') ?? '',
    policy: answer.headers.get('content-security-policy'),
    body: await answer.text(),
  };
}

const DECLARATION = {
  key: 'declare-once',
  title: '<script>alert(1)</script> & "quoted"',
  kind: 'unauthorised-access',
  severity: 'sev2',
  affects: 'confidentiality',
  serviceAffecting: 'no',
};

test('declare, assess and act; a double click counts once, and what is wrong is told beside what was typed', async () => {
  const wrong = await browse('/incidents', { ...DECLARATION, severity: 'sev9' });
  expect(wrong.status).toBe(422);
  expect(wrong.body).toContain('id="field-severity-wrong"');
  expect(wrong.body).toContain('value="&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot;"');
  const [one, two] = await Promise.all([browse('/incidents', DECLARATION), browse('/incidents', DECLARATION)]);
  expect([one.status, two.status, one.to === two.to]).toEqual([303, 303, true]);
  const id = one.to.split('/').at(-1)!;
  const incident = new TestIncident(id, server.client.workflow.getHandle(id), server.world);
  await incident.quiet();

  const page = await browse(one.to);
  // The page's own script alone, which its policy allows by its hash.
  expect([page.status, page.body.split('<script').length, page.body.includes('<script>alert')]).toEqual([
    200,
    2,
    false,
  ]);
  const [, script] = /<script>(.*?)<\/script>/s.exec(page.body)!;
  expect(page.policy).toContain(`script-src 'sha256-${createHash('sha256').update(script!).digest('base64')}'`);
  expect(page.body).toContain('Assess: is personal data affected?');
  expect(page.body).toContain(`/incidents/${id}/assess?personalData=yes`);

  const assess = { key: 'k1', revision: '0', 'q.personalData': 'no', do: 'send' };
  for (let n = 0; n < 2; n++) expect((await browse(`/incidents/${id}/assess`, assess)).status).toBe(303);
  await incident.quiet();
  expect(incident.entries('assessed').map(({ by }) => by)).toEqual(['ann@acme.dev']);

  const review = await browse(`/incidents/${id}/review`, { key: 'k2', rootCause: 'a key in a log' });
  expect([review.status, review.body.includes('a key in a log')]).toEqual([422, true]);
  expect((await browse(`/incidents/${id}/close`, { key: 'k3' }, ['responder'])).status).toBe(403);
  const board = await browse('/');
  expect([board.status, board.body.includes(id)]).toEqual([200, true]);
  expect((await browse('/incidents/INC-none')).status).toBe(404);
});
