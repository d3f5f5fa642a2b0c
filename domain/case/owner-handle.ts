/**
 * What is shown of an owner where nothing is sealed: Temporal's search attributes stay in clear whatever keys are set
 * (https://docs.temporal.io/search-attribute), so an address is cut to what stands before the `@`.
 */
export function ownerHandle(owner: string): string {
  return owner.replace(/(?<=.)@.*$/s, '').slice(0, 120);
}
