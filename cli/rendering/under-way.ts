/** Work that a case has under way, in words; its key is made for the workflow. */
import { visibleLine } from './hostile-text';

const WORDS: Readonly<Record<string, (rest: string) => string>> = {
  dispatch: (rest) => `sending ${withoutRound(rest)}`,
  draft: (rest) => `drafting ${withoutRound(rest)}`,
  contain: (rest) => `carrying out ${withoutRound(rest)}`,
  undo: (rest) => `undoing ${withoutRound(rest)}`,
  recount: (rest) => `counting who was told of ${rest.split(' ')[0]}`,
  filing: () => 'opening a filing task',
  'in-app': () => 'showing a notice in your product',
  settle: () => 'settling a batch',
  stop: () => 'stopping a notice',
  alarm: (rest) => `sending alarm ${rest}`,
  acknowledged: () => 'telling that an alarm was acknowledged',
  register: () => 'writing the register',
};

/** `Under way: sending enterprise-notice, writing the register`. */
export function underWayLine(keys: readonly string[]): string {
  return `Under way: ${keys.map((key) => visibleLine(underWayText(key))).join(', ')}`;
}

/** `dispatch enterprise-notice 1` as "sending enterprise-notice". What it does not know stays as it is. */
function underWayText(key: string): string {
  const [word = '', ...rest] = key.split(' ');
  return Object.hasOwn(WORDS, word) ? WORDS[word]!(rest.join(' ')) : key;
}

function withoutRound(rest: string): string {
  return rest.replace(/ \d+$/, '');
}
