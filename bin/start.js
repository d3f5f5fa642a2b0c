#!/usr/bin/env node
'use strict';
const { existsSync } = require('node:fs');
const path = require('node:path');

const start = path.join(__dirname, '..', 'dist', 'cli', 'start.js');
if (!existsSync(start)) {
  console.error('error: Tocsin is not built yet: run `npm run build`');
  process.exit(2);
}
require(start);
