import type { DossierWords } from './words';

export const DOSSIER_DE: DossierWords = {
  incident: 'Vorfall',
  firstReport: 'Erstmeldung',
  supplement: (number, reference) =>
    `Folgemeldung ${number}${reference ? ` zur Meldung mit dem Aktenzeichen ${reference}` : ' zur Erstmeldung'}`,
  asOf: (at) => `Stand: ${at}`,
  whereToFile: 'Wo zu melden ist',
  whatToFile: 'Inhalt der Meldung',
  ready: (all) => `Vollständig: Alle ${all} Pflichtangaben sind festgestellt.`,
  notComplete: (open, all, byLaw) =>
    `Unvollständig: ${open} von ${all} Pflichtangaben sind noch nicht festgestellt, davon ${byLaw} gesetzlich vorgeschrieben. Halten Sie die Erstmeldung deswegen nicht zurück: Reichen Sie sie als vorläufige Meldung ein; die Angaben folgen in einer Folgemeldung.`,
  overdue: 'Diese Meldung ist überfällig.',
  wasDueOn: (at) => `Sie war fällig am ${at}.`,
  fileAtOnce: 'Reichen Sie sie sofort ein.',
  giveReasons: 'Die Verzögerung ist zu begründen: Geben Sie die Gründe in der Meldung an.',
  giveReasonsIfLate:
    'Ob die Erstmeldung fristgerecht war, hängt von der Uhrzeit ab, zu der sie erfolgte: Geben Sie für den Fall der Verspätung die Gründe dafür an.',
  reasonsBelow: 'Die Gründe für die Verzögerung stehen unten.',
  states: {
    'not yet established': 'noch nicht festgestellt',
    owed: 'anzugeben: Die Meldung ist verspätet',
    'owed if late': 'anzugeben, falls verspätet: Das hängt von der Uhrzeit ab, zu der gemeldet wurde',
    'not applicable at this stage': 'bisher nicht zutreffend',
  },
  rows: {
    authority: 'Behörde',
    howToFile: 'Meldeweg',
    language: 'Sprache',
    needed: 'Erforderlich für die Meldung',
    source: 'Quelle dieser Angaben',
    note: 'Hinweis',
    fileBefore: 'Zu melden vor dem',
    wasDue: 'War fällig am',
  },
  noAuthority:
    'noch nicht bestimmt: Stellen Sie fest, wo die betroffenen Personen leben; die Frist läuft unabhängig davon',
  via: { portal: 'Online-Portal', form: 'Formular', email: 'E-Mail', site: 'siehe Website der Behörde' },
  confirmed: {
    V: 'an der Quelle gelesen',
    S: 'aus einer Sekundärquelle: vor der Meldung prüfen',
    R: 'aus dem Gedächtnis: prüfen, bevor Sie sich darauf verlassen',
  },
  translate: (languages) => languages,
  untranslated: (language) => `Nicht verfügbar auf ${language}: Diese Texte sind nicht übersetzt`,
  alsoIn: 'Dieselbe Meldung auf',
  inEnglish: 'siehe die englische Fassung',
  by: (person) => `durch ${person}`,
  entries: {
    policy: 'Richtlinie',
    declaration: 'Erklärung des Vorfalls',
    assessment: 'Bewertung',
    measures: 'Maßnahmen',
    containment: 'Eindämmung',
    notices: 'Benachrichtigungen',
    awareness: 'Kenntnisnahme',
    filing: 'Meldung',
  },
  follows: (edition) => `Die mit EDSA nummerierten Felder folgen der gemeinsamen Vorlage des EDSA (${edition}).`,
  asData: 'Diese Meldung als Daten:',
  colon: ':',
};
