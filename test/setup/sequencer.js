// The order of test files: those that start servers and wait for them come first, so that no worker idles at the end, and among
// them, evenly, those that only compute, so that the processors have work while others wait.
// jest orders by the durations of earlier runs, which a fresh clone does not have, and then by size, which says little.
'use strict';
const Sequencer = require('@jest/test-sequencer').default;

const WAITING = ['e2e', 'faults', 'workflows', 'replay', 'detection', 'register'];

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const folder = ({ path, context }) => path.slice(context.config.rootDir.length + 1).split(/[\\/]/)[1];
    const rank = (test) => WAITING.indexOf(folder(test));
    const sorted = super.sort(tests);
    const waiting = sorted.filter((test) => rank(test) >= 0).sort((a, b) => rank(a) - rank(b));
    const computing = sorted.filter((test) => rank(test) < 0);
    return evenly(waiting, computing);
  }
};

/** Both lists in their order, each spread over the whole: at every place as much of one as of the other is taken. */
function evenly(waiting, computing) {
  const place = (list) => list.map((test, n) => ({ test, at: (n + 0.5) / list.length }));
  return [...place(waiting), ...place(computing)].sort((a, b) => a.at - b.at).map(({ test }) => test);
}
