/**
 * What is done, and what people can do themselves, after what happens most: a device that is lost or stolen, and a message that
 * went to the wrong recipient (EDPB Guidelines 01/2021, cases 10 to 14). A person states what is true of the incident; who uses
 * one of these sentences has it in every language, and translates nothing.
 */
import type { Texts } from '../said';

/** What the sentences are about. */
export type Situation = 'device' | 'recipient';

interface Phrases {
  /** What the company did. */
  measures: Texts[];
  /** What the person can do. */
  steps: Texts[];
}

const CAREFUL: Texts = {
  en: 'Be careful with messages, letters and calls that mention details which only we should know, and give no further information.',
  fr: 'Méfiez-vous des messages, courriers et appels qui mentionnent des informations que nous seuls devrions connaître, et n’en communiquez aucune autre.',
  de: 'Seien Sie vorsichtig bei Nachrichten, Briefen und Anrufen, in denen Angaben vorkommen, die nur wir kennen sollten, und geben Sie keine weiteren Auskünfte.',
};
const STATEMENTS: Texts = {
  en: 'Check your bank and card statements, and tell your bank at once if you see a payment that you did not make.',
  fr: 'Vérifiez vos relevés bancaires et signalez immédiatement à votre banque tout paiement que vous n’avez pas effectué.',
  de: 'Prüfen Sie Ihre Konto- und Kartenabrechnungen und melden Sie Ihrer Bank sofort jede Zahlung, die nicht von Ihnen stammt.',
};

export const PHRASEBOOK: Record<Situation, Phrases> = {
  device: {
    measures: [
      {
        en: 'We locked the device out of all our systems.',
        fr: 'Nous avons bloqué tous les accès de l’appareil à nos systèmes.',
        de: 'Wir haben dem Gerät jeden Zugang zu unseren Systemen entzogen.',
      },
      {
        en: 'We gave the order to erase the device; it will be erased as soon as it goes online again.',
        fr: 'Nous avons ordonné l’effacement de l’appareil à distance\u202f; il sera effacé dès qu’il se reconnectera.',
        de: 'Wir haben die Fernlöschung des Geräts veranlasst; es wird gelöscht, sobald es wieder online ist.',
      },
      {
        en: 'The device has been erased remotely.',
        fr: 'L’appareil a été effacé à distance.',
        de: 'Das Gerät wurde aus der Ferne gelöscht.',
      },
      {
        en: 'We changed the passwords and keys that were stored on the device.',
        fr: 'Nous avons changé les mots de passe et les clés enregistrés sur l’appareil.',
        de: 'Wir haben die Passwörter und Schlüssel geändert, die auf dem Gerät gespeichert waren.',
      },
      {
        en: 'We reported the loss or theft to the police.',
        fr: 'Nous avons signalé la perte ou le vol à la police.',
        de: 'Wir haben den Verlust oder Diebstahl bei der Polizei gemeldet.',
      },
    ],
    steps: [
      CAREFUL,
      STATEMENTS,
      {
        en: 'If you use the same password elsewhere, choose a new one there.',
        fr: 'Si vous utilisez le même mot de passe ailleurs, changez-le aussi.',
        de: 'Wenn Sie dasselbe Passwort auch anderswo verwenden, ändern Sie es dort.',
      },
    ],
  },
  recipient: {
    measures: [
      {
        en: 'We asked the recipients to delete the message and neither to use nor to pass on what it contains.',
        fr: 'Nous avons demandé aux destinataires de supprimer le message et de ne pas utiliser ni transmettre son contenu.',
        de: 'Wir haben alle, die die Nachricht erhalten haben, gebeten, sie zu löschen und ihren Inhalt weder zu verwenden noch weiterzugeben.',
      },
      {
        en: 'The recipients have confirmed in writing that they deleted the message and kept no copy.',
        fr: 'Les destinataires ont confirmé par écrit avoir supprimé le message et n’en avoir conservé aucune copie.',
        de: 'Alle, die die Nachricht erhalten haben, haben schriftlich bestätigt, dass sie sie gelöscht und keine Kopie behalten haben.',
      },
      {
        en: 'We withdrew the link, so that the file can no longer be opened with it.',
        fr: 'Nous avons désactivé le lien, qui ne permet plus d’ouvrir le fichier.',
        de: 'Wir haben den Link gesperrt, sodass sich die Datei damit nicht mehr öffnen lässt.',
      },
    ],
    steps: [
      CAREFUL,
      STATEMENTS,
      {
        en: 'If you receive a message that seems to be about this, ask us before you answer it.',
        fr: 'Si vous recevez un message qui semble s’y rapporter, interrogez-nous avant d’y répondre.',
        de: 'Wenn Sie eine Nachricht erhalten, die damit zusammenzuhängen scheint, fragen Sie uns, bevor Sie antworten.',
      },
    ],
  },
};

/** Methods by which a risk is judged, as each language names them. */
const METHODS: Texts[] = [
  { en: 'EDPB Guidelines 9/2022', fr: 'Lignes directrices 9/2022 du CEPD', de: 'Leitlinien 9/2022 des EDSA' },
];

const BY_SENTENCE = new Map(
  [...Object.values(PHRASEBOOK).flatMap(({ measures, steps }) => [...measures, ...steps]), ...METHODS].map((phrase) => [
    phrase.en,
    phrase,
  ]),
);

/** A sentence of the book in all its languages. */
export function inBook(sentence: string): Texts | undefined {
  return BY_SENTENCE.get(sentence);
}
