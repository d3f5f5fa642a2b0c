// Makes one readable file of the verifier, which runs on Node alone: dist/verify-register.cjs.
'use strict';
const path = require('node:path');
const esbuild = require('esbuild');

const root = path.resolve(__dirname, '..');

const HEADER = `#!/usr/bin/env node
// Verifies an export of a breach register: node verify-register.cjs EXPORT --key KEY
//
// It needs Node 20.12 or later, and nothing else: no package, no network, no database. It is made of register/verifier/
// of Tocsin and is not minified, so that you can read what it checks; docs/register-export.md describes the format.
// Run it with --help for its options.
`;

/** Writes the file; resolves to its path. */
async function bundleVerifier() {
  const outfile = path.join(root, 'dist', 'verify-register.cjs');
  await esbuild.build({
    entryPoints: [path.join(root, 'register', 'verifier', 'stand-alone.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.12',
    format: 'cjs',
    charset: 'utf8',
    banner: { js: HEADER },
    legalComments: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}

module.exports = { bundleVerifier };
