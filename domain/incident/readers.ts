/**
 * Who reads a notice, and what none of those outside reads: addresses, credentials, systems and the ids of measures
 * (policy/disclosure.yaml withholds the same from a customer's export of the register).
 */
import type { ContentField, ObligationRule } from '../policy/rule';
import type { IncidentState } from './state';

/** `person`: somebody whose data it is, directly or through a public communication. `public`: readers of the status page. */
export type Reader = 'authority' | 'customer' | 'person' | 'public';

export function readerOf({ recipient, template }: Pick<ObligationRule, 'recipient' | 'template'>): Reader {
  switch (recipient.to) {
    case 'workspace-owners':
      return 'customer';
    case 'individuals':
      return 'person';
    case 'public':
      return template?.startsWith('public-communication') ? 'person' : 'public';
    case 'status-subscribers':
      return 'public';
    default:
      return 'authority';
  }
}

/** The channel of a public communication in the evidence: a page of its own. */
export const PUBLIC_NOTICE = 'public-notice';

/** A communication to everybody in place of notices to each person (GDPR Art. 34(3)(c); SOR/2018-64 s. 5). */
export function isPublicCommunication(rule: Pick<ObligationRule, 'recipient' | 'template'>): boolean {
  return rule.recipient.to === 'public' && readerOf(rule) === 'person';
}

/** What templates may name of an incident, as `incident.status`. */
export type OfIncident = 'id' | 'title' | 'severity' | 'status' | 'detectedAt' | 'dueAt';

/** The status is told in updates of it alone, and people read no more of the detection than the fields of their notice say. */
const NAMED: Record<Reader, readonly OfIncident[]> = {
  person: ['id'],
  customer: ['id', 'detectedAt'],
  public: ['id', 'detectedAt', 'status'],
  authority: ['id', 'detectedAt', 'title', 'severity', 'dueAt'],
};

/** What is told of how it stands, and of what a review found, names the same to whichever readers. */
const NAMED_WITH: Partial<Record<ContentField, readonly OfIncident[]>> = {
  'service-status': ['detectedAt', 'status'],
  'review-summary': ['detectedAt'],
};

/** What of the incident a text may say beside its fields: whatever of it changes makes a draft out of date. */
export function saysOfIncident(rule: Pick<ObligationRule, 'recipient' | 'template' | 'contents'>): OfIncident[] {
  const more = rule.contents.flatMap(({ field }) => NAMED_WITH[field] ?? []);
  return [...new Set([...NAMED[readerOf(rule)], ...more])];
}

/** What must not stand in a text for readers outside. */
export function internalNames({ declaration, containment }: IncidentState): string[] {
  const steps = Object.values(containment);
  const names = [
    ...declaration.maliciousSources,
    ...declaration.credentials.flatMap(({ provider, ref }) => [`${provider}/${ref}`, ref]),
    ...declaration.systems,
    ...steps.flatMap(({ id, measure }) => {
      if (measure.action === 'block-source') return [id, measure.source];
      if (measure.action === 'isolate-system') return [id, measure.system];
      return [id, `${measure.credential.provider}/${measure.credential.ref}`, measure.credential.ref];
    }),
  ];
  // A plain word such as "api" or "deploy" may stand in any sentence; a name with a sign or a digit in it does not.
  return [...new Set(names.filter((name) => /[^A-Za-z]/.test(name)))];
}

const IPV4 = /\b(?:\d{1,3}\.){3}\d{1,3}\b/;
const IPV6 = /\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}\b/i;

/** Whether a text may be read outside: it holds no address and no internal name. */
export function mayBeReadOutside(text: string, state: IncidentState): boolean {
  if (IPV4.test(text) || IPV6.test(text)) return false;
  const lower = text.toLowerCase();
  return internalNames(state).every((name) => !lower.includes(name.toLowerCase()));
}
