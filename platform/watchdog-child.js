// Stops the processes of a parent that is gone. Reads one JSON message a line on standard input, which the parent
// keeps open for its whole life: the end of the input is the parent's end. See watchdog.ts. Plain JavaScript, as it
// runs by itself, from a checkout and from an installed package alike.
'use strict';
const { readFileSync } = require('node:fs');
const { createInterface } = require('node:readline');

const guarded = new Map();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { add, remove } = JSON.parse(line);
    if (add) guarded.set(add.target, add);
    else guarded.delete(remove);
  })
  .on('close', () => {
    for (const { target, signal, graceMs } of guarded.values()) {
      const pid = typeof target === 'number' ? target : readPid(target);
      if (pid && send(pid, signal)) killAfter(pid, Date.now() + graceMs);
    }
  });

// Looks again and again, so that an id given to another process meanwhile is not killed in the end.
function killAfter(pid, deadline) {
  if (!send(pid, 0)) return;
  if (Date.now() >= deadline) send(pid, 'SIGKILL');
  else setTimeout(() => killAfter(pid, deadline), 100);
}

function readPid(file) {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10);
  } catch {
    return undefined; // the child never started
  }
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
