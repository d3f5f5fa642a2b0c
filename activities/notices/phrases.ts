/** The few phrases that every notice of a language shares. */
export interface Phrases {
  notYetEstablished: string;
  /** In place of an optional field without value, where all fields are listed. */
  notApplicable: string;
  exercise: string;
}

const ENGLISH: Phrases = {
  notYetEstablished: 'not yet established',
  notApplicable: 'not applicable so far',
  exercise: 'This is an exercise. No real incident has happened and nothing needs to be done.',
};

const PHRASES: Record<string, Phrases> = {
  en: ENGLISH,
  de: {
    notYetEstablished: 'noch nicht festgestellt',
    notApplicable: 'bisher nicht zutreffend',
    exercise: 'Dies ist eine Übung. Es ist kein wirklicher Vorfall eingetreten, und es ist nichts zu tun.',
  },
  fr: {
    notYetEstablished: 'pas encore établi',
    notApplicable: 'sans objet à ce stade',
    exercise: "Ceci est un exercice. Aucun incident réel ne s'est produit et il n'y a rien à faire.",
  },
};

/** The phrases of a language; English where there are none. */
export function phrasesOf(language: string): Phrases {
  return PHRASES[language] ?? ENGLISH;
}
