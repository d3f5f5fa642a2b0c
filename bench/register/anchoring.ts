/**
 * Signing and anchoring, against the register without it: 64 callers append while a worker's signing service runs with its
 * usual intervals, a file as anchor and one witness on loopback, and while it does not; interleaved, median of five. Bar:
 * a loss of at most 2 %. Then the reads of an inclusion proof at 10³, 10⁵ and 10⁶ entries: O(log n) nodes, tiles by depth.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { freePort } from '../../platform/free-port';
import { temporaryDir } from '../../platform/temporary-dir';
import { leafHash } from '../../register/entry';
import { inclusionProof, rootOf, verifyInclusion } from '../../register/log/merkle';
import { openLog } from '../../register/log/open-log';
import { fullTileHash, HASH_BYTES, nodesFromTiles, TILE_WIDTH, type TileRef } from '../../register/log/tiles';
import { migrate } from '../../register/migrate';
import { createPool } from '../../register/pool';
import { startPostgres } from '../../stack/postgres';
import { startWitness } from '../../stack/witness';
import { createSigning } from '../../worker/signing';
import { appenderOn } from './appends';
import { event } from './event';
import { median, type Row } from './rows';

const ROUNDS = 5;
/** A round is made of four of these: without, with, with, without. */
const FOR_MS = 5_000;
/** Appends before each of them, not counted: the thread that signs has just been started. */
const WARM_MS = 2_000;
const CALLERS = 64;
/** The worker's usual intervals. */
const EVERY_MS = 10_000;
const EVERY_ENTRIES = 256;

async function appendedPerSecond(pool: pg.Pool, run: string, forMs: number): Promise<number> {
  const appender = appenderOn(pool);
  const endMs = performance.now() + forMs;
  let appended = 0;
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      for (let seq = 1; performance.now() < endMs; seq++) {
        await appender.append([event(`INC-${run}-${caller}`, seq)]);
        appended++;
      }
    }),
  );
  await appender.close();
  return appended / (forMs / 1000);
}

async function nobodyIsMailed(): Promise<never> {
  throw new Error('no anchor by mail is configured');
}

/** The rounds, and the counts; a row for each bar. */
export async function benchAnchoring(): Promise<Row[]> {
  return [await signingLoss(), ...(await proofReads())];
}

async function signingLoss(): Promise<Row> {
  const dir = temporaryDir('bench');
  const in_ = (name: string) => path.join(dir, name);
  const postgres = await startPostgres({ dir: in_('postgres'), port: await freePort(), env: {} });
  await migrate(postgres.url);
  const pool = createPool(postgres.url);
  const logSettings = {
    keysFile: in_('keys.json'),
    stateFile: in_('signer.json'),
    dir: in_('log'),
    guardsFile: in_('guards.json'),
    makeKey: true,
  };
  const log = await openLog(pool, logSettings);
  const witness = await startWitness('witness.example.com/bench', Buffer.alloc(32, 1), [log.verifierKey]);
  const anchors = {
    file: in_('checkpoints.txt'),
    mailStateFile: in_('mailed.json'),
    witnesses: [{ url: witness.url, verifierKey: witness.verifierKey }],
    witnessDir: in_('witnesses'),
  };
  const problems: string[] = [];
  const heard = (_: object, message: string) => problems.push(message);
  // As the worker has it.
  const signing = await createSigning(
    { log: logSettings, anchors, everyEntries: EVERY_ENTRIES, everyMs: EVERY_MS },
    {
      databaseUrl: postgres.url,
      pool,
      mailer: { send: nobodyIsMailed, wasSent: nobodyIsMailed },
      accept: async () => {},
      log: { info: () => {}, warn: heard, error: heard },
    },
  );
  const ratios: number[] = [];
  try {
    await appendedPerSecond(pool, 'warm', FOR_MS);
    for (let round = 1; round <= ROUNDS; round++) {
      const sums = { with: 0, without: 0 };
      const asked = witness.asked();
      for (const [slice, how] of (['without', 'with', 'with', 'without'] as const).entries()) {
        // What was appended before is signed before: only what it costs while entries come in is counted.
        await log.sign();
        if (how === 'with') signing.start();
        await appendedPerSecond(pool, `${round}-${slice}-warm`, WARM_MS);
        sums[how] += await appendedPerSecond(pool, `${round}-${slice}`, FOR_MS);
        if (how === 'with') await signing.stop();
      }
      ratios.push(sums.with / sums.without);
      console.log(
        `round ${round}: ${(sums.without / 2).toFixed(0)}/s without, ${(sums.with / 2).toFixed(0)}/s with ` +
          `${witness.asked() - asked} cosignatures`,
      );
    }
  } finally {
    await witness.stop();
    await pool.end();
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  if (problems.length > 0) throw new Error(`signing met problems: ${problems.join('; ')}`);
  const ratio = median(ratios);
  return {
    name: 'appends with signing, file and witness ÷ without',
    figure: `${ratio.toFixed(3)} (median of ${ROUNDS})`,
    bar: '≥ 0.98',
    holds: ratio >= 0.98,
  };
}

/** Every entry of the smallest tree, and a thousand spread over each of the larger ones. */
async function proofReads(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of [1_000, 100_000, 1_000_000]) {
    const tiles = syntheticTiles(size);
    const readTile = async ({ level, index }: TileRef) => tiles[level as number]![index]!;
    const root = await rootOf(size, nodesFromTiles(size, readTile).read);
    let [mostNodes, mostTiles] = [0, 0];
    for (let i = 0; i < 1_000; i++) {
      const index = Math.floor((i * (size - 1)) / 999);
      const nodes = nodesFromTiles(size, readTile);
      let read = 0;
      const proof = await inclusionProof(index, size, (level, at) => {
        read++;
        return nodes.read(level, at);
      });
      if (!verifyInclusion({ leaf: syntheticLeaf(index), index, size, root }, proof)) {
        throw new Error(`the proof of entry ${index + 1} of ${size} does not hold`);
      }
      mostNodes = Math.max(mostNodes, read);
      mostTiles = Math.max(mostTiles, nodes.tilesRead());
    }
    const log2 = Math.ceil(Math.log2(size));
    // A path has ceil(log2 n) hashes; those over the ragged right edge are put together of several nodes, each once.
    const [nodeBar, tileBar] = [2 * log2, 2 * Math.ceil(log2 / 8)];
    rows.push({
      name: `reads of an inclusion proof at ${size} entries`,
      figure: `${mostNodes} nodes in ${mostTiles} tiles at most`,
      bar: `≤ 2·log2(n) = ${nodeBar} nodes, ≤ 2 tiles a level = ${tileBar}`,
      holds: mostNodes <= nodeBar && mostTiles <= tileBar,
    });
  }
  return rows;
}

function syntheticLeaf(index: number): Buffer {
  return Buffer.from(leafHash(`entry ${index}`), 'hex');
}

/** All tiles of hashes of a tree, by level and index. */
function syntheticTiles(size: number): Buffer[][] {
  let hashes = Array.from({ length: size }, (_, index) => syntheticLeaf(index));
  const levels: Buffer[][] = [];
  while (hashes.length > 0) {
    const tiles: Buffer[] = [];
    for (let at = 0; at < hashes.length; at += TILE_WIDTH) tiles.push(Buffer.concat(hashes.slice(at, at + TILE_WIDTH)));
    levels.push(tiles);
    hashes = tiles.filter((tile) => tile.length === TILE_WIDTH * HASH_BYTES).map(fullTileHash);
  }
  return levels;
}
