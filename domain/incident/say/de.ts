import { DOSSIER_DE } from './dossier/de';
import { FORM_DE } from './form/de';
import type { Words } from './words';

export const DE: Words = {
  form: FORM_DE,
  dossier: DOSSIER_DE,
  notYetEstablished: 'noch nicht festgestellt',
  reach: { telephone: 'Telefon', post: 'Postanschrift' },
  count(count, number) {
    if (count === 'cannot-be-determined') return 'lässt sich nicht feststellen';
    if (typeof count === 'number') return `ungefähr ${number(count)}`;
    if ('exact' in count) return number(count.exact);
    if ('about' in count) return `ungefähr ${number(count.about)}`;
    if ('from' in count) return `${number(count.from)} bis ${number(count.to)}`;
    return `mindestens ${number(count.atLeast)}`;
  },
  countInSome: (counted, known, of) =>
    `${counted} in ${known} von ${of} Datenbeständen; im Übrigen noch nicht festgestellt`,
  between: (from, to) => `Zwischen dem ${from} und dem ${to}; es zählt der frühere Zeitpunkt`,
  period: (from, to) => (to ? `Vom ${from} bis zum ${to}` : `Ab dem ${from}; das Ende ist noch nicht festgestellt`),
  periodAbout: ([from, latest], to) => {
    const one = (first: string, last: string | undefined) =>
      last ? `zwischen dem ${first} und dem ${last}` : `am ${first}`;
    const began = `Beginn: ${one(from, latest)}`;
    if (!to) return `${began}; das Ende ist noch nicht festgestellt`;
    return `${began}; Ende: ${one(...to)}; genauer ist es nicht bekannt`;
  },
  periodOpen: (at) => `Wann es geschah, steht noch nicht fest. Entdeckt wurde es am ${at}.`,
  affects: { confidentiality: 'die Vertraulichkeit', integrity: 'die Integrität', availability: 'die Verfügbarkeit' },
  allAffected: (what) => `Betroffen ${what.length > 1 ? 'sind' : 'ist'} ${list(what)} der Daten.`,
  data: (title, categories) => `${title}: ${categories.join(', ')}`,
  residence: (place, counted) => `${place}: ${counted ?? 'Zahl noch nicht festgestellt'}`,
  unknownPlace: 'Land noch nicht festgestellt',
  measures: {
    'sources-blocked': 'Wir haben die Adressen gesperrt, von denen der Angriff ausging.',
    'credentials-replaced': 'Wir haben die Zugangsdaten ersetzt, die verwendet wurden.',
    'systems-isolated': 'Wir haben die betroffenen Systeme vom Netz getrennt.',
    'device-cut-off': 'Wir haben das verlorene oder gestohlene Gerät von unseren Systemen getrennt.',
  },
  measuresUnverified: {
    'sources-blocked':
      'Wir haben Sperren für die Adressen eingerichtet, von denen der Angriff ausging, und prüfen ihre Wirkung.',
    'credentials-replaced':
      'Wir haben den Austausch der verwendeten Zugangsdaten veranlasst und prüfen, dass die alten nicht mehr gelten.',
    'systems-isolated':
      'Wir haben Schritte unternommen, um die betroffenen Systeme vom Netz zu trennen, und prüfen deren Wirkung.',
    'device-cut-off':
      'Wir haben Schritte unternommen, um das verlorene oder gestohlene Gerät von unseren Systemen zu trennen, und prüfen deren Wirkung.',
  },
  detail: (measure, count, lastAt) =>
    `${measure.slice(0, -1)}: ${count === '1' ? 'ein Schritt, am' : `${count} Schritte, der letzte am`} ${lastAt}.`,
  peopleTold: ({ citation, at, earliest, told, of, before }) =>
    at !== undefined
      ? `Betroffene Personen (${citation}): ${told ?? 'Zahl noch nicht festgestellt'}${of ? ` von ${of}` : ''} direkt benachrichtigt, ${earliest ? 'frühestens ' : ''}seit dem ${at}`
      : `Betroffene Personen (${citation}): direkte Benachrichtigung geplant${before ? ` vor dem ${before}` : ''}`,
  channels: {
    website: 'einen deutlich sichtbaren Hinweis auf der Website',
    newspaper: 'eine Zeitung',
    broadcast: 'Radio oder Fernsehen',
    'social-media': 'soziale Medien',
    poster: 'Aushänge oder Plakate',
    'press-release': 'eine Pressemitteilung',
    blog: 'einen Blog',
  },
  madePublic: ({ citation, channel, languages, at, latest }) =>
    `Öffentliche Bekanntmachung (${citation}): durch ${channel} (${languages}), ${latest ? 'spätestens ' : ''}am ${at}`,
  toBeMadePublic: (citation, before) => `Öffentliche Bekanntmachung (${citation}): geplant vor dem ${before}`,
  serviceAffected: 'Wir bearbeiten einen Vorfall, der den Dienst betrifft.',
  serviceRestored: 'Ein Vorfall hat den Dienst betroffen. Er ist behoben.',
  reportedThen: (text) => `Während der Störung haben wir mitgeteilt: „${text}“`,
  toldThen: {
    authority: (at) => `Am ${at} haben wir eine Verletzung des Schutzes personenbezogener Daten gemeldet.`,
    customer: (at) =>
      `Am ${at} haben wir Ihnen mitgeteilt, dass personenbezogene Daten in Ihrem Workspace betroffen sind oder betroffen sein können.`,
    person: (at) =>
      `Am ${at} haben wir Ihnen mitgeteilt, dass Ihre personenbezogenen Daten betroffen sind oder betroffen sein können.`,
    public: (at) =>
      `Am ${at} haben wir öffentlich bekannt gemacht, dass personenbezogene Daten betroffen sind oder betroffen sein können.`,
  },
  withdrawn: {
    authority: {
      'no-data':
        'Seit der früheren Meldung haben wir festgestellt, dass keine personenbezogenen Daten betroffen waren. Wir bitten Sie, jene Meldung als zurückgenommen zu behandeln.',
      otherwise:
        'Seit der früheren Meldung haben wir Tatsachen festgestellt, nach denen ihre Voraussetzungen nicht mehr vorliegen; die folgenden Angaben geben den heutigen Stand wieder. Wir bitten Sie, jene Meldung als zurückgenommen zu behandeln.',
    },
    customer: {
      'no-data':
        'Wir haben inzwischen festgestellt, dass keine personenbezogenen Daten betroffen waren. Falls Sie aufgrund unserer früheren Meldung eine Behörde oder betroffene Personen unterrichtet haben, sollten Sie prüfen, ob Sie dies berichtigen.',
      otherwise:
        'Wir haben inzwischen festgestellt, dass keine personenbezogenen Daten betroffen sind, die wir in Ihrem Auftrag verarbeiten. Falls Sie aufgrund unserer früheren Meldung eine Behörde oder betroffene Personen unterrichtet haben, sollten Sie prüfen, ob Sie dies berichtigen.',
    },
    person: {
      'no-data':
        'Wir haben inzwischen festgestellt, dass Ihre personenbezogenen Daten nicht betroffen waren. Sie müssen aufgrund unserer früheren Nachricht nichts unternehmen.',
      otherwise:
        'Wir haben inzwischen festgestellt, dass das Risiko für Sie, von dem wir Ihnen geschrieben haben, nicht mehr wahrscheinlich ist. Was wir Ihnen damals geraten haben, bleibt als Vorsichtsmaßnahme sinnvoll.',
    },
    public: {
      'no-data':
        'Wir haben inzwischen festgestellt, dass keine personenbezogenen Daten betroffen waren. Niemand muss aufgrund unserer früheren Bekanntmachung etwas unternehmen.',
      otherwise:
        'Wir haben inzwischen festgestellt, dass das Risiko für die betroffenen Personen, das wir bekannt gemacht hatten, nicht mehr wahrscheinlich ist. Was wir damals geraten haben, bleibt als Vorsichtsmaßnahme sinnvoll.',
    },
  },
};

function list(words: string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} und ${words.at(-1)}`;
}
