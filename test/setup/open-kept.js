// Opens the databases that failed tests left: node test/setup/open-kept.js FOLDER (printed at the end of the test run).
'use strict';
const path = require('node:path');

async function main() {
  const dir = process.argv[2];
  if (!dir) throw new Error('give the folder that the test run printed: node test/setup/open-kept.js FOLDER');
  const { startPostgres } = require(path.resolve(__dirname, '..', '..', 'dist', 'stack', 'postgres.js'));
  const postgres = await startPostgres({ dir, env: {} });
  console.log(
    `${postgres.url.replace(/\/tocsin$/, '/')}DATABASE\nCtrl-C stops it; delete the folder when you are done.`,
  );
  const timer = setInterval(() => {}, 60_000);
  process.once('SIGINT', async () => {
    clearInterval(timer);
    await postgres.stop();
  });
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
