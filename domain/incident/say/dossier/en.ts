import type { DossierWords } from './words';

export const DOSSIER_EN: DossierWords = {
  incident: 'incident',
  firstReport: 'first report',
  supplement: (number, reference) =>
    `supplement ${number}${reference ? ` to the report filed under ${reference}` : ' to the first report'}`,
  asOf: (at) => `as of ${at}`,
  whereToFile: 'Where to file',
  whatToFile: 'What to file',
  ready: (all) => `Ready: all ${all} required fields are established.`,
  notComplete: (open, all, byLaw) =>
    `Not complete: ${open} of ${all} required fields are not yet established, ${byLaw} of them required by law. Do not hold the first report back for them: file it as incomplete; they follow in a supplement.`,
  overdue: 'This report is overdue.',
  wasDueOn: (at) => `It was due on ${at}.`,
  fileAtOnce: 'File it at once.',
  giveReasons: 'The reasons for the delay are owed: give them with the report.',
  giveReasonsIfLate:
    'Whether the first report was in time depends on the hour at which it was filed: give the reasons for the delay, in case it was late.',
  reasonsBelow: 'The reasons for the delay stand below.',
  states: {
    'not yet established': 'not yet established',
    owed: 'owed: the report is late',
    'owed if late': 'owed if it was late: that depends on the hour at which it was filed',
    'not applicable at this stage': 'not applicable at this stage',
  },
  rows: {
    authority: 'Authority',
    howToFile: 'How to file',
    language: 'Language',
    needed: 'Needed to file',
    source: 'Source of these details',
    note: 'Note',
    fileBefore: 'File before',
    wasDue: 'Was due',
  },
  noAuthority: 'not yet determined: find out where the affected people live; the deadline runs regardless',
  via: { portal: 'online portal', form: 'form', email: 'email', site: "see the authority's site" },
  confirmed: {
    V: 'read at the source',
    S: 'from a secondary source: confirm before filing',
    R: 'from memory: confirm before relying on it',
  },
  translate: (languages) => `${languages}: this dossier is in English, translate the answers before you file them`,
  untranslated: (language) => `Not offered in ${language}: these texts are not translated`,
  alsoIn: 'The same report in',
  by: (person) => `by ${person}`,
  roles: {
    oncall: 'the person on call',
    'security-lead': 'the security lead',
    'privacy-counsel': 'privacy counsel',
    dpo: 'the data protection officer',
    tocsin: 'Tocsin',
  },
  entries: { policy: 'the organisation’s own details' },
  follows: (edition) => `Fields with EDPB numbers follow the EDPB common template (${edition}).`,
  asData: 'This report as data:',
  colon: ':',
};
