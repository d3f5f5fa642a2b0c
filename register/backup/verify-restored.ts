/** Verifies a register that was just loaded: the chain, every opened field, and its tree against the checkpoints given. */
import type { Head, StoredEntry } from '../entry';
import { BackupError, OlderThanCheckpointError } from '../errors';
import { type Queryable, readEntries } from '../read-entries';
import { CompactRange } from '../tree/compact-range';
import { verifyEntries } from '../verify';
import { type Anchor, vouches } from './anchor';

/** A register that verifies, and how much of it is anchored. */
export interface Restored {
  entries: number;
  head: Head;
  /** Root of the tree over all entries, in hex. */
  root: string;
  /** Entries that a checkpoint vouches for; the ones behind them are unanchored. */
  anchored: number;
  /** Checkpoints that the entries agree with. */
  anchors: Anchor[];
  /** The largest checkpoint that the entries do not reach; only where that was accepted. */
  missing?: Anchor;
}

/**
 * Verifies all entries in order, in one pass; the last must be the head that the manifest names.
 *
 * @throws BackupError when an entry does not hold, or the tree is not the one that was signed.
 * @throws OlderThanCheckpointError when the entries end before a checkpoint, unless `acceptOlder`.
 */
export async function verifyRestored(
  client: Queryable,
  expectedHead: Head,
  anchors: readonly Anchor[],
  acceptOlder: boolean,
): Promise<Restored> {
  const tree = new CompactRange();
  const agreed: Anchor[] = [];
  const bySize = [...anchors].sort((a, b) => a.size - b.size);
  const hold = () => {
    for (const anchor of bySize.filter(({ size }) => size === tree.size)) {
      if (!tree.root().equals(anchor.root)) {
        throw new BackupError(
          `${anchor.source} signs another tree of ${anchor.size} entries: the backup was altered, or is another register's`,
        );
      }
      agreed.push(anchor);
    }
  };
  const growing = async function* (): AsyncGenerator<StoredEntry> {
    hold();
    for await (const entry of readEntries(client)) {
      yield entry;
      // It held, or the verification ended.
      tree.push(Buffer.from(entry.hash, 'hex'));
      hold();
    }
  };
  const { ok, entries, head, firstBad } = await verifyEntries(growing(), { expectedHead });
  if (!ok)
    throw new BackupError(
      `the register in the backup does not verify: position ${firstBad!.position}: ${firstBad!.reason}`,
    );
  const missing = bySize.filter(({ size }) => size > entries).at(-1);
  if (missing && !acceptOlder) {
    throw new OlderThanCheckpointError(
      `the backup holds ${entries} entries, ${missing.source} signs ${missing.size}: ${missing.size - entries} are missing ` +
        'that were signed and given away. Restore a later backup. If there is none: --accept-older, which is recorded; ' +
        "the log's signer then refuses to go on, and a new log must be begun",
    );
  }
  return {
    entries,
    head,
    root: tree.root().toString('hex'),
    anchored: Math.max(0, ...agreed.filter((anchor) => vouches(anchor, entries)).map(({ size }) => size)),
    anchors: agreed.filter(({ ofRotation }) => !ofRotation),
    ...(missing && { missing }),
  };
}
