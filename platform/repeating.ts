/** Work that is repeated while a process runs: one piece after the other, however long each takes. */
export interface Repeating {
  start(): void;
  /** Resolves when the last piece is done. */
  stop(): Promise<void>;
}

/** @param work must not reject. It keeps no process alive. */
export function repeating(everyMs: number, work: () => Promise<void>): Repeating {
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  return {
    start() {
      timer = setInterval(() => {
        working = working.then(work);
      }, everyMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await working;
    },
  };
}
