/** `1 entry`, `3 entries`: a number with its noun. */
export function plural(n: number, one: string, several = `${one}s`): string {
  return `${n} ${n === 1 ? one : several}`;
}
