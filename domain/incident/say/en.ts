import { PUBLIC_CHANNELS } from '../public-channels';
import { DOSSIER_EN } from './dossier/en';
import { FORM_EN } from './form/en';
import type { Words } from './words';

export const EN: Words = {
  form: FORM_EN,
  dossier: DOSSIER_EN,
  notYetEstablished: 'not yet established',
  reach: { telephone: 'Telephone', post: 'Postal address' },
  count(count, number) {
    if (count === 'cannot-be-determined') return 'cannot be determined';
    if (typeof count === 'number') return `approximately ${number(count)}`;
    if ('exact' in count) return number(count.exact);
    if ('about' in count) return `approximately ${number(count.about)}`;
    if ('from' in count) return `${number(count.from)} to ${number(count.to)}`;
    return `at least ${number(count.atLeast)}`;
  },
  countInSome: (counted, known, of) => `${counted} in ${known} of ${of} data sets; the rest is not yet established`,
  between: (from, to) => `Between ${from} and ${to}; the earlier one counts`,
  period: (from, to) => (to ? `From ${from} to ${to}` : `From ${from}; the end is not yet established`),
  periodAbout: ([from, latest], to) => {
    const began = latest ? `It began between ${from} and ${latest}` : `It began on ${from}`;
    if (!to) return `${began}; the end is not yet established`;
    return `${began} and ended ${to[1] ? `between ${to[0]} and ${to[1]}` : `on ${to[0]}`}; more exactly is not known`;
  },
  periodOpen: (at) => `It is not yet known when it happened. It was discovered on ${at}.`,
  affects: { confidentiality: 'confidentiality', integrity: 'integrity', availability: 'availability' },
  allAffected: (what) => `It affects the ${list(what)} of the data.`,
  data: (title, categories) => `${title}: ${categories.join(', ')}`,
  residence: (place, counted) => `${place}: ${counted ?? 'number not yet established'}`,
  unknownPlace: 'Country not yet established',
  measures: {
    'sources-blocked': 'We blocked the addresses from which the attack came.',
    'credentials-replaced': 'We replaced the credentials that were used.',
    'systems-isolated': 'We disconnected the affected systems.',
    'device-cut-off': 'We cut the lost or stolen device off from our systems.',
  },
  measuresUnverified: {
    'sources-blocked':
      'We have put blocks on the addresses from which the attack came and are checking that they work.',
    'credentials-replaced':
      'We have started to replace the credentials that were used and are checking that the old ones no longer work.',
    'systems-isolated':
      'We have taken steps to disconnect the affected systems and are checking that they are disconnected.',
    'device-cut-off':
      'We have taken steps to cut the lost or stolen device off from our systems and are checking that it is cut off.',
  },
  detail: (measure, count, lastAt) =>
    `${measure.slice(0, -1)} (${count === '1' ? 'one step, on' : `${count} steps, the last on`} ${lastAt}).`,
  peopleTold: ({ citation, at, earliest, told, of, before }) =>
    at !== undefined
      ? `Individuals (${citation}): ${told ?? 'number not yet established'}${of ? ` of ${of}` : ''} notified directly, since ${at}${earliest ? ' at the earliest' : ''}`
      : `Individuals (${citation}): to be notified directly${before ? ` before ${before}` : ''}`,
  channels: PUBLIC_CHANNELS,
  madePublic: ({ citation, channel, languages, at, latest }) =>
    `Public communication (${citation}): by ${channel} (${languages}), ${latest ? 'no later than' : 'on'} ${at}`,
  toBeMadePublic: (citation, before) => `Public communication (${citation}): to be made before ${before}`,
  serviceAffected: 'We are handling an incident that affects the service.',
  serviceRestored: 'An incident affected the service. It is resolved.',
  reportedThen: (text) => `While it was going on, we reported: “${text}”`,
  toldThen: {
    authority: (at) => `On ${at} we reported this as a personal data breach.`,
    customer: (at) => `On ${at} we told you that personal data in your workspace was affected or might be.`,
    person: (at) => `On ${at} we told you that your personal data was affected or might be.`,
    public: (at) => `On ${at} we made public that personal data was affected or might be.`,
  },
  withdrawn: {
    authority: {
      'no-data':
        'Since the earlier report we have established that no personal data was affected. We ask you to treat that report as withdrawn.',
      otherwise:
        'Since the earlier report we have established facts on which its conditions are no longer met; the fields below state what we know now. We ask you to treat that report as withdrawn.',
    },
    customer: {
      'no-data':
        'We have since established that no personal data was affected. If you have informed an authority or individuals because of our earlier notice, you may wish to correct that.',
      otherwise:
        'We have since established that no personal data that we process on your behalf is affected. If you have informed an authority or individuals because of our earlier notice, you may wish to correct that.',
    },
    person: {
      'no-data':
        'We have since established that your personal data was not affected. You do not need to take any steps because of our earlier message.',
      otherwise:
        'We have since established that the risk to you that we wrote of is no longer likely. Any steps that we advised then remain a sensible precaution.',
    },
    public: {
      'no-data':
        'We have since established that no personal data was affected. Nobody needs to take any steps because of our earlier notice.',
      otherwise:
        'We have since established that the risk to the people concerned of which we informed is no longer likely. Any steps that we advised then remain a sensible precaution.',
    },
  },
};

function list(words: string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
