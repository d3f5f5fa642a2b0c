/**
 * What signing and anchoring cost: 64 callers append to a register that a worker's signing service signs with its usual
 * intervals, with a file and one witness on loopback as anchors. For half of the time, a stretch of a third of a second and
 * then another, the service is kept waiting; all appends a second, against those a second in these stretches, are the
 * figure, median of five rounds. Bar: a loss of at most 2 %. Tiles and entry bundles are published after a rush, as the
 * service does it, so not within a round.
 *
 * Then the reads of an inclusion proof at 10³, 10⁵ and 10⁶ entries: O(log n) nodes, tiles by depth.
 */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type HeldLock, tryLock } from '../../platform/file-lock';
import { freePort } from '../../platform/free-port';
import { temporaryDir } from '../../platform/temporary-dir';
import type { Appender } from '../../register/append/appender';
import { leafHash } from '../../register/entry';
import { HASH_BYTES, inclusionProof, rootOf, verifyInclusion } from '../../register/log/merkle';
import { openLog, type RegisterLog } from '../../register/log/open-log';
import { RecentLeaves } from '../../register/log/recent-leaves';
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
/** Parts of a round; between them all is published, and Postgres and the system write out what they hold. */
const PARTS = 3;
/** Stretches of a part with the service and without. Together less than 30 s, after which the system begins to write out. */
const STRETCHES = 40;
/** Short, and of one register on one connection, as a machine that others use too gets slower and faster within seconds. */
const STRETCH_MS = 300;
const WARM_MS = 5_000;
const CALLERS = 64;
/** The worker's usual intervals. */
const EVERY_MS = 10_000;
const EVERY_ENTRIES = 256;

/** Callers that append one event after the other. */
class Callers {
  appended = 0;
  private readonly nextSeq = Array.from({ length: CALLERS }, () => 1);

  constructor(private readonly appender: Appender) {}

  /** Appends while something goes on. */
  async appendDuring(goesOn: Promise<void>): Promise<void> {
    let ended = false;
    const callers = this.nextSeq.map(async (_, caller) => {
      while (!ended) {
        await this.appender.append([event(`INC-${caller}`, this.nextSeq[caller]!++)]);
        this.appended++;
      }
    });
    await goesOn.finally(() => (ended = true));
    await Promise.all(callers);
  }
}

/**
 * What the appender notes for the service, it notes while that waits as well: so otherwise three times, as what the service
 * costs, twice that cost included, falls into half of the time.
 */
class NotedMore extends RecentLeaves {
  isMore = true;
  private readonly others = [new RecentLeaves(), new RecentLeaves()];

  override add(first: number, hashes: Uint8Array): void {
    super.add(first, hashes);
    if (this.isMore) for (const other of this.others) other.add(first, hashes);
  }
}

/** Entries, and the time in which they were appended. */
class Tally {
  private entries = 0;
  private ms = 0;

  constructor(private readonly callers: Callers) {}

  /** Counts what is appended until something has come about, and answers what that is. */
  async until<T>(end: Promise<T>): Promise<T> {
    const [before, startMs] = [this.callers.appended, performance.now()];
    const what = await end;
    this.entries += this.callers.appended - before;
    this.ms += performance.now() - startMs;
    return what;
  }

  get perSecond(): number {
    return (this.entries / this.ms) * 1000;
  }
}

async function nobodyIsMailed(): Promise<never> {
  throw new Error('no anchor by mail is configured');
}

/** The rounds, and the counts; a row for each bar. */
export async function benchAnchoring(): Promise<Row[]> {
  return [await signingLoss(), ...(await proofReads())];
}

/**
 * Publishes what was signed, and lets be written out what is left: while a disk is busy with that, a commit stands for up
 * to half a second, on whichever side it falls.
 */
async function rest(log: RegisterLog, admin: Client): Promise<void> {
  await log.sign();
  await admin.query('CHECKPOINT');
  await promisify(execFile)('sync');
}

/** The time of a stretch, or several when something is being signed at its end. Nothing is signed until what it gives is released. */
async function whenNothingIsSigned(stateFile: string): Promise<HeldLock> {
  for (;;) {
    await sleep(STRETCH_MS);
    const got = tryLock(signLockFile(stateFile));
    if ('release' in got) return got;
  }
}

async function signingLoss(): Promise<Row> {
  const dir = temporaryDir('bench');
  const in_ = (name: string) => path.join(dir, name);
  const postgres = await startPostgres({ dir: in_('postgres'), port: await freePort(), env: {} });
  await migrate(postgres.url);
  const pool = createPool(postgres.url);
  const admin = new Client(postgres.url);
  await admin.connect();
  // No checkpoint within a part.
  await admin.query("ALTER SYSTEM SET max_wal_size = '8GB'");
  await admin.query('SELECT pg_reload_conf()');
  const logSettings = {
    keysFile: in_('keys.json'),
    stateFile: in_('signer.json'),
    dir: in_('log'),
    guardsFile: in_('guards.json'),
    makeKey: true,
  };
  const recent = new NotedMore();
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
  const appender = appenderOn(pool, recent);
  const callers = new Callers(appender);
  const alternate = async (without: Tally) => {
    for (let stretch = 0; stretch < STRETCHES; stretch++) {
      const held = await whenNothingIsSigned(logSettings.stateFile);
      recent.isMore = false;
      await without.until(sleep(STRETCH_MS));
      recent.isMore = true;
      held.release();
    }
  };
  try {
    await callers.appendDuring(sleep(WARM_MS));
    signing.start();
    for (let round = 1; round <= ROUNDS; round++) {
      const [all, without] = [new Tally(callers), new Tally(callers)];
      const asked = witness.asked();
      for (let part = 0; part < PARTS; part++) {
        await rest(log, admin);
        await callers.appendDuring(all.until(alternate(without)));
      }
      const ratio = all.perSecond / without.perSecond;
      ratios.push(ratio);
      console.log(
        `round ${round}: ${without.perSecond.toFixed(0)}/s while it waits, ${all.perSecond.toFixed(0)}/s with ` +
          `${witness.asked() - asked} cosignatures: ${ratio.toFixed(3)}`,
      );
    }
  } finally {
    await signing.stop();
    await appender.close();
    await witness.stop();
    await Promise.all([pool.end(), admin.end()]);
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
