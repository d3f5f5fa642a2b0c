/** What the list of the Web UI is asked for: cases that are open, without what Tocsin does for itself every few minutes. */
export const OPEN_CASES = 'ExecutionStatus="Running" AND TocsinStatus IS NOT NULL';
