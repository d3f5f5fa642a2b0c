// Of the fifty languages in which zod words its problems, the one that Tocsin speaks: each test file would load them all.
'use strict';
const path = require('node:path');

exports.en = require(path.join(path.dirname(require.resolve('zod')), 'v4', 'locales', 'en.cjs')).default;
