/** The problem of an event that was taken without some of its values, as it is kept: told from that of one that was refused. */
const LEFT_OUT = 'left out: ';

export function asLeftOut(problem: string): string {
  return `${LEFT_OUT}${problem}`;
}

export function isLeftOut(problem: string): boolean {
  return problem.startsWith(LEFT_OUT);
}
