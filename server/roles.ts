/** What somebody may be to the server. One person may have several roles. */
export const ROLES = ['owner', 'responder', 'counsel', 'dpo', 'auditor', 'service'] as const;

/**
 * `owner` leads incidents and may do all · `responder` works on them · `counsel` and `dpo` decide what is owed and told ·
 * `auditor` reads · `service` is tooling, which declares, records and contains.
 */
export type Role = (typeof ROLES)[number];

export function isRole(name: unknown): name is Role {
  return (ROLES as readonly unknown[]).includes(name);
}
