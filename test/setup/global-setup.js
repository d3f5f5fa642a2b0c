// Once before all tests: one Postgres in a temporary folder with a migrated template database, the workflow bundle,
// and the executables of both Temporal servers. What tests need of it they find in the environment (see helpers.ts).
'use strict';
const { existsSync, mkdtempSync, realpathSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const withArchive = require('./java-archive.js');

const root = path.resolve(__dirname, '..', '..');
const dist = path.join(root, 'dist');

module.exports = async function globalSetup() {
  if (!existsSync(path.join(dist, 'stack', 'postgres.js'))) {
    throw new Error('the tests need the compiled files in dist/: run "npm run build" first, or "npm test", which does');
  }
  const { startPostgres } = require(path.join(dist, 'stack', 'postgres.js'));
  const { temporalExecutable } = require(path.join(dist, 'stack', 'temporal.js'));
  const { testServerExecutable } = require(path.join(dist, 'stack', 'test-server.js'));

  const [postgres, temporal, testServer] = await Promise.all([
    startTemplate(startPostgres),
    temporalExecutable(),
    testServerExecutable().then(withArchive),
  ]);
  globalThis.tocsinTestPostgres = postgres;
  process.env.TOCSIN_TEST_DATABASE_URL = postgres.adminUrl;
  process.env.TOCSIN_TEST_OWNER_URL = postgres.url;
  process.env.TEMPORAL_CLI_PATH = temporal;
  process.env.TEMPORAL_TEST_SERVER_PATH = testServer;
  process.env.TOCSIN_TEST_WORKFLOW_BUNDLE = path.join(dist, 'workflow-bundle.js');
  // A developer's own settings must not lead tests to a real server.
  for (const name of [
    'DATABASE_URL',
    'RESEND_API_KEY',
    'CLOUDFLARE_API_TOKEN',
    'TEMPORAL_ADDRESS',
    'TEMPORAL_PROFILE',
  ]) {
    delete process.env[name];
  }
};

async function startTemplate(startPostgres) {
  const { Client } = require('pg');
  const { migrate } = require(path.join(dist, 'postgres', 'migrate.js'));
  const dir = path.join(mkdtempSync(path.join(realpathSync(os.tmpdir()), 'tocsin-test-')), 'postgres');
  // mkdtemp makes a folder for its owner only; when root runs the tests, the account of Postgres must get through.
  if (process.getuid && process.getuid() === 0) require('node:fs').chmodSync(path.dirname(dir), 0o755);
  const postgres = await startPostgres({ dir, durable: false, env: {} });
  const admin = new Client({ connectionString: postgres.adminUrl });
  await admin.connect();
  try {
    await admin.query('CREATE DATABASE tocsin_template OWNER tocsin_owner');
  } finally {
    await admin.end();
  }
  // As its owner, who is no superuser: as in production.
  const template = new URL(postgres.url);
  template.pathname = '/tocsin_template';
  await migrate(template.href);
  return postgres;
}
