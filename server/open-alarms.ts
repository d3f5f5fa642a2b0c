/** Which of the alarms that a mail or a page told of are still open, by how the case stands now. */
import type { TocsinClient } from '../client/tocsin-client';

export async function openAlarms(client: TocsinClient, id: string, told: readonly number[]): Promise<number[]> {
  const { unacknowledged = [] } = (await client.view(id))?.state ?? {};
  return unacknowledged.filter((seq) => told.includes(seq));
}
