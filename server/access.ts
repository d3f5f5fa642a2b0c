/**
 * Who may do what: the one table. A route that has no row here cannot be added to the server, and the tests make every
 * combination of row and token from it.
 */
import { ROLES, type Role } from './roles';

/** The rule of a route: anybody, or whoever has one of these roles. */
export type Rule = 'anybody' | readonly Role[];

/** Each route as `METHOD path`, with who may use it. */
export const ACCESS: Readonly<Record<string, Rule>> = {
  'GET /healthz': 'anybody',
  'GET /readyz': 'anybody',
  'GET /v1/me': ROLES,
};

/** The rule of a route; `undefined`: there is none, and nobody may. */
export function ruleOf(method: string, path: string | undefined): Rule | undefined {
  const key = `${method} ${path}`;
  return Object.hasOwn(ACCESS, key) ? ACCESS[key] : undefined;
}

/** Whether somebody with these roles may, by a rule. */
export function allows(rule: Rule, roles: readonly Role[]): boolean {
  return rule === 'anybody' || roles.some((role) => rule.includes(role));
}
