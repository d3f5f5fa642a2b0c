// npm run bench NAME: runs dist/tools/bench/NAME.js; its last lines are the figures, its exit code says whether the bars hold.
'use strict';
const { existsSync, readdirSync } = require('node:fs');
const path = require('node:path');

const sources = readdirSync(__dirname).filter((file) => file.endsWith('.bench.ts'));
const names = sources.map((file) => file.replace('.bench.ts', ''));
const name = process.argv[2];
const file = path.join(__dirname, '..', '..', 'dist', 'tools', 'bench', `${name}.bench.js`);
if (!name || !names.includes(name)) {
  console.error(`npm run bench NAME, with NAME one of: ${names.join(', ')}`);
  process.exit(2);
}
if (!existsSync(file)) {
  console.error('the benchmarks are not built: run `npm run build` first');
  process.exit(2);
}
require(file)
  .main(process.argv.slice(3))
  .then((ok) => process.exit(ok ? 0 : 1))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
