/** The few phrases that every notice of a language shares. */
export interface Phrases {
  notYetEstablished: string;
  exercise: string;
}

const ENGLISH: Phrases = {
  notYetEstablished: 'not yet established',
  exercise: 'This is an exercise. There is no real incident, and no action is needed.',
};

const PHRASES: Record<string, Phrases> = {
  en: ENGLISH,
  de: {
    notYetEstablished: 'noch nicht festgestellt',
    exercise: 'Dies ist eine Übung. Es ist kein echter Vorfall eingetreten, und Sie müssen nichts tun.',
  },
  fr: {
    notYetEstablished: 'pas encore établi',
    exercise: 'Ceci est un exercice. Aucun incident réel ne s’est produit et vous n’avez rien à faire.',
  },
};

/** The phrases of a language; English where there are none. */
export function phrasesOf(language: string): Phrases {
  return PHRASES[language] ?? ENGLISH;
}
