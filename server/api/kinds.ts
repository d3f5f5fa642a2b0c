/** Where each kind of case stands in the API. */
import { COLLECTIONS, KINDS, type Kind, type KindName } from '../../client/kinds';
import { MESSAGE_ROLES } from '../roles-of-messages';

export { COLLECTIONS };

export const KIND_NAMES = Object.keys(COLLECTIONS) as KindName[];

/** The messages of a kind that have a route, by name: those that anybody may send. */
export function messagesOf(kind: KindName): string[] {
  const roles: Record<string, readonly unknown[]> = MESSAGE_ROLES[kind];
  return Object.keys((KINDS[kind] as Kind).messages).filter((name) => (roles[name] ?? []).length > 0);
}

/** What a kind can be asked beside its state. `standing`: whether its workflow runs, which needs no worker to be told. */
export const VIEWS: Readonly<Record<KindName, readonly ('timeline' | 'explain' | 'standing')[]>> = {
  incident: ['timeline', 'explain', 'standing'],
  triage: ['timeline', 'standing'],
  report: ['timeline', 'standing'],
  patch: ['timeline', 'standing'],
};
