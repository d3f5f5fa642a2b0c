// Compiles TypeScript to dist/ and bundles the workflows once, so that a worker starts without webpack,
// and the stand-alone verifier.
'use strict';
const { execFileSync } = require('node:child_process');
const { mkdirSync, writeFileSync, rmSync } = require('node:fs');
const path = require('node:path');
const { bundleVerifier } = require('./bundle-verifier');

const root = path.resolve(__dirname, '..');
const dist = path.join(root, 'dist');

async function main() {
  rmSync(dist, { recursive: true, force: true });
  execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  const { bundleWorkflows } = require(path.join(dist, 'worker', 'bundle.js'));
  const code = await bundleWorkflows();
  mkdirSync(dist, { recursive: true });
  writeFileSync(path.join(dist, 'workflow-bundle.js'), code);
  await bundleVerifier();
}

main().catch((error) => {
  console.error(`build failed: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
});
