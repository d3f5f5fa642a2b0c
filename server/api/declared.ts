/** What becomes of a declaration: it is opened in a moment, and a second one under its id must say the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TocsinClient } from '../../client/tocsin-client';
import { DeclarationSchema } from '../../domain/incident/incident';
import { Refusal } from '../problem';

const OPENED_MS = 5_000;

/** Nothing of a second declaration is kept: where it says something else than the first, that is told. */
export async function mustBeSame(
  client: TocsinClient,
  id: string,
  body: object,
  declaration: object,
  kind: 'refused' | 'key-used',
): Promise<void> {
  const first = (await opened(client, id)).state.declaration as unknown as Record<string, unknown>;
  const second = DeclarationSchema.parse(declaration) as unknown as Record<string, unknown>;
  const differs = (field: string) => JSON.stringify(first[field]) !== JSON.stringify(second[field]);
  const other = [...Object.keys(body), 'declaredBy'].filter(differs);
  if (other.length === 0) return;
  const refusal = new Refusal(
    kind,
    `there is already an incident ${id}, and it was declared differently; nothing was changed`,
    other.map((field) => ({ field, problem: 'differs from what was declared' })),
  );
  throw Object.assign(refusal, { declared: id });
}

/** How an incident stands that another request may have started a moment ago. */
export async function opened(client: TocsinClient, id: string) {
  const giveUpAt = Date.now() + OPENED_MS;
  for (;;) {
    const view = await client.view(id);
    if (view) return view;
    if (Date.now() > giveUpAt)
      throw new Refusal('unavailable', 'it was declared, but is not opened yet: ask again', [], 1);
    await sleep(50);
  }
}
