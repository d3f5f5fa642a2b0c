/** Which of the alarms that somebody was told of are still open, by how the case stands now. */
import type { TocsinClient } from '../client/tocsin-client';
import type { ActionLink } from '../platform/links/action-link';

/** What a mail or a page told of: one alarm, or all up to one. */
export type ToldAlarms = Pick<ActionLink, 'alarm' | 'upTo'>;

export async function openAlarms(client: TocsinClient, id: string, { alarm, upTo }: ToldAlarms): Promise<number[]> {
  const { unacknowledged = [] } = (await client.view(id))?.state ?? {};
  return unacknowledged.filter((seq) => seq === alarm || (upTo !== undefined && seq <= upTo));
}
