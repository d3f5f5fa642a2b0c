/** Which frozen notice a recipient gets: that of its own workspace where there is one. */
import { z } from 'zod';
import type { Rendering } from '../../domain/incident/evidence';
import { failure } from '../failures';
import type { ArtefactStore } from '../storage/artefacts';

const ListSchema = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));

/** Hashes of notices by the refs of recipients, `workspace:ID` or `workspace:ID#2`; of others that of the rendering. */
export async function hashesOf(artefacts: ArtefactStore, rendering: Rendering): Promise<(ref: string) => string> {
  if (!rendering.own) return () => rendering.sha256;
  const list = await listOf(artefacts, rendering.own.sha256);
  return (ref) => {
    const workspace = /^workspace:([^#]+)/.exec(ref)?.[1];
    return (workspace !== undefined && Object.hasOwn(list, workspace) && list[workspace]) || rendering.sha256;
  };
}

/** Hashes of all notices of single workspaces; of a rendering that has none, nothing. */
export async function ownHashesOf(artefacts: ArtefactStore, { own }: Rendering): Promise<string[]> {
  return own ? Object.values(await listOf(artefacts, own.sha256)) : [];
}

/** Hashes of the notices of single workspaces by workspace, from the list under this hash. */
export async function listOf(artefacts: ArtefactStore, sha256: string): Promise<Record<string, string>> {
  const bytes = await artefacts.get(sha256);
  const list = ListSchema.safeParse(JSON.parse(bytes.toString('utf8')));
  if (!list.success)
    throw failure(
      'ArtefactFault',
      `artefact ${sha256} is not a list of notices: the rendering points to something else`,
    );
  return list.data;
}
