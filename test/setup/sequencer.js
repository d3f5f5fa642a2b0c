// The order of test files: those that start servers and wait for them come first, so that no worker idles at the end.
// jest orders by the durations of earlier runs, which a fresh clone does not have, and then by size, which says little.
'use strict';
const Sequencer = require('@jest/test-sequencer').default;

const FIRST = ['e2e', 'faults', 'workflows', 'replay', 'detection', 'register', 'unit'];

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path, context }) => FIRST.indexOf(path.slice(context.config.rootDir.length + 1).split(/[\\/]/)[1]);
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
};
