// npm run supply-chain: the bill of materials of what is installed (CycloneDX), and an audit of our own lock file by our own
// check. Advisories are OSV records that TOCSIN_ADVISORIES names (a folder, file or address); without them it says that nothing
// was compared. A package that runs and has no sha512 in the lock file
// fails, as anything could be installed for it.
'use strict';
const { execFileSync, spawnSync } = require('node:child_process');
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const lockFile = path.join(root, 'package-lock.json');
const bomFile = path.join(root, 'dist', 'tocsin.cdx.json');

/** Packages of a lock file that nothing pins to one content: those that run, or those that only develop. */
function unpinned(lock, { forDevelopment = false } = {}) {
  return Object.entries(lock.packages).flatMap(([name, { integrity, link, dev = false, devOptional = false }]) =>
    name === '' || link || (dev || devOptional) !== forDevelopment || /^sha512-/.test(integrity ?? '') ? [] : [name],
  );
}

function sbom() {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--omit', 'dev'];
  return execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 });
}

function main() {
  const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
  const loose = unpinned(lock);
  if (loose.length > 0) {
    console.error(`package-lock.json pins no content of ${loose.join(', ')}: run npm install anew`);
    return 1;
  }
  const developing = unpinned(lock, { forDevelopment: true }).length;
  if (developing > 0)
    console.log(`${developing} packages for development on other platforms have no digest in package-lock.json`);
  const bom = sbom();
  mkdirSync(path.dirname(bomFile), { recursive: true });
  writeFileSync(bomFile, bom);
  console.log(`${JSON.parse(bom).components.length} components: ${path.relative(root, bomFile)}`);
  const advisories = process.env.TOCSIN_ADVISORIES;
  if (!advisories) {
    console.log('NOT AUDITED: set TOCSIN_ADVISORIES to OSV records of npm, and run this again');
    return 0;
  }
  const sources = advisories.split(',').flatMap((source) => ['--advisories', source.trim()]);
  const check = ['deps', 'check', lockFile, ...sources, '--fail-on', 'high'];
  return spawnSync(process.execPath, [path.join(root, 'bin', 'tocsin.js'), ...check], { stdio: 'inherit' }).status ?? 1;
}

module.exports = { unpinned };
if (require.main === module) process.exit(main());
