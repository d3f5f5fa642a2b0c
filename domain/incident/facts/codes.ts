/**
 * The answers that authorities' forms offer, as stable codes. They follow the EDPB's common template for notifications of a
 * personal data breach (v1.0, adopted on 8 June 2026 as a draft, consultation ended on 5 August 2026: not final). The list of
 * its fields and options was read from the machine-readable edition of Nicola Franchetto and Martim Taborda Barata
 * (edpb-breach-notification-assistant; texts CC BY 4.0, code Apache-2.0), worded and coded anew here; see NOTICE.
 *
 * Numbers in docstrings are the template's field numbers. An answer that is left out is "to be determined".
 */
import { z } from 'zod';

/** The edition that these codes follow; a form that is filled from them names it. */
export const FACTS_EDITION = 'edpb-template/1.0-draft';

/** Field 23: the function of the person who reports. */
export const ReporterFunctionSchema = z.enum(['dpo', 'legal-representative', 'other']);

/** Field 39: what another party is to the breach. */
export const PartyRoleSchema = z.enum(['processor', 'sub-processor', 'joint-controller', 'controller', 'other']);

/** Field 50: how the breach was discovered. */
export const DiscoverySchema = z.enum(['controller', 'processor', 'data-subject', 'external-party', 'press', 'other']);

/** Field 56: whether data left. `no-evidence`: nobody found a trace, and nobody can rule it out. `no`: there is evidence. */
export const ExfiltratedSchema = z.enum(['yes', 'likely', 'no-evidence', 'no']);

/** Field 57: whether the data stayed unintelligible. `may-be-subverted`: protected, but probably not for ever. */
export const IntactSchema = z.enum(['yes', 'may-be-subverted', 'no', 'not-assessable']);

/** Field 58: data that was altered, and what came of it. */
export const AlterationSchema = z.enum(['no-wrong-use', 'wrong-use-reversible', 'wrong-use-irreversible']);

/** Field 59: data that was lost, as the people concerned see it. */
export const LossSchema = z.enum(['temporary', 'permanent', 'not-determined']);

/** Field 60: what kind of incident it was. */
export const IncidentNatureSchema = z.enum([
  'abuse-of-privileges',
  'ransomware',
  'hacking-or-malware',
  'phishing',
  'vulnerability-exploited',
  'unauthorised-access',
  'exfiltration',
  'wrong-persons-data-shown',
  'device-lost-or-stolen',
  'e-waste',
  'paper-disposal',
  'mail-lost-or-opened',
  'misconfiguration',
  'wrong-permissions',
  'paper-lost-or-stolen',
  'data-deleted',
  'shown-to-wrong-recipient',
  'sent-to-wrong-recipient',
  'open-distribution-list',
  'technical-malfunction',
  'unauthorised-modification',
  'unintended-publication',
  'verbal-disclosure',
  'other',
]);

/** Field 61: where it came from, and whether somebody meant it. `unknown` is an answer: the cause cannot be found. */
export const CauseSchema = z.enum([
  'internal-non-malicious',
  'internal-malicious',
  'external-non-malicious',
  'external-malicious',
  'unknown',
]);

/** Field 65: whose data it is. `minors` and `vulnerable` weigh in the assessment of risk (EDPB Guidelines 9/2022). */
export const SubjectsSchema = z.enum([
  'customers',
  'employees',
  'military-or-police',
  'minors',
  'patients',
  'students',
  'subscribers',
  'users',
  'vulnerable',
  'other',
]);

/** Those of field 70 that are special categories (GDPR Art. 9) or criminal offences (Art. 10). */
export const SPECIAL_DATA = [
  'biometric',
  'criminal-offences',
  'political-opinions',
  'racial-or-ethnic-origin',
  'religious-or-philosophical-beliefs',
  'sex-life-or-orientation',
  'trade-union-membership',
  'genetic',
  'health',
  'employment-health',
] as const;

/** Field 70: types of data. */
export const DataTypeSchema = z.enum([
  'basic',
  'contact-details',
  ...SPECIAL_DATA,
  'economic-and-financial',
  'identification',
  'location',
  'official-documents',
  'payment-methods',
  'profile',
  'credentials',
  'other',
]);

/** Fields 75 and 94: measures, those in place before and those taken to prevent it from happening again. */
export const SafeguardSchema = z.enum([
  'anonymisation',
  'pseudonymisation',
  'backup-or-recovery-plan',
  'change-of-processes',
  'encryption',
  'policies',
  'training',
  'erasure',
  'incident-log',
  'levels-of-access',
  'logical-access-control',
  'periodic-audits',
  'physical-access-control',
  'up-to-date-systems',
  'other',
]);

/** Fields 79, 81 and 83: likely consequences, by what the breach affects. */
export const ConsequenceSchema = z.enum([
  'disclosed-beyond-purpose',
  'linkable-with-other-data',
  'used-unlawfully',
  'used-though-invalid',
  'altered-and-reused',
  'no-access-to-services',
  'service-disruption',
  'other',
]);

/** Field 85: what it may mean for the people. */
export const ImpactSchema = z.enum([
  'loss-of-control',
  'limitation-of-rights',
  'discrimination',
  'identity-theft',
  'fraud',
  'financial-loss',
  'reversal-of-pseudonymisation',
  'reputation',
  'professional-secrecy',
  'unauthorised-disclosure',
  'economic-or-social-disadvantage',
  'physical-or-mental-harm',
  'damage-to-property',
  'other',
]);

/** Field 87: how severe that would be. */
export const SeveritySchema = z.enum(['minor', 'moderate', 'severe']);

/** Fields 109 and 110: who else was told. */
export const BodySchema = z.enum(['police', 'supervisory-authority', 'csirt', 'other']);

/** Field 125: what an attachment is. */
export const AttachmentSchema = z.enum([
  'notice-to-people',
  'risk-assessment',
  'research-report',
  'ransom-note',
  'phishing-message',
  'notification-procedure',
  'deletion-policy',
  'message-to-wrong-recipients',
  'external-message',
  'other',
]);
