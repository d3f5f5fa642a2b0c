// Compiles TypeScript to dist/, and bundles the workflows once, so that a worker starts without webpack, and the
// stand-alone verifier. With --if-changed it does nothing when dist/ is newer than all it is made of: the first
// `npx tocsin` in a checkout runs `prepare` in silence, and must not wait for a second build.
'use strict';
const { execFileSync } = require('node:child_process');
const { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const dist = path.join(root, 'dist');
const stamp = path.join(dist, 'built');

async function main() {
  const compiler = resolveCompiler();
  if (!compiler) {
    // `npm ci --omit=dev` runs this too: it brings what runs Tocsin, not what builds it.
    if (existsSync(stamp)) return;
    console.error(
      'Tocsin is not built: development packages are left out. Run `npm ci` with them, or copy dist/ here.',
    );
    return;
  }
  if (process.argv.includes('--if-changed') && (isInUse() || isCurrent())) return;
  const startedAt = new Date();
  rmSync(dist, { recursive: true, force: true });
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  const { bundleWorkflows } = require(path.join(dist, 'worker', 'bundle.js'));
  const code = await bundleWorkflows();
  mkdirSync(dist, { recursive: true });
  writeFileSync(path.join(dist, 'workflow-bundle.js'), code);
  await require('./bundle-verifier').bundleVerifier();
  writeFileSync(stamp, '');
  utimesSync(stamp, startedAt, startedAt); // what changes while this runs is newer
}

function resolveCompiler() {
  try {
    return require.resolve('typescript/bin/tsc');
  } catch {
    return undefined;
  }
}

/** Whether tests run on it, of which one has come here: nothing is taken from under the others. */
function isInUse() {
  return existsSync(stamp) && process.env.TOCSIN_TEST_WORKFLOW_BUNDLE === path.join(dist, 'workflow-bundle.js');
}

/** Whether nothing that dist/ is made of has changed since; a deleted file shows in the time of its folder. */
function isCurrent() {
  if (!existsSync(stamp)) return false;
  const { include } = require('../tsconfig.build.json');
  const sources = [...include, 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  return sources.every((each) => newestIn(path.join(root, each)) < statSync(stamp).mtimeMs);
}

function newestIn(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(file).map((name) => newestIn(path.join(file, name))));
}

main().catch((error) => {
  console.error(`build failed: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
});
