/** Work that is repeated while a process runs: one piece after the other, however long each takes. */
export interface Repeating {
  start(): void;
  /** Resolves when the piece under way is done. */
  stop(): Promise<void>;
}

/** @param work must not reject. It keeps no process alive. Where a piece takes longer than `everyMs`, none waits behind it. */
export function repeating(everyMs: number, work: () => Promise<void>): Repeating {
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  return {
    start() {
      timer = setInterval(() => {
        working ??= work().finally(() => {
          working = undefined;
        });
      }, everyMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await working;
    },
  };
}
