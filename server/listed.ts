/** The cases of a kind as lists show them: those of Temporal, and those that it has lost and the register has as open. */
import type { KindName } from '../client/kinds';
import type { ListedUpTo } from '../client/listed-case';
import { type RegisteredCases, withLost } from '../client/lost-cases';
import type { TocsinClient } from '../client/tocsin-client';

/** @param registered without it, those of Temporal alone */
export async function listed(
  client: TocsinClient,
  kind: KindName,
  asked: { open: boolean; limit: number },
  registered: RegisteredCases | undefined,
): Promise<ListedUpTo> {
  const known = await client.listUpTo(kind, asked);
  // Of a list that was cut each of the rest would be asked after, at every look.
  return known.cut ? known : withLost(known, client, kind, registered);
}
