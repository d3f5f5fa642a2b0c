import { DOSSIER_FR } from './dossier/fr';
import { FORM_FR } from './form/fr';
import type { Words } from './words';

/** No-break space before a colon, narrow one before a semicolon. */
const COLON = '\u00a0:';
const SEMICOLON = '\u202f;';

export const FR: Words = {
  form: FORM_FR,
  dossier: DOSSIER_FR,
  notYetEstablished: 'pas encore établi',
  reach: { telephone: 'Téléphone', post: 'Adresse postale' },
  count(count, number) {
    if (count === 'cannot-be-determined') return 'ne peut être déterminé';
    if (typeof count === 'number') return `environ ${number(count)}`;
    if ('exact' in count) return number(count.exact);
    if ('about' in count) return `environ ${number(count.about)}`;
    if ('from' in count) return `de ${number(count.from)} à ${number(count.to)}`;
    return `au moins ${number(count.atLeast)}`;
  },
  countInSome: (counted, known, of) =>
    `${counted} dans ${known} des ${of} ensembles de données${SEMICOLON} le reste n’est pas encore établi`,
  between: (from, to) => `Entre le ${from} et le ${to}\u202f; le premier de ces instants fait foi`,
  period: (from, to) =>
    to ? `Du ${from} au ${to}` : `À partir du ${from}${SEMICOLON} la fin n’est pas encore établie`,
  periodAbout: ([from, latest], to) => {
    const one = (first: string, last: string | undefined) => (last ? `entre le ${first} et le ${last}` : `le ${first}`);
    const began = `Début${COLON} ${one(from, latest)}`;
    if (!to) return `${began}${SEMICOLON} la fin n’est pas encore établie`;
    return `${began}${SEMICOLON} fin${COLON} ${one(...to)}${SEMICOLON} les instants exacts ne sont pas connus`;
  },
  periodOpen: (at) => `On ne sait pas encore quand la violation s’est produite. Elle a été découverte le ${at}.`,
  affects: {
    confidentiality: 'la confidentialité',
    integrity: 'l’intégrité',
    availability: 'la disponibilité',
  },
  allAffected: (what) => `La violation touche ${list(what)} des données.`,
  data: (title, categories) => `${title}${COLON} ${categories.join(', ')}`,
  residence: (place, counted) => `${place}${COLON} ${counted ?? 'nombre pas encore établi'}`,
  unknownPlace: 'Pays pas encore établi',
  measures: {
    'sources-blocked': 'Nous avons bloqué les adresses d’où provenait l’attaque.',
    'credentials-replaced': 'Nous avons remplacé les identifiants d’accès qui ont été utilisés.',
    'systems-isolated': 'Nous avons isolé les systèmes touchés.',
    'device-cut-off': 'Nous avons coupé l’accès de l’appareil perdu ou volé à nos systèmes.',
  },
  measuresUnverified: {
    'sources-blocked':
      'Nous avons mis en place le blocage des adresses d’où provenait l’attaque et vérifions qu’il est effectif.',
    'credentials-replaced':
      'Nous avons engagé le remplacement des identifiants d’accès qui ont été utilisés et vérifions que les anciens ne fonctionnent plus.',
    'systems-isolated': 'Nous avons pris des mesures pour isoler les systèmes touchés et vérifions qu’ils le sont.',
    'device-cut-off':
      'Nous avons pris des dispositions pour couper l’accès de l’appareil perdu ou volé à nos systèmes et vérifions leur effet.',
  },
  detail: (measure, count, lastAt) =>
    `${measure.slice(0, -1)}${COLON} ${count === '1' ? 'une mesure, le' : `${count} mesures, la dernière le`} ${lastAt}.`,
  peopleTold: ({ citation, at, earliest, told, of, before }) =>
    at !== undefined
      ? `Personnes concernées (${citation})${COLON} ${told ?? 'nombre pas encore établi'}${of ? ` sur ${of}` : ''} informées directement ${earliest ? 'au plus tôt ' : ''}depuis le ${at}`
      : `Personnes concernées (${citation})${COLON} information directe prévue${before ? ` avant le ${before}` : ''}`,
  channels: {
    website: 'un avis bien visible sur le site web',
    newspaper: 'un journal',
    broadcast: 'la radio ou la télévision',
    'social-media': 'les réseaux sociaux',
    poster: 'des affiches',
    'press-release': 'un communiqué de presse',
    blog: 'un blog',
  },
  madePublic: ({ citation, channel, languages, at, latest }) =>
    `Communication publique (${citation})${COLON} par ${channel} (${languages}), ${latest ? 'au plus tard ' : ''}le ${at}`,
  toBeMadePublic: (citation, before) => `Communication publique (${citation})${COLON} prévue avant le ${before}`,
  serviceAffected: 'Nous traitons un incident qui touche le service.',
  serviceRestored: 'Un incident a touché le service. Il est résolu.',
  reportedThen: (text) => `Pendant l’incident, nous avions indiqué\u00a0: «\u00a0${text}\u00a0»`,
  toldThen: {
    authority: (at) => `Le ${at}, nous avons notifié une violation de données à caractère personnel.`,
    customer: (at) =>
      `Le ${at}, nous vous avons fait savoir que des données à caractère personnel de votre espace de travail étaient concernées ou pouvaient l’être.`,
    person: (at) =>
      `Le ${at}, nous vous avons fait savoir que vos données à caractère personnel étaient concernées ou pouvaient l’être.`,
    public: (at) =>
      `Le ${at}, nous avons rendu public que des données à caractère personnel étaient concernées ou pouvaient l’être.`,
  },
  withdrawn: {
    authority: {
      'no-data':
        'Depuis la notification précédente, nous avons établi qu’aucune donnée à caractère personnel n’a été touchée. Nous vous prions de considérer cette notification comme retirée.',
      otherwise:
        'Depuis la notification précédente, nous avons établi des faits au vu desquels ses conditions ne sont plus réunies\u202f; les rubriques ci-dessous indiquent ce que nous savons aujourd’hui. Nous vous prions de considérer cette notification comme retirée.',
    },
    customer: {
      'no-data':
        'Nous avons établi depuis qu’aucune donnée à caractère personnel n’a été touchée. Si notre notification précédente vous a conduit à informer une autorité ou des personnes, vous pourriez vouloir rectifier cette information.',
      otherwise:
        'Nous avons établi depuis qu’aucune donnée à caractère personnel que nous traitons pour votre compte n’est concernée. Si notre notification précédente vous a conduit à informer une autorité ou des personnes, vous pourriez vouloir rectifier cette information.',
    },
    person: {
      'no-data':
        'Nous avons établi depuis que vos données à caractère personnel n’ont pas été touchées. Notre message précédent n’appelle aucune démarche de votre part.',
      otherwise:
        'Nous avons établi depuis que le risque pour vous dont nous vous avions fait part n’est plus probable. Les mesures que nous vous avions conseillées restent une précaution utile.',
    },
    public: {
      'no-data':
        'Nous avons établi depuis qu’aucune donnée à caractère personnel n’a été touchée. Notre avis précédent n’appelle aucune démarche.',
      otherwise:
        'Nous avons établi depuis que le risque dont nous avions informé les personnes concernées n’est plus probable. Les mesures que nous avions conseillées restent une précaution utile.',
    },
  },
};

/** The words as a French list. */
export function list(words: string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} et ${words.at(-1)}`;
}
