/** What a fact says to a question: yes, no, or not yet known, each with its reasons in words. */
export interface Finding {
  /** `undefined`: the facts needed are not known yet. */
  value: boolean | undefined;
  /** Why, as short sentences for `explain`, the register and the dossier. */
  because: string[];
}

export const yes = (why: string): Finding => ({ value: true, because: [why] });
export const no = (why: string): Finding => ({ value: false, because: [why] });
export const undecided = (why: string): Finding => ({ value: undefined, because: [why] });

/** Yes when each is yes, no as soon as one is no, else undecided; with the reasons of those that decide. */
export function allOf(findings: Finding[]): Finding {
  const { value, by } = combine(findings, false);
  return { value, because: by.flatMap(({ because }) => because) };
}

/** Yes as soon as one is yes, no when each is no, else undecided; with the reasons of those that decide. */
export function anyOf(findings: Finding[]): Finding {
  const { value, by } = combine(findings, true);
  return { value, because: by.flatMap(({ because }) => because) };
}

/** What findings come to when one with the `decisive` value settles it, and which of them it is `by`. */
export function combine<F extends Finding>(findings: F[], decisive: boolean): { value: boolean | undefined; by: F[] } {
  const first = findings.find(({ value }) => value === decisive);
  if (first) return { value: decisive, by: [first] };
  const open = findings.filter(({ value }) => value === undefined);
  return open.length > 0 ? { value: undefined, by: open } : { value: !decisive, by: findings };
}
