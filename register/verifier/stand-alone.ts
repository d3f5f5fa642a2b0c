/** Entry of the stand-alone verifier: tools/bundle-verifier.js makes one file of it. */
import { runVerifier } from './cli';

void runVerifier(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
