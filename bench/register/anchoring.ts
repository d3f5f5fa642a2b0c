/**
 * Signing and anchoring, against the register without it: 64 callers append to a register that a worker's signing service
 * signs with its usual intervals, with a file and one witness on loopback as anchors, then for as long to one that nobody
 * signs; in slices of a third of a second, median of five rounds. Bar: a loss of at most 2 %. Tiles and entry bundles are
 * published after a rush, as the service does it, so not within a round. Then the reads of an inclusion proof at 10³, 10⁵
 * and 10⁶ entries: O(log n) nodes, tiles by depth.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type HeldLock, tryLock } from '../../platform/file-lock';
import { freePort } from '../../platform/free-port';
import { temporaryDir } from '../../platform/temporary-dir';
import type { Appender } from '../../register/append/appender';
import { leafHash } from '../../register/entry';
import { HASH_BYTES, inclusionProof, rootOf, verifyInclusion } from '../../register/log/merkle';
import { openLog, publishedCheckpoint, publishedSize, type RegisterLog } from '../../register/log/open-log';
import { RecentLeaves } from '../../register/log/recent-leaves';
import { registerSize } from '../../register/log/register-leaves';
import { signLockFile } from '../../register/log/sign-lock';
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
const SLICES = 80;
/**
 * Short, as a machine that others use too gets slower and faster within seconds: of two registers that nobody signs, a
 * round says 1 within 1 % with slices of this length, within 5 % with slices of two seconds.
 */
const SLICE_MS = 300;
const WARM_MS = 5_000;
const CALLERS = 64;
/** The worker's usual intervals. */
const EVERY_MS = 10_000;
const EVERY_ENTRIES = 256;

/** A register with callers that append to it while they are let. */
class Callers {
  private readonly appender: Appender;
  private appended = 0;
  private appendedMs = 0;
  private readonly nextSeq = Array.from({ length: CALLERS }, () => 1);

  constructor(pool: pg.Pool, recent?: RecentLeaves) {
    this.appender = appenderOn(pool, recent);
  }

  /** Appends until something has come about, and answers what that is. */
  async appendUntil<T>(end: Promise<T>): Promise<T> {
    const startMs = performance.now();
    let ended = false;
    const callers = this.nextSeq.map(async (_, caller) => {
      while (!ended) {
        await this.appender.append([event(`INC-${caller}`, this.nextSeq[caller]!++)]);
        this.appended++;
      }
    });
    const what = await end;
    ended = true;
    await Promise.all(callers);
    this.appendedMs += performance.now() - startMs;
    return what;
  }

  /** Appends a second since this was asked last. */
  rate(): number {
    const rate = (this.appended / this.appendedMs) * 1000;
    [this.appended, this.appendedMs] = [0, 0];
    return rate;
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

/** A slice's time, and as many times that as something is being signed at its end. Nothing is signed until what it gives is released. */
async function whenNothingIsSigned(stateFile: string): Promise<HeldLock> {
  for (;;) {
    await sleep(SLICE_MS);
    const got = tryLock(signLockFile(stateFile));
    if ('release' in got) return got;
  }
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
    for (const callers of [signed, bare]) await callers.appendUntil(sleep(WARM_MS));
    signing.start();
    for (let round = 1; round <= ROUNDS; round++) {
      await published(log, pool);
      for (const callers of [signed, bare]) callers.rate();
      const asked = witness.asked();
      for (let slice = 0; slice < SLICES; slice++) {
        const held = await signed.appendUntil(whenNothingIsSigned(logSettings.stateFile));
        await bare.appendUntil(sleep(SLICE_MS));
        held.release();
      }
      const rates = { signed: signed.rate(), bare: bare.rate() };
      ratios.push(rates.signed / rates.bare);
      console.log(
        `round ${round}: ${rates.bare.toFixed(0)}/s without, ${rates.signed.toFixed(0)}/s with ` +
          `${witness.asked() - asked} cosignatures: ${ratios.at(-1)!.toFixed(3)}`,
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
