// Declares an incident, says how it stands and reads it back. Needs TOCSIN_URL and TOCSIN_TOKEN.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const { TOCSIN_URL, TOCSIN_TOKEN } = process.env;
// Whoever runs this twice for one finding declares one incident: the key stands for the finding.
const key = process.argv[2] ?? `finding-${Date.now()}`;

async function api<T>(route: string, idempotencyKey?: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${TOCSIN_URL}/v1/${route}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${TOCSIN_TOKEN}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as T;
}

async function main(): Promise<void> {
  const declaration = JSON.parse(readFileSync(path.join('examples', 'api', 'incident.json'), 'utf8'));
  const { id } = await api<{ id: string }>('incidents', key, declaration);
  console.log(await api(`incidents/${id}/status`, `${key}-identified`, { status: 'identified' }));
  const { state } = await api<{ state: { status: string; title: string } }>(`incidents/${id}`);
  console.log(id, state.status, state.title);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
