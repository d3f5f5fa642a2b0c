// fast-check as the tests import it, with one seed for all files: the same commit gives the same answer, in CI as anywhere.
// `npm run explore` looks further, with a new seed in each round; SEED=n plays a failure again.
'use strict';
const path = require('node:path');

const itself = path.dirname(require.resolve('fast-check/package.json'));
const fc = require(path.join(itself, require('fast-check/package.json').exports['.'].require.default));

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.SEED ?? 20_260_401) });

module.exports = fc;
