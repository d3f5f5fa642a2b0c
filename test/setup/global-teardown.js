// Once after all tests: stops Postgres. Its folder stays when a failed test left its database there to look at.
'use strict';
const { rmSync } = require('node:fs');
const path = require('node:path');
const { Client } = require('pg');

module.exports = async function globalTeardown() {
  const postgres = globalThis.tocsinTestPostgres;
  if (!postgres) return;
  const kept = await databases(postgres.url);
  await postgres.stop();
  if (kept.length === 0) {
    rmSync(path.dirname(postgres.dir), { recursive: true, force: true });
    return;
  }
  console.error(
    `\nKept for the failed tests: ${kept.join(', ')}. Look inside: node test/setup/open-kept.js ${postgres.dir}`,
  );
};

async function databases(url) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      "SELECT datname FROM pg_database WHERE datname LIKE 'tocsin\\_test\\_%' ORDER BY 1",
    );
    return rows.map((row) => row.datname);
  } finally {
    await client.end();
  }
}
