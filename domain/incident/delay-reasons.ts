/** Why a duty was fulfilled late, where its law asks for the reasons. */
import { ask, tocsin } from '../kernel/command-lines';
import type { ObligationRule } from '../policy/rule';
import type { NewEvent } from './events';
import type { Obligation } from './state';

/** The command that gives the reasons; of a report that was filed, with the reference that is known. */
export function reasonsLine(id: string, o: Obligation, rule: ObligationRule): string {
  const given = { id, obligation: o.id, 'delay-reasons': ask('reason') };
  if (rule.dispatch !== 'filing') return tocsin('approve', given);
  return tocsin('filed', { ...given, reference: o.evidence?.reference ?? ask('reference') });
}

export function delayReasons(o: Obligation, reasons: string | undefined): NewEvent[] {
  if (!reasons || reasons === o.delayReasons) return [];
  return [{ kind: 'delay-reasons-recorded', data: { obligation: o.id, reasons } }];
}
