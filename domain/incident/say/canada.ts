/** What Canadian readers read otherwise: PIPEDA speaks of personal information (LPRPDE: renseignements personnels), not of personal data. */
import { EN } from './en';
import { FR, list } from './fr';
import type { Words } from './words';

/** The answers of forms in the words of that law. */
function inCanada<T>(answers: T): T {
  return JSON.parse(JSON.stringify(answers).replaceAll('personal data', 'personal information'));
}

export const EN_CA: Words = {
  ...EN,
  form: { ...EN.form, answers: inCanada(EN.form.answers) },
  allAffected: (what) => EN.allAffected(what).replace('of the data', 'of the information'),
  toldThen: {
    ...EN.toldThen,
    authority: (at) => `On ${at} we reported this as a breach of security safeguards.`,
    person: (at) => `On ${at} we told you that personal information about you was involved or might be.`,
    public: (at) => `On ${at} we made public that personal information was involved or might be.`,
  },
  withdrawn: {
    ...EN.withdrawn,
    authority: {
      ...EN.withdrawn.authority,
      'no-data':
        'Since the earlier report we have established that no personal information was involved. We ask you to treat that report as withdrawn.',
    },
    person: {
      ...EN.withdrawn.person,
      'no-data':
        'We have since established that no personal information about you was involved. You do not need to take any steps because of our earlier message.',
    },
    public: {
      ...EN.withdrawn.public,
      'no-data':
        'We have since established that no personal information was involved. Nobody needs to take any steps because of our earlier notice.',
    },
  },
};

export const FR_CA: Words = {
  ...FR,
  allAffected: (what) => `L’atteinte touche ${list(what)} des renseignements.`,
  toldThen: {
    ...FR.toldThen,
    authority: (at) => `Le ${at}, nous avons déclaré une atteinte aux mesures de sécurité.`,
    person: (at) =>
      `Le ${at}, nous vous avons fait savoir que des renseignements personnels à votre sujet étaient visés ou pouvaient l’être.`,
    public: (at) =>
      `Le ${at}, nous avons rendu public que des renseignements personnels étaient visés ou pouvaient l’être.`,
  },
  withdrawn: {
    ...FR.withdrawn,
    authority: {
      'no-data':
        'Depuis la déclaration précédente, nous avons établi qu’aucun renseignement personnel n’a été visé. Nous vous prions de considérer cette déclaration comme retirée.',
      otherwise:
        'Depuis la déclaration précédente, nous avons établi des faits au vu desquels ses conditions ne sont plus réunies\u202f; les rubriques ci-dessous indiquent ce que nous savons aujourd’hui. Nous vous prions de considérer cette déclaration comme retirée.',
    },
    person: {
      ...FR.withdrawn.person,
      'no-data':
        'Nous avons établi depuis qu’aucun renseignement personnel à votre sujet n’a été visé. Notre message précédent n’appelle aucune démarche de votre part.',
    },
    public: {
      ...FR.withdrawn.public,
      'no-data':
        'Nous avons établi depuis qu’aucun renseignement personnel n’a été visé. Notre avis précédent n’appelle aucune démarche.',
    },
  },
};
