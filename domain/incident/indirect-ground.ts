/**
 * Why a public communication stands in place of notices to each person, where its law has several grounds for that (SOR/2018-64
 * s. 5(1): further harm to the person, undue hardship for the organisation, no contact information): its text says which.
 */
import { factsIn } from '../policy/conditions';
import type { Content, ObligationRule } from '../policy/rule';
import type { IncidentState } from './state';

/** What is added to the contents of such a communication: the ground by its id, for its template. */
export const GROUND: Content = { field: 'ground', title: 'Ground', citation: '', optional: true, form: false };

/** The ground on which the direct notice was waived, of those that the rule names; nothing where it names only one. */
export function indirectGround({ appliesWhen }: ObligationRule, { obligations }: IncidentState): string | undefined {
  const named = factsIn(appliesWhen).flatMap((fact) => ('waived' in fact ? [fact.waived] : []));
  if (named.length < 2) return undefined;
  return Object.values(obligations).flatMap((o) =>
    named.flatMap(({ obligation, ground }) => (o.rule === obligation && o.decision?.ground === ground ? [ground] : [])),
  )[0];
}
