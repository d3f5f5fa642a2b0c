import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of the heap that are still in use: garbage that waits for its collection says nothing. */
export function heapInUse(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
