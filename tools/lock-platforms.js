// Completes package-lock.json with the optional platform packages (other systems' binaries) that a partial registry
// mirror does not serve. Without their entries `npm ci` refuses the lock, and other platforms would miss their binary.
// Run it after `npm install` changed the lock: node tools/lock-platforms.js
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const file = path.join(__dirname, '..', 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'openbsd', 'netbsd', 'sunos', 'aix', 'win32'];
const CPUS = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32', 'mips64el'];

let added = 0;
for (const owner of Object.values({ ...lock.packages })) {
  for (const [name, range] of Object.entries(owner.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key]) continue;
    const words = name.split(/[-/]/);
    const entry = { version: range.replace(/^[\^~]/, ''), optional: true };
    const os = SYSTEMS.find((s) => words.includes(s));
    const cpu = CPUS.find((c) => words.some((w) => w === c || (c === 'arm' && w === 'arm')));
    if (os) entry.os = [os];
    if (cpu) entry.cpu = [cpu];
    lock.packages[key] = entry;
    added++;
  }
}
// Without it npm installs the build for musl beside that for glibc: 96 MB for Biome alone.
for (const [key, entry] of Object.entries(lock.packages)) {
  if (!entry.optional || entry.libc || !entry.os?.includes('linux')) continue;
  if (key.includes('musl')) entry.libc = ['musl'];
  else if (/-(gnu|glibc|gnueabihf)$/.test(key)) entry.libc = ['glibc'];
}
for (const entry of Object.values(lock.packages)) if (entry.resolved?.startsWith('http')) delete entry.resolved;
const sorted = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`);
console.log(`${added} platform packages added to the lock`);
