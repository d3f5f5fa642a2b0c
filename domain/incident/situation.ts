/** Whether a device was lost or stolen, or something went to the wrong recipient: as declared, or as assessed since. */
import type { Assessment } from './assessment';
import type { Situation } from './say/phrasebook';
import type { IncidentState } from './state';

const DECLARED: Record<string, Situation> = { 'lost-device': 'device', 'misdirected-mail': 'recipient' };
const ASSESSED: Record<string, Situation> = {
  'device-lost-or-stolen': 'device',
  'shown-to-wrong-recipient': 'recipient',
  'sent-to-wrong-recipient': 'recipient',
  'open-distribution-list': 'recipient',
};

/** The situation; what is assessed wins over what was declared first. */
export function situationOf(
  { declaration }: Pick<IncidentState, 'declaration'>,
  facts: Assessment | undefined,
): Situation | undefined {
  const assessed = (facts?.nature?.kinds ?? []).map((kind) => ASSESSED[kind]).find(Boolean);
  return assessed ?? DECLARED[declaration.kind];
}
