// Tests run from their TypeScript sources; what needs compiled files (global set-up, the workflow bundle) is in dist/.
'use strict';
const os = require('node:os');

/** ES modules among the packages: Node requires them by itself; jest's own loader does so only from Node 24 on. */
const ES_MODULES = '(jose|oauth4webapi|openid-client|marked|string-width|strip-ansi|ansi-regex|get-east-asian-width)';

/** @type {import('jest').Config} */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Dynamic imports name the compiled file; here it stands as TypeScript.
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': ['$1', '$1.js'],
    '^fast-check$': '<rootDir>/test/setup/fast-check.js',
    '^\\.\\./locales/index\\.cjs$': '<rootDir>/test/setup/zod-locales.js',
  },
  // In a context of node:vm each reading of a global goes through an interceptor; as names of a module's own they cost nothing
  // (a third of the processor time of the scenarios).
  sandboxInjectedGlobals: [
    'Array',
    'BigInt',
    'JSON',
    'Map',
    'Math',
    'Number',
    'Object',
    'Reflect',
    'RegExp',
    'Set',
    'String',
  ],
  testEnvironment: '<rootDir>/test/setup/environment.js',
  transformIgnorePatterns: [`/node_modules/(?!(.*/)?${ES_MODULES}/)`],
  transform: {
    [`^.+\\.(ts|esm\\.js)$|/node_modules/${ES_MODULES}/.+\\.js$`]: [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  globalSetup: '<rootDir>/test/setup/global-setup.js',
  globalTeardown: '<rootDir>/test/setup/global-teardown.js',
  testSequencer: '<rootDir>/test/setup/sequencer.js',
  // Many tests wait for servers and timers: three to two processors keep them busy, and more only outlast time limits; as far as
  // the memory goes (a worker with its servers takes up to 2 GB).
  maxWorkers: Math.max(2, Math.min(Math.floor(1.5 * os.availableParallelism()), Math.floor(os.totalmem() / 2 ** 31))),
  testTimeout: 120_000,
};
