/** How far long work is, on standard error, now and then. */
import type { Output } from './output';

/** Work that takes longer than this tells how far it is. */
const PROGRESS_EVERY_MS = 2_000;

/** A callback that tells `done of total`, at most every two seconds. */
export function progressOf(err: Output, what: string): (done: number, total: number) => void {
  let toldAt = Date.now();
  return (done, total) => {
    const now = Date.now();
    if (now - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = now;
    err.line(`${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${what} …`);
  };
}
