// The time-skipping server starts in a third of the processor time when Java finds its classes in an archive: made once, kept
// beside the packages (a fresh installation makes it anew), and ignored by Java where it fits another Java or another server.
'use strict';
const { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..', '..');
const KEPT = path.join(root, 'node_modules', '.cache', 'tocsin-tests');
const IN_JAVA = 'java" ';
const LAUNCHER_BYTES = 10_000;
const WITHIN_MS = 60_000;

/** The path of a launcher that does what the one at `executable` does, or that path itself where it starts no Java. */
module.exports = async function withArchive(executable) {
  if (statSync(executable).size > LAUNCHER_BYTES) return executable;
  const text = readFileSync(executable, 'utf8');
  if (!text.includes(IN_JAVA) || !/^here=/m.test(text)) return executable;
  mkdirSync(KEPT, { recursive: true, mode: 0o700 });
  const launcher = (name, option) => {
    const here = `here=${quoted(path.dirname(executable))}`;
    const own = text.replace(/^here=.*$/m, () => here).replace(IN_JAVA, () => `${IN_JAVA}${quoted(option)} `);
    return written(path.join(KEPT, name), own);
  };
  const archive = path.join(KEPT, `${path.basename(path.dirname(executable))}.jsa`);
  if (!existsSync(archive)) {
    const making = `${archive}.${process.pid}`;
    const maker = launcher(`make-${process.pid}`, `-XX:ArchiveClassesAtExit=${making}`);
    await runOnce(maker).catch(() => {}); // a busy machine: then without
    rmSync(maker);
    if (!existsSync(making)) return executable;
    renameSync(making, archive);
  }
  return launcher('temporal-test-server', `-XX:SharedArchiveFile=${archive}`);
};

/** One word of a shell. */
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
module.exports.quoted = quoted;

/** In one step: another run of the tests may start it meanwhile. */
function written(file, text) {
  const beside = `${file}.${process.pid}.new`;
  writeFileSync(beside, text, { mode: 0o700 });
  renameSync(beside, file);
  return file;
}

/** Starts the server, and ends it in order as soon as it answers: then Java writes what it loaded. */
async function runOnce(command) {
  const { startServerProcess } = require(path.join(root, 'dist', 'platform', 'server-process.js'));
  const { acceptsConnections, freePort } = require(path.join(root, 'dist', 'platform', 'free-port.js'));
  const port = await freePort();
  const server = await startServerProcess({
    name: 'The time-skipping server',
    command,
    args: [String(port)],
    ready: () => acceptsConnections(port),
    readyWithinMs: WITHIN_MS,
    stopWithinMs: WITHIN_MS,
  });
  await server.stop();
}
