/** The option of every decision that the reporter is told of. */

/** `--answered`: Tocsin does not write to the reporter. */
export const ANSWERED = ['--answered', 'you have already written to the reporter, so Tocsin will not'] as const;
