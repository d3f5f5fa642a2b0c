// A headless Chromium over its debugging pipe: one page, messages of the Chrome DevTools Protocol, nothing installed for it.
// https://chromedevtools.github.io/devtools-protocol/
'use strict';
const { spawn } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** Starts the browser. `send(method, params)` asks the page; `close()` ends the browser and removes its profile. */
async function openPage(executable) {
  const profile = mkdtempSync(path.join(os.tmpdir(), 'tocsin-look-'));
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
  ];
  const child = spawn(executable, [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const [, , , input, output] = child.stdio;
  const waiting = new Map();
  const failed = new Promise((_, reject) => child.once('error', reject));
  let rest = '';
  let last = 0;
  output.setEncoding('utf8');
  output.on('data', (chunk) => {
    const messages = (rest + chunk).split('\0');
    rest = messages.pop();
    for (const { id, result, error } of messages.map((text) => JSON.parse(text))) {
      if (error) waiting.get(id)?.reject(new Error(error.message));
      else waiting.get(id)?.resolve(result);
      waiting.delete(id);
    }
  });
  const ask = (method, params = {}, sessionId = undefined) => {
    const id = ++last;
    const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return Promise.race([answer, failed]);
  };
  const { targetId } = await ask('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await ask('Target.attachToTarget', { targetId, flatten: true });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    send: (method, params) => ask(method, params, sessionId),
    async close() {
      child.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

module.exports = { openPage };
