// npm run interop [-- ENTRIES]: a register of 100,000 entries, written and published by the product, read by a Go program
// made of other people's code (test/interop); then published logs that were tampered with, each of which it must reject;
// then a witness that nobody here wrote cosigns its checkpoints, and refuses a rollback and a split view.
'use strict';
const { spawnSync } = require('node:child_process');
const { cpSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const { checkWitness } = require('./interop-witness');

const root = path.resolve(__dirname, '..');
const dist = (file) => require(path.join(root, 'dist', file));
const ENTRIES = Number(process.argv[2] ?? 100_000);
const BATCH = 1_000;

async function main() {
  const dir = dist('platform/temporary-dir.js').temporaryDir('interop');
  let postgres;
  try {
    const program = build(dir);
    const { freePort } = dist('platform/free-port.js');
    const step = { chose() {}, progress() {} };
    postgres = await dist('stack/postgres.js').startPostgres({
      dir: path.join(dir, 'postgres'),
      port: await freePort(),
      env: {},
      step,
    });
    const published = await publish(postgres.url, dir);
    const verify = (log, old) => run(program, log, published.key, old);

    const sound = verify(published.log, published.before);
    if (!sound.ok) throw new Error(`a sound log was rejected: ${sound.said}`);
    console.log(`accepted: ${sound.said}`);
    const wronglyAccepted = tamperings(published).filter(({ name, change, old }) => {
      const copy = path.join(dir, 'tampered');
      rmSync(copy, { recursive: true, force: true });
      cpSync(published.log, copy, { recursive: true });
      change(copy);
      const { ok, said } = verify(copy, old ?? published.before);
      console.log(`${ok ? 'ACCEPTED' : 'rejected'}: ${name}: ${said}`);
      return ok;
    });
    if (wronglyAccepted.length > 0) throw new Error(`${wronglyAccepted.length} tampered logs were accepted`);
    await checkWitness(published, dir);
    console.log(`interop: ${ENTRIES} entries accepted, ${tamperings(published).length} tamperings rejected`);
  } finally {
    await postgres?.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

function build(dir) {
  const program = path.join(dir, 'interop');
  const built = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: path.join(root, 'test', 'interop'),
    stdio: 'inherit',
  });
  if (built.error?.code === 'ENOENT') throw new Error('Go is needed for this check, and is not on the PATH');
  if (built.status !== 0) throw new Error('the Go program was not built (see above)');
  return program;
}

function run(program, log, key, old) {
  const { status, stdout, stderr } = spawnSync(program, ['-dir', log, '-key', key, '-old', old, '-samples', '500'], {
    encoding: 'utf8',
    timeout: 180_000,
  });
  return { ok: status === 0, said: (stdout + stderr).trim().split('\n').slice(0, 2).join(' ').slice(0, 200) };
}

/** Appends the entries in two parts, and signs after each. */
async function publish(url, dir) {
  const { migrate } = dist('postgres/migrate.js');
  const { createPool } = dist('postgres/pool.js');
  const { appendEntries } = dist('register/append/appender.js');
  const { createSigner } = dist('register/tree/note.js');
  const { createFolderStore } = dist('register/log/log-store.js');
  const { signLog } = dist('register/log/sign-log.js');
  const { registerLeaves, registerSize } = dist('register/log/register-leaves.js');
  await migrate(url);
  const pool = createPool(url);
  const log = path.join(dir, 'log');
  const signer = createSigner('register.example.com/interop', Buffer.alloc(32, 5));
  const sign = () =>
    signLog({
      signer,
      stateFile: path.join(dir, 'signer.json'),
      store: createFolderStore(log),
      size: () => registerSize(pool),
      leaves: registerLeaves(pool),
    });
  const append = async (from, to) => {
    for (let first = from; first <= to; first += BATCH) {
      const count = Math.min(BATCH, to - first + 1);
      await appendEntries(
        pool,
        Array.from({ length: count }, (_, i) => event(first + i)),
      );
    }
  };
  try {
    const middle = Math.floor(ENTRIES * 0.7) + 1;
    await append(1, middle);
    const before = path.join(dir, 'before');
    writeFileSync(before, (await sign()).note);
    await append(middle + 1, ENTRIES);
    const { size, note } = await sign();
    const current = path.join(dir, 'current');
    writeFileSync(current, note);
    if (size !== ENTRIES) throw new Error(`the log has ${size} entries, not ${ENTRIES}`);
    return { log, before, current, note, signer, key: signer.verifierKey };
  } finally {
    await pool.end();
  }
}

/** Events of a hundred incidents, one after the other. */
function event(n) {
  const seq = Math.ceil(n / 100);
  return {
    v: 1,
    incidentId: `INC-${n % 100}`,
    seq,
    at: new Date(Date.UTC(2026, 3, 1) + n * 1000).toISOString(),
    kind: 'measure-recorded',
    by: 'tocsin',
    exercise: false,
    data: { text: `step ${seq}`, category: 'containment' },
  };
}

function tamperings({ note, signer, current }) {
  const { signCheckpoint } = dist('register/tree/checkpoint.js');
  const { parseEntryBundle, entryBundle, tilePath } = dist('register/tree/tiles.js');
  const bundle = (index) => tilePath({ level: 'entries', index, width: 256 });
  const entries = (edit) => (log) => {
    const file = path.join(log, bundle(7));
    writeFileSync(file, entryBundle(edit(parseEntryBundle(readFileSync(file)))));
  };
  const bytes = (name, edit) => (log) => {
    const file = path.join(log, name);
    writeFileSync(file, edit(readFileSync(file)));
  };
  const flip = (buffer, at) => {
    buffer[at] ^= 1;
    return buffer;
  };
  const resigned = (size, hash) => (log) =>
    writeFileSync(path.join(log, 'checkpoint'), signCheckpoint(size, hash, signer));
  return [
    { name: 'an entry edited', change: entries((list) => list.with(3, flip(list[3], 40))) },
    { name: 'an entry deleted', change: entries((list) => list.toSpliced(3, 1)) },
    { name: 'an entry inserted', change: entries((list) => list.toSpliced(3, 0, Buffer.from('{}'))) },
    { name: 'two entries swapped', change: entries((list) => [list[1], list[0], ...list.slice(2)]) },
    { name: 'a tile of hashes edited', change: bytes('tile/0/007', (tile) => flip(tile, 100)) },
    { name: 'a tile above edited', change: bytes('tile/1/000', (tile) => flip(tile, 100)) },
    { name: 'the last bundle cut off', change: (log) => rmSync(path.join(log, lastBundle(tilePath))) },
    {
      name: 'the checkpoint edited',
      change: bytes('checkpoint', (text) => Buffer.from(String(text).replace(`\n${ENTRIES}\n`, `\n${ENTRIES - 1}\n`))),
    },
    {
      name: 'a split view: another root of the same size',
      change: resigned(ENTRIES, Buffer.alloc(32, 1)),
      old: current,
    },
    { name: 'a rollback to an older size', change: resigned(10, Buffer.alloc(32, 1)) },
    { name: 'signed by another key', change: bytes('checkpoint', () => impostor(note, signer)) },
  ];
}

function lastBundle(tilePath) {
  const index = Math.ceil(ENTRIES / 256) - 1;
  return tilePath({ level: 'entries', index, width: ENTRIES - index * 256 });
}

function impostor(note, signer) {
  const { createSigner, signNote, parseNote } = dist('register/tree/note.js');
  return signNote(parseNote(note).text, [createSigner(signer.name, Buffer.alloc(32, 6))]);
}

main().catch((error) => {
  console.error(`interop failed: ${error.message}`);
  process.exit(1);
});
