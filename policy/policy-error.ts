/** A policy file cannot be used. `problems` holds all of them, each as "field: what is wrong: what to do". */
export class PolicyError extends Error {
  readonly code = 'policy-invalid';

  constructor(
    what: string,
    readonly file: string,
    readonly problems: string[],
  ) {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    super(`the ${what} ${file} cannot be used, ${count}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'PolicyError';
  }
}
