/** What the fields of forms are called, and what goes into each, in the words of whoever fills them in. */
import { words } from './words';

export interface FieldWords {
  label: string;
  hint?: string;
  /** What is typed where there is nothing to choose from. */
  like?: string;
}

export const WHEN_HINT = 'UTC, like 2026-04-01 02:00; or a date alone, or “about 2026-04-01T02:00Z”';
const INSTANT_HINT = 'UTC, like 2026-04-01 02:00.';
const REASON = 'It goes into the register.';
const ANSWERED = 'Yes, if you have written to the reporter yourself: Tocsin then sends no mail about it.';

/** By the name of the field; by kind or message and field, where the same name stands for something else. */
const FIELDS: Record<string, FieldWords> = {
  affects: {
    label: 'What is affected',
    hint: 'Confidentiality: somebody may have seen it. Integrity: it was changed. Availability: it is gone or out of reach.',
  },
  alarms: { label: 'Which alarms', hint: 'Their numbers, like 12, 15. Left empty: all of them.' },
  all: {
    label: 'All proposals alike',
    hint: 'Yes decides every proposal that rests on the same facts, with one reason.',
  },
  answered: { label: 'The reporter was answered', hint: ANSWERED },
  as: { label: 'How the reporter is credited', hint: 'As the reporter asked for.' },
  assessment: {
    label: 'The facts as a whole',
    hint: 'Usually left empty: the incident’s own Assess page asks for each. This field alone takes JSON, like {"personalData": "possible"}.',
  },
  at: { label: 'When', hint: WHEN_HINT },
  atUnknown: {
    label: 'The time is not known',
    hint: 'With “contained”: nobody knows since when, but no later than now.',
  },
  attachments: {
    label: 'What was submitted',
    hint: 'Tocsin records the name and the SHA-256 of each file, not the file.',
  },
  authority: {
    label: 'Authority',
    hint: 'Needed only for a report that was filed although none is owed.',
    like: 'Its key, like ie-dpc.',
  },
  awareAt: { label: 'When you became aware', hint: WHEN_HINT },
  awareBasis: {
    label: 'What made you aware',
    hint: 'The instant from which the authority’s clock counts rests on it.',
  },
  batch: {
    label: 'Which batch of mails',
    hint: 'How its key begins, 8 or more characters. Left empty: every batch that waits for this.',
  },
  body: { label: 'Text', hint: 'Markdown: a blank line begins a paragraph, “- ” an item of a list.' },
  caseNumber: { label: 'Case number of the authority', hint: 'If it gave one.' },
  category: {
    label: 'Kind of measure',
    hint: 'Containment stops it, mitigation limits the harm, remediation mends the cause, prevention keeps it from happening again.',
  },
  change: { label: 'Which instant', hint: 'The one that is to be confirmed.' },
  channel: { label: 'How they were told', hint: 'The channel that was used.' },
  configured: {
    label: 'The configured sender again',
    hint: 'In place of another sender.',
  },
  controls: { label: 'What will keep it from happening again', hint: 'One measure on each line.' },
  country: { label: 'Country', hint: 'Two letters, like FR.' },
  credentials: {
    label: 'Credentials to rotate',
    hint: 'One on each line, as provider/reference and never the secret itself, like postgres-role/deploy or cloudflare-token/ci.',
  },
  currentPolicy: {
    label: 'Use the policy of today',
    hint: 'Only where it was declared under another one: yes goes on under the policy as it is now.',
  },
  decline: { label: 'Decline the change', hint: 'Yes leaves the instant as it was.' },
  delayReasons: {
    label: 'Reasons for the delay',
    hint: 'Needed where it goes out after its deadline; they are sent with it.',
  },
  despite: {
    label: 'Contained despite steps not done',
    hint: 'Why it is contained although requested steps were not carried out.',
  },
  detectedAt: { label: 'When it was detected', hint: `${WHEN_HINT}. Left empty: now.` },
  draft: { label: 'Version of the text', hint: 'Filled in by the page of the notice.' },
  evidence: { label: 'A file that shows it', hint: 'Tocsin records its SHA-256, not the file.' },
  field: {
    label: 'Question of the form',
    hint: 'The one that cannot be answered, whatever is looked into.',
    like: 'Its title, or its key, like records-count.',
  },
  from: {
    label: 'Sender of the notices',
    hint: 'Like “Security <security@other.example>”. For the usual one, tick “The configured sender again” instead.',
  },
  ground: {
    label: 'Ground in the law',
    hint: 'Needed where the law allows this only on certain grounds; otherwise leave it empty.',
    like: 'Its key, like law-enforcement.',
  },
  howItOccurred: {
    label: 'How it happened',
    hint: 'What is known of the cause. It goes into the register and reports to authorities.',
  },
  incident: {
    label: 'Incident to link',
    hint: 'An open one, like INC-20260401-9f3a. Left empty: a new incident is declared.',
  },
  incompleteBecause: {
    label: 'Why it goes out incomplete',
    hint: 'Needed where what its law requires is missing from the text.',
  },
  into: { label: 'Incident to merge into', hint: 'The id of an open incident, like INC-20260401-9f3a.' },
  isolate: {
    label: 'Systems to isolate now',
    hint: 'One on each line, by the names that your isolation webhook knows.',
  },
  kind: {
    label: 'What kind of incident',
    hint: 'Like credential-leak, phishing, ransomware, lost-device, misdirected-mail or ddos.',
  },
  language: { label: 'Language', hint: 'Two letters, like fr or de.' },
  languages: { label: 'In which languages', hint: 'One on each line, like fr or de.' },
  maliciousSources: {
    label: 'Sources to block now',
    hint: 'One on each line: an IP address, a range like 203.0.113.0/24, asn:64500 or country:XX.',
  },
  measure: { label: 'Measure', hint: 'One of: block 203.0.113.7; rotate postgres-role/deploy; isolate build-server.' },
  note: { label: 'Note', hint: 'A sentence for the record.' },
  obligation: { label: 'Which duty', hint: 'One of this incident’s duties.', like: 'Its id, like enterprise-notice.' },
  of: { label: 'The earlier report', hint: 'Its id, like VR-20260401-9f3a5c1e.' },
  on: { label: 'Agreed day of publication', hint: 'Like 2026-06-01. You are reminded 7 days before and on the day.' },
  organisations: {
    label: 'Organisations that were told',
    hint: 'One on each line, of those that may reduce the harm.',
  },
  owner: { label: 'Owner', hint: 'Whoever leads the response: a handle or a work address.' },
  partly: {
    label: 'Only in part',
    hint: 'With “contained”: the clock of the containment keeps running. Say in the note what is left.',
  },
  partsAwareAt: { label: 'When you became aware of what was found later', hint: WHEN_HINT },
  people: {
    label: 'People who were told',
    hint: 'One group on each line: data set, country, how many, like account-data FR 120.',
  },
  personalData: {
    label: 'Is personal data affected?',
    hint: 'Most duties depend on this answer. “Possible” starts their clocks too.',
  },
  planned: { label: 'It is planned, not done yet', hint: 'Record it again without this when it is done.' },
  publicSummary: {
    label: 'Summary for the status page',
    hint: 'What customers read there. It must name nobody and no secret.',
  },
  reason: { label: 'Reason', hint: REASON },
  reference: {
    label: 'Reference of the authority',
    hint: 'What it gave on submission. Only with a reference does its clock stop.',
  },
  relation: { label: 'This incident was', hint: 'How it relates to the other one.' },
  replyTo: { label: 'Where answers go', hint: 'An address. Left empty: to the sender.' },
  rest: { label: 'Everybody who is still untold', hint: 'Counts as all who are left, so that no list is needed.' },
  rootCause: { label: 'Root cause', hint: 'What made it possible, not only what set it off.' },
  round: { label: 'In which round', hint: 'Where it was done more than once: 1 is the first.' },
  serviceAffectedFrom: { label: 'Since when customers notice it', hint: INSTANT_HINT },
  serviceAffecting: {
    label: 'Do customers notice it in the service?',
    hint: 'With yes, status updates are owed within hours.',
  },
  severity: { label: 'Severity', hint: 'From sev1, the worst, to sev4. It can be corrected later.' },
  shareSummary: { label: 'Send customers the summary', hint: 'Yes sends the affected customers the summary below.' },
  status: {
    label: 'Status',
    hint: '“Contained” stops the clock of the containment; “resolved” starts that of the review.',
  },
  subject: { label: 'Subject', hint: 'Of the mail.' },
  submittedAt: { label: 'When it was submitted', hint: `${WHEN_HINT}. Left empty: now.` },
  summary: { label: 'Summary for customers', hint: 'What happened and what was done about it, in plain words.' },
  systems: { label: 'Systems concerned', hint: 'One on each line.' },
  text: { label: 'What was done', hint: 'One or more sentences; they go into the register.' },
  texts: {
    label: 'Translations',
    hint: 'Each text as it stands in the facts, a line with =, and its translation below; a line with --- between two of them.',
  },
  title: { label: 'Title', hint: 'A few words that say what happened. Customers may read them.' },
  to: { label: 'The other incident', hint: 'Its id, like INC-20260401-9f3a; it may be closed.' },
  undo: { label: 'Measure to undo', hint: 'One that was carried out, or waits for a second person.' },
  until: { label: 'Until when', hint: INSTANT_HINT },
  url: { label: 'Address of the advisory', hint: 'Like https://example.com/advisories/1.' },
  version: { label: 'Version with the fix', hint: 'The first one that contains it.' },
  workspaces: { label: 'Customers who were told', hint: 'Ids of the directory, one on each line.' },
  'declare.publicSummary': {
    label: 'Summary for the status page',
    hint: 'What customers read there at the first update. It must name nobody and no secret.',
  },
  'acted-at.at': { label: 'When it was really done', hint: WHEN_HINT },
  'acknowledge-report.at': { label: 'When the report was read', hint: `${INSTANT_HINT} Left empty: now.` },
  'confirm.at': { label: 'The instant that is confirmed', hint: WHEN_HINT },
  'follow-up.at': { label: 'When it was', hint: `${INSTANT_HINT} Left empty: now.` },
  'follow-up.text': { label: 'What followed', hint: 'What happened after it was closed; it goes into the register.' },
  'leave-untold.people': {
    label: 'People who are left untold',
    hint: 'One group on each line: data set and country, and how many if you know, like account-data FR 120.',
  },
  'leave-untold.rest': { label: 'Everybody who is still untold', hint: 'Leaves all of them untold.' },
  'leave-untold.workspaces': {
    label: 'Customers who are left untold',
    hint: 'Ids of the directory, one on each line.',
  },
  'measure.at': { label: 'When it was done', hint: `${INSTANT_HINT} Left empty: now.` },
  'correct.detectedAt': { label: 'When it was detected', hint: `${WHEN_HINT}. Left empty: as it stands.` },
  'decide-authority.authority': {
    label: 'Authority',
    hint: 'The one that is competent for this report.',
    like: 'Its key, like ie-dpc.',
  },
  'hold.until': {
    label: 'Held until',
    hint: `${INSTANT_HINT} It is released automatically then. Left empty: until somebody releases it.`,
  },
  'patch.until': { label: 'Waived until', hint: `${INSTANT_HINT} The task opens again then.` },
  'report.title': { label: 'Title', hint: 'A few words that do not quote the report. Left empty: its number.' },
  'report.detectedAt': { label: 'When it was detected', hint: `${INSTANT_HINT} Left empty: now.` },
  'settle.accepted': {
    label: 'Did it go out?',
    hint: 'For mails, as the mail provider’s own log says. Yes counts those mails as sent; no sends them again. For a status update: yes, once you have published it by hand.',
  },
  'settle.url': { label: 'Where it stands', hint: 'Of a status update that you published by hand.' },
  'settle.at': { label: 'When it was accepted', hint: `${INSTANT_HINT} Only with yes.` },
  'status.at': { label: 'Since when', hint: `${WHEN_HINT}. Left empty: now.` },
  'unmerge.from': {
    label: 'Incident to take it out of',
    hint: 'Like INC-20260401-9f3a. Left empty: the one that it was merged into.',
  },
  'told.at': { label: 'When they were told', hint: `${WHEN_HINT}. Left empty: now.` },
};

/** Options that read badly as they are written. */
const OPTIONS: Record<string, string> = {
  sev1: 'sev1, critical',
  sev2: 'sev2, high',
  sev3: 'sev3, medium',
  sev4: 'sev4, low',
  'first-signal': 'The first signal of it',
  'processor-told': 'A processor told us',
  'reasonable-certainty': 'Reasonable certainty after looking into it',
  confirmed: 'It was confirmed',
  'set-by-regulator': 'The authority set the instant',
  'caused-by': 'Caused by the other one',
  'cause-of': 'The cause of the other one',
  'same-cause': 'Of the same cause as the other one',
  'second-stage-of': 'The second stage of the other one',
  'first-stage-of': 'The first stage of the other one',
};

/** What a field is called. `of`: the message that has it, and its kind of case, the closest first. */
export function fieldWords(name: string, of: readonly string[] = []): FieldWords {
  const own = of.map((each) => `${each}.${name}`).find((key) => Object.hasOwn(FIELDS, key));
  return FIELDS[own ?? name] ?? { label: words(name) };
}

export function optionWords(value: string): string {
  return OPTIONS[value] ?? words(value);
}
