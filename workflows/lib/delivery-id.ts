/** The workflow of one round of one notice, and what it hears. */

export function deliveryId(of: { incidentId: string; obligation: string; round: number }): string {
  return `${of.incidentId}/${of.obligation}/${of.round}`;
}

/** Signal to a delivery: a person settled what waited for one. */
export const SETTLED = 'settled';

/** Signal to a delivery: a person stopped it. */
export const STOP = 'stop';
