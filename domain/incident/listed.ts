/** What there is, for whoever must choose from it: `a, b`, or `none`. */
export function listed(items: readonly string[]): string {
  return items.length > 0 ? items.join(', ') : 'none';
}
