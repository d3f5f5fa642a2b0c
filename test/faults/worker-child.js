// A worker in a process of its own, for tests that kill it. Its settings come as JSON in TOCSIN_TEST_WORKER:
// { local: StandIns, temporal: { address, namespace }, holds: [{ workflow, activity, input?, when, marker }] }.
// A hold stops an activity for good, before or after the real call, and leaves a marker file: then the test kills.
// `repeats` does each activity more than once: 'twice', or 'overlapping' as after a time-out of one that still runs.
'use strict';
const { writeFileSync } = require('node:fs');
const path = require('node:path');
const { DefaultLogger, Runtime } = require('@temporalio/worker');

const dist = path.join(__dirname, '..', '..', 'dist');
const { loadWorkerSettings } = require(path.join(dist, 'settings', 'worker.js'));
const { createTocsinWorker } = require(path.join(dist, 'worker', 'create-worker.js'));

async function main() {
  const { local, temporal, holds, does, repeats } = JSON.parse(process.env.TOCSIN_TEST_WORKER);
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  const worker = await createTocsinWorker({
    settings: loadWorkerSettings(process.env, local),
    temporal,
    tuning: {
      interceptors: { activity: [(context) => ({ inbound: holdingBack(context.info, holds, repeats) })] },
      ...(does === 'workflows' && { activities: undefined }),
      ...(does === 'activities' && { workflowBundle: undefined }),
    },
  });
  const running = worker.run();
  process.on('SIGTERM', () => worker.shutdown());
  process.stdout.write('worker ready\n');
  await running;
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
      if (repeats === 'overlapping') await allDone([next(input), next(input)]);
      else if (repeats === 'twice') await next(input);
      const result = await next(input);
      if (hold?.when === 'after') await forEver(hold);
      return result;
    },
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
