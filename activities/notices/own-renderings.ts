/** Which frozen notice a recipient gets: that of its own workspace where there is one. */
import { z } from 'zod';
import type { Rendering } from '../../domain/incident/events';
import { failure } from '../failures';
import type { ArtefactStore } from '../storage/artefacts';

const ListSchema = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));

/** Hashes of notices by the refs of recipients, `workspace:ID` or `workspace:ID#2`; of others that of the rendering. */
export async function hashesOf(artefacts: ArtefactStore, rendering: Rendering): Promise<(ref: string) => string> {
  if (!rendering.own) return () => rendering.sha256;
  const { sha256 } = rendering.own;
  const bytes = await artefacts.get(sha256);
  const list = ListSchema.safeParse(JSON.parse(bytes.toString('utf8')));
  if (!list.success)
    throw failure('ArtefactFault', `artefact ${sha256} is no list of notices: the rendering points to something else`);
  return (ref) => {
    const workspace = /^workspace:([^#]+)/.exec(ref)?.[1];
    return (workspace !== undefined && Object.hasOwn(list.data, workspace) && list.data[workspace]) || rendering.sha256;
  };
}
