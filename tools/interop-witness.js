// Part of npm run interop: a witness made of other people's code (test/interop/witness) cosigns what the product shows it.
'use strict';
const { spawn, spawnSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const dist = (file) => require(path.join(root, 'dist', file));

/** Throws when the witness does not cosign the published checkpoints, or cosigns another past. */
async function checkWitness({ log, before, note, signer, key }, dir) {
  const { addCheckpoint } = dist('register/anchors/witness.js');
  const { checkpointOf } = dist('register/anchors/anchor.js');
  const { signCheckpoint } = dist('register/tree/checkpoint.js');
  const { createSigner } = dist('register/tree/note.js');
  const { consistencyProof } = dist('register/tree/merkle.js');
  const { nodesFromTiles, tilePath } = dist('register/tree/tiles.js');
  const witness = await startWitness(dir, key);
  try {
    const older = readFileSync(before, 'utf8');
    const [{ size: oldSize }, { size }] = [checkpointOf(older), checkpointOf(note)];
    const { read } = nodesFromTiles(size, async (tile) => readFileSync(path.join(log, tilePath(tile))));
    const proof = await consistencyProof(oldSize, size, read);

    cosigned(`the first checkpoint, of ${oldSize} entries`, await addCheckpoint(witness, older, 0, []));
    const asked = await addCheckpoint(witness, note, 0, []);
    if (asked.size !== oldSize) throw new Error(`the witness knows ${asked.size} entries, not ${oldSize}`);
    cosigned(
      `its growth to ${size} entries, by ${proof.length} hashes`,
      await addCheckpoint(witness, note, oldSize, proof),
    );

    const other = (n) => signCheckpoint(n, Buffer.alloc(32, 1), signer);
    const impostor = createSigner(signer.name, Buffer.alloc(32, 6));
    const stranger = createSigner('another.example.com/log', Buffer.alloc(32, 7));
    await refused('a rollback', 'the log was rolled back', addCheckpoint(witness, older, oldSize, []));
    await refused('a split view', 'two views of one log', addCheckpoint(witness, other(size), size, []));
    await refused('a changed past', 'the past was changed', addCheckpoint(witness, other(size + 1), size, proof));
    // The specification says 403; this witness says 500. Either way it does not cosign.
    await refused(
      'another key',
      'the witness',
      addCheckpoint(witness, signCheckpoint(size, Buffer.alloc(32), impostor), size, []),
    );
    await refused(
      'another log',
      'does not know the log',
      addCheckpoint(witness, signCheckpoint(1, Buffer.alloc(32), stranger), 0, []),
    );
  } finally {
    witness.stop();
  }
}

function cosigned(what, answer) {
  if (!answer.cosignature) throw new Error(`the witness did not cosign ${what}: it answered ${JSON.stringify(answer)}`);
  console.log(`witness: cosigned ${what}`);
}

async function refused(what, reason, asking) {
  const answer = await asking.then(
    (given) => new Error(`the witness took ${what}: ${JSON.stringify(given)}`),
    (error) => (error.message.includes(reason) ? undefined : error),
  );
  if (answer) throw answer;
  console.log(`witness: refused ${what}`);
}

async function startWitness(dir, key) {
  const program = path.join(dir, 'witness');
  const cwd = path.join(root, 'test', 'interop', 'witness');
  const built = spawnSync('go', ['build', '-o', program, '.'], { cwd, stdio: 'inherit' });
  if (built.status !== 0) throw new Error('the Go witness was not built (see above)');
  const child = spawn(program, [key], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  for await (const chunk of child.stdout) {
    said += chunk;
    if (said.split('\n').length > 2) break;
  }
  const [verifierKey, url] = said.split('\n');
  if (!url) throw new Error('the Go witness did not say where it listens');
  return { verifierKey, url, stop: () => child.kill() };
}

module.exports = { checkWitness };
