/** Entry of the stand-alone verifier: tools/bundle-verifier.js makes one file of it. */
import { isMainThread } from 'node:worker_threads';
import { runVerifier } from './cli';
import { serveSegments } from './verify-segment';

if (isMainThread) {
  void runVerifier(process.argv.slice(2), __filename).then((code) => {
    process.exitCode = code;
  });
} else serveSegments();
