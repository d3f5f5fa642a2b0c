import type { DossierWords } from './words';

export const DOSSIER_FR: DossierWords = {
  incident: 'incident',
  firstReport: 'notification initiale',
  supplement: (number, reference) =>
    `notification complémentaire ${number}${reference ? ` à la notification enregistrée sous la référence ${reference}` : ' à la notification initiale'}`,
  asOf: (at) => `état au ${at}`,
  whereToFile: 'Où notifier',
  whatToFile: 'Contenu de la notification',
  ready: (all) => `Complet\u00a0: les ${all} rubriques obligatoires sont renseignées.`,
  notComplete: (open, all, byLaw) =>
    `Incomplet\u00a0: ${open} des ${all} rubriques obligatoires ne sont pas encore établies, dont ${byLaw} exigées par la loi. Ne retardez pas la notification initiale pour autant\u00a0: déposez-la comme incomplète\u202f; ces éléments suivront dans une notification complémentaire.`,
  overdue: 'Cette notification est en retard.',
  wasDueOn: (at) => `Elle devait être déposée avant le ${at}.`,
  fileAtOnce: 'Déposez-la immédiatement.',
  giveReasons: 'Les motifs du retard sont exigés\u00a0: indiquez-les dans la notification.',
  giveReasonsIfLate:
    'Le respect du délai dépend de l’heure à laquelle la notification initiale a été déposée\u00a0: indiquez les motifs du retard, pour le cas où elle aurait été tardive.',
  reasonsBelow: 'Les motifs du retard figurent ci-dessous.',
  states: {
    'not yet established': 'pas encore établi',
    owed: 'exigés\u00a0: la notification est en retard',
    'owed if late': 'exigés en cas de retard\u00a0: cela dépend de l’heure à laquelle la notification a été déposée',
    'not applicable at this stage': 'sans objet à ce stade',
  },
  rows: {
    authority: 'Autorité',
    howToFile: 'Mode de dépôt',
    language: 'Langue',
    needed: 'À prévoir',
    source: 'Source de ces indications',
    note: 'Remarque',
    fileBefore: 'À déposer avant le',
    wasDue: 'Échéance dépassée',
  },
  noAuthority:
    'pas encore déterminée\u00a0: recherchez où résident les personnes concernées\u202f; le délai court dans tous les cas',
  via: { portal: 'portail en ligne', form: 'formulaire', email: 'courriel', site: 'voir le site de l’autorité' },
  confirmed: {
    V: 'lues à la source',
    S: 'source secondaire\u00a0: à confirmer avant le dépôt',
    R: 'de mémoire\u00a0: à confirmer avant de s’y fier',
  },
  translate: (languages) => languages,
  untranslated: (language) => `Non proposé en ${language}\u00a0: ces textes ne sont pas traduits`,
  alsoIn: 'La même notification en',
  inEnglish: 'voir la version anglaise',
  by: (person) => `par ${person}`,
  entries: {
    policy: 'politique',
    declaration: 'déclaration',
    assessment: 'évaluation',
    measures: 'mesures',
    containment: 'confinement',
    notices: 'communications',
    awareness: 'prise de connaissance',
    filing: 'dépôt',
  },
  follows: (edition) => `Les rubriques numérotées CEPD suivent le modèle commun du CEPD (${edition}).`,
  asData: 'Ce rapport sous forme de données\u00a0:',
  colon: '\u00a0:',
};
