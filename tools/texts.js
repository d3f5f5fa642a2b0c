// Writes every text that the examples generate, in each language, into a folder, to be read line by line.
// Usage: npm run texts [folder] [-- --mark]. With --mark also in the languages to which nobody translated the facts: those stand
// in brackets, so that what the product itself says can be read. Ends with 1 when a message of an example is refused.
'use strict';
const path = require('node:path');
const { readdirSync } = require('node:fs');
const root = path.join(__dirname, '..');
const { writeTexts } = require(path.join(root, 'dist', 'tools', 'texts', 'write-texts.js'));

const mark = process.argv.includes('--mark');
const [folder] = process.argv.slice(2).filter((given) => !given.startsWith('--'));
const out = path.resolve(folder ?? path.join(root, 'texts'));
const examples = path.join(root, 'examples');
const scenarios = ['leaked-deploy-key.yaml', 'lost-laptop-encrypted.yaml'].map((file) => path.join(examples, file));
const more = path.join(root, 'test', 'scenarios');
scenarios.push(
  ...readdirSync(more)
    .sort()
    .map((file) => path.join(more, file)),
);
writeTexts(scenarios, out, mark).then((refused) => {
  for (const line of refused) console.error(`refused: ${line}`);
  console.log(`The texts of ${scenarios.length} scenarios are in ${out}`);
  process.exitCode = refused.length > 0 ? 1 : 0;
});
