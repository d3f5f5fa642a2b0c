/** The queue of the steps that only the worker with this spool can do. */
export function spoolQueue(taskQueue: string, spool: string): string {
  return `${taskQueue}/spool-${spool}`;
}
