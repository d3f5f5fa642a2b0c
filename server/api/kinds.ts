/** Where each kind of case stands in the API. */
import { KINDS, type Kind, type KindName } from '../../client/kinds';
import { MESSAGE_ROLES } from '../roles-of-messages';

/** The collection of each kind, as in `/v1/incidents`. */
export const COLLECTIONS = {
  incident: 'incidents',
  triage: 'triage-cases',
  report: 'vulnerability-reports',
  patch: 'patch-tasks',
} as const satisfies Record<KindName, string>;

export const KIND_NAMES = Object.keys(COLLECTIONS) as KindName[];

/** The messages of a kind that have a route, by name: those that anybody may send. */
export function messagesOf(kind: KindName): string[] {
  const roles: Record<string, readonly unknown[]> = MESSAGE_ROLES[kind];
  return Object.keys((KINDS[kind] as Kind).messages).filter((name) => (roles[name] ?? []).length > 0);
}

/** What a kind can be asked, beside how it stands. */
export const VIEWS: Readonly<Record<KindName, readonly ('timeline' | 'explain')[]>> = {
  incident: ['timeline', 'explain'],
  triage: ['timeline'],
  report: ['timeline'],
  patch: ['timeline'],
};
