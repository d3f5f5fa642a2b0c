// The intake server in a process of its own, for tests that kill it. TOCSIN_TEST_INTAKE holds the options as JSON.
'use strict';
const path = require('node:path');

const dist = path.join(__dirname, '..', '..', 'dist');
const { startIntake } = require(path.join(dist, 'detection', 'intake', 'start-intake.js'));
const { dataConverter } = require(path.join(dist, 'worker', 'codec.js'));

async function main() {
  const options = JSON.parse(process.env.TOCSIN_TEST_INTAKE);
  const running = await startIntake({ ...options, dataConverter: dataConverter([]), env: process.env });
  process.once('SIGTERM', () => running.stop(options.drainMs));
  process.stdout.write('intake ready\n');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
