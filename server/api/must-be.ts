/** A case of the kind that an address says. */
import { KINDS, type KindName, kindOf } from '../../client/kinds';
import type { LatestRun } from '../../client/latest-run';
import type { TocsinClient } from '../../client/tocsin-client';
import { isCaseId } from './bodies';
import { noSuchCase } from './failures';

/** An id that no case of this kind can have is not found. */
export function mustBeNamed(kind: KindName, id: string): void {
  if (!isCaseId(id) || (kindOf(id) ?? 'incident') !== kind) throw noSuchCase();
}

/** An id that is no case of this kind is not found, whatever else runs under it. Answers how its workflow stands. */
export async function mustBe(client: TocsinClient, kind: KindName, id: string): Promise<LatestRun> {
  mustBeNamed(kind, id);
  const found = await client.find(id);
  if (!found) throw noSuchCase(id);
  if (found.workflow !== KINDS[kind].workflow) throw noSuchCase();
  return found;
}
