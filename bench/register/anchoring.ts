/**
 * Signing and anchoring, against the register without it: 64 callers append for two seconds to a register that a worker's
 * signing service signs with its usual intervals, with a file and one witness on loopback as anchors, then for two to
 * one that nobody signs; again and again, median of five rounds. Bar: a loss of at most 2 %. Tiles and entry bundles are
 * published after a rush, as the service does it, so not within a round. Then the reads of an inclusion proof at 10³, 10⁵
 * and 10⁶ entries: O(log n) nodes, tiles by depth.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { freePort } from '../../platform/free-port';
import { temporaryDir } from '../../platform/temporary-dir';
import type { Appender } from '../../register/append/appender';
import { leafHash } from '../../register/entry';
import { HASH_BYTES, inclusionProof, rootOf, verifyInclusion } from '../../register/log/merkle';
import { openLog, publishedCheckpoint, publishedSize, type RegisterLog } from '../../register/log/open-log';
import { RecentLeaves } from '../../register/log/recent-leaves';
import { registerSize } from '../../register/log/register-leaves';
import { fullTileHash, nodesFromTiles, TILE_WIDTH, type TileRef } from '../../register/log/tiles';
import { migrate } from '../../register/migrate';
import { createPool } from '../../register/pool';
import { startPostgres } from '../../stack/postgres';
import { startWitness } from '../../stack/witness';
import { createSigning } from '../../worker/signing';
import { appenderOn } from './appends';
import { event } from './event';
import { median, type Row } from './rows';

const ROUNDS = 5;
/** Slices of a round for each of the two; together shorter than what the service waits for with publishing in a rush. */
const SLICES = 12;
/** Short, as a machine that others use too gets slower and faster within seconds. */
const SLICE_MS = 2_000;
const WARM_MS = 5_000;
const CALLERS = 64;
/** The worker's usual intervals. */
const EVERY_MS = 10_000;
const EVERY_ENTRIES = 256;

/** A register with callers that append to it while they are let. */
class Callers {
  private readonly appender: Appender;
  private readonly nextSeq = Array.from({ length: CALLERS }, () => 1);

  constructor(pool: pg.Pool, recent?: RecentLeaves) {
    this.appender = appenderOn(pool, recent);
  }

  /** Appends a second while it went on. */
  async appendFor(ms: number): Promise<number> {
    const startMs = performance.now();
    let appended = 0;
    await Promise.all(
      this.nextSeq.map(async (_, caller) => {
        while (performance.now() < startMs + ms) {
          await this.appender.append([event(`INC-${caller}`, this.nextSeq[caller]!++)]);
          appended++;
        }
      }),
    );
    return (appended / (performance.now() - startMs)) * 1000;
  }

  close(): Promise<void> {
    return this.appender.close();
  }
}

async function nobodyIsMailed(): Promise<never> {
  throw new Error('no anchor by mail is configured');
}

/** The rounds, and the counts; a row for each bar. */
export async function benchAnchoring(): Promise<Row[]> {
  return [await signingLoss(), ...(await proofReads())];
}

/** Waits until the service has published what it has signed. */
async function published(log: RegisterLog, pool: pg.Pool): Promise<void> {
  while (publishedSize(await publishedCheckpoint(log)) < (await registerSize(pool))) await sleep(100);
}

async function signingLoss(): Promise<Row> {
  const dir = temporaryDir('bench');
  const in_ = (name: string) => path.join(dir, name);
  const start = async (name: string) => startPostgres({ dir: in_(name), port: await freePort(), env: {} });
  const [postgres, barePostgres] = [await start('postgres'), await start('bare')];
  for (const { url } of [postgres, barePostgres]) await migrate(url);
  const [pool, barePool] = [createPool(postgres.url), createPool(barePostgres.url)];
  const logSettings = {
    keysFile: in_('keys.json'),
    stateFile: in_('signer.json'),
    dir: in_('log'),
    guardsFile: in_('guards.json'),
    makeKey: true,
  };
  const recent = new RecentLeaves();
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
      recent,
      mailer: { send: nobodyIsMailed, wasSent: nobodyIsMailed },
      accept: async () => {},
      log: { info: () => {}, warn: heard, error: heard },
    },
  );
  const ratios: number[] = [];
  const [signed, bare] = [new Callers(pool, recent), new Callers(barePool)];
  try {
    await signed.appendFor(WARM_MS);
    await bare.appendFor(WARM_MS);
    signing.start();
    for (let round = 1; round <= ROUNDS; round++) {
      const sums = { signed: 0, bare: 0 };
      const asked = witness.asked();
      await published(log, pool);
      for (let slice = 0; slice < SLICES; slice++) {
        sums.signed += await signed.appendFor(SLICE_MS);
        // Whoever holds the signer's place keeps the service from it: it goes on where it was in the next slice.
        sums.bare += await log.asSigner(() => bare.appendFor(SLICE_MS));
      }
      ratios.push(sums.signed / sums.bare);
      console.log(
        `round ${round}: ${(sums.bare / SLICES).toFixed(0)}/s without, ${(sums.signed / SLICES).toFixed(0)}/s with ` +
          `${witness.asked() - asked} cosignatures`,
      );
    }
  } finally {
    await signing.stop();
    await Promise.all([signed.close(), bare.close()]);
    await witness.stop();
    await Promise.all([pool.end(), barePool.end()]);
    await Promise.all([postgres.stop(), barePostgres.stop()]);
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
