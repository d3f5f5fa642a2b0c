/** What all workers remember of one anchor, in Postgres. */
import type { Anchor } from '../log/anchor';
import type { Anchored } from '../log/anchored';
import type { RegisterLog } from '../log/open-log';

/** What is remembered of an anchor beside its name and its pace. */
export type Kept = Omit<Anchored, 'name' | 'everyMs'>;

export interface AnchorMemory {
  read(): Promise<Kept>;
  /**
   * Remembers what `change` makes of what is remembered now.
   *
   * @throws SignerBusyError where another worker has the turn to sign, and with it to anchor.
   */
  change(change: (kept: Kept) => Kept): Promise<void>;
}

/** Where an anchor remembers, and how long an entry waits for it at most. */
export interface Paced {
  name: string;
  everyMs: number;
}

/** Memories of these anchors, by name. Whatever one of them writes leaves out those that are configured no longer. */
export function anchorMemories(log: RegisterLog, configured: readonly Paced[]): (name: string) => AnchorMemory {
  return (name) => ({
    async read() {
      return keptOf((await log.anchored()).anchors, name);
    },
    change: (change) =>
      log.changeAnchored((before) =>
        configured.map((each) => {
          const kept = keptOf(before, each.name);
          return { ...each, ...(each.name === name ? change(kept) : kept) };
        }),
      ),
  });
}

/** An anchor that takes each checkpoint at once, and what it keeps is remembered. */
export function remembered(anchor: Anchor, memory: AnchorMemory): Anchor {
  return {
    name: anchor.name,
    async put(note) {
      const anchoring = await anchor.put(note);
      await remember(memory, note);
      return anchoring;
    },
  };
}

/** Remembers that this checkpoint is kept, unless that is known. */
export async function remember(memory: AnchorMemory, note: string): Promise<void> {
  if ((await memory.read()).note === note) return;
  await memory.change(() => ({ note, keptAt: new Date().toISOString() }));
}

function keptOf(anchors: readonly Anchored[], name: string): Kept {
  const { note, keptAt, sending } = anchors.find((each) => each.name === name) ?? {};
  return { ...(note !== undefined && { note }), ...(keptAt && { keptAt }), ...(sending && { sending }) };
}
