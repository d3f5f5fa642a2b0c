// The intake server in a process of its own, for tests that kill it. TOCSIN_TEST_INTAKE holds the
// options as JSON; the settings stand in the environment.
'use strict';
const path = require('node:path');

const dist = path.join(__dirname, '..', '..', 'dist');
const { startIntake } = require(path.join(dist, 'detection', 'intake', 'start-intake.js'));
const { loadIntakeSettings } = require(path.join(dist, 'settings', 'intake.js'));
const { dataConverter } = require(path.join(dist, 'client', 'codec.js'));

async function main() {
  const options = JSON.parse(process.env.TOCSIN_TEST_INTAKE);
  const running = await startIntake({
    ...options,
    settings: loadIntakeSettings(process.env),
    dataConverter: dataConverter([]),
    secrets: process.env,
  });
  process.once('SIGTERM', () => running.stop(options.drainMs));
  process.stdout.write('intake ready\n');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
