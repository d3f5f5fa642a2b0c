// A worker in a process of its own, for tests that kill it. Its settings come as JSON in TOCSIN_TEST_WORKER:
// { local: StandIns, temporal: { address, namespace }, holds: [{ workflow, activity, input?, when, marker }], journal? }.
// A hold stops an activity for good, before or after the real call, and leaves a marker file: then the test kills.
// `repeats` does each activity more than once: 'twice', or 'overlapping' as after a time-out of one that still runs.
// `cached`: workflows kept in memory. `remembersFor`: how long a task waits for it alone. `clockAheadMs`: by how much its clock is wrong.
// `dist`: the built files of another release. In the journal it notes, as long as it works, how many activities it did more than once, and what its clock says.
'use strict';
const { writeFileSync } = require('node:fs');
const path = require('node:path');

const options = JSON.parse(process.env.TOCSIN_TEST_WORKER);
if (options.clockAheadMs) shiftClock(options.clockAheadMs);
const { DefaultLogger, Runtime } = require('@temporalio/worker');

const dist = options.dist ?? path.join(__dirname, '..', '..', 'dist');
const { loadWorkerSettings } = require(path.join(dist, 'settings', 'worker.js'));
const { createTocsinWorker } = require(path.join(dist, 'worker', 'create-worker.js'));

async function main() {
  const { local, temporal, holds, does, repeats, cached, remembersFor } = options;
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  const worker = await createTocsinWorker({
    settings: loadWorkerSettings(process.env, local),
    temporal,
    tuning: {
      interceptors: { activity: [(context) => ({ inbound: holdingBack(context.info, holds, repeats) })] },
      ...(cached !== undefined && { maxCachedWorkflows: cached }),
      ...(remembersFor && { stickyQueueScheduleToStartTimeout: remembersFor }),
      ...(does === 'workflows' && { activities: undefined }),
      ...(does === 'activities' && { workflowBundle: undefined }),
    },
  });
  const running = worker.run();
  process.on('SIGTERM', () => worker.shutdown());
  process.stdout.write('worker ready\n');
  await running;
}

let repeated = 0;
let toNote = false;
// Not at each activity: that costs more than many of them.
if (options.journal) setInterval(note, 100).unref();
function note() {
  if (!toNote) return;
  toNote = false;
  writeFileSync(options.journal, JSON.stringify({ repeated, now: Date.now() }));
}

function holdingBack({ activityType, workflowExecution }, holds, repeats) {
  return {
    async execute(input, next) {
      const hold = holds.find(
        (each) =>
          each.activity === activityType &&
          (workflowExecution.workflowId === each.workflow ||
            workflowExecution.workflowId.startsWith(`${each.workflow}/`)) &&
          (!each.input || JSON.stringify(input.args).includes(each.input)),
      );
      if (hold?.when === 'before') await forEver(hold);
      if (repeats) repeated++;
      toNote = true;
      if (repeats === 'overlapping') await allDone([next(input), next(input)]);
      else if (repeats === 'twice') await next(input);
      const result = await next(input);
      if (hold?.when === 'after') await forEver(hold);
      return result;
    },
  };
}

/** The clock of the machine, as all of the worker's own code reads it, is wrong by so much. */
function shiftClock(aheadMs) {
  const real = Date;
  globalThis.Date = class extends real {
    constructor(...args) {
      if (args.length === 0) super(real.now() + aheadMs);
      else super(...args);
    }
    static now() {
      return real.now() + aheadMs;
    }
  };
}

/** Waits for all, also where one fails: then throws what that one threw. */
async function allDone(promises) {
  await Promise.allSettled(promises);
  await Promise.all(promises);
}

function forEver({ marker }) {
  writeFileSync(marker, '');
  return new Promise(() => {});
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
