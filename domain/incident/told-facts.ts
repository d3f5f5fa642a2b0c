/** What was told, by fact, and what of it changed since. Pure. */
import type { ObligationRule } from '../policy/rule';

/** That a duty does not apply to what was told under it: as a fact of what was told, and in words. */
export const OWED = 'owed';
export const OWED_WORDS = 'whether it concerns them at all';

/** Fingerprints by fact: those of a data set under `<data set> <fact>`, the others under `. <fact>`. */
export type ToldFacts = Record<string, string>;

/** In place of a data set, for facts of the incident as a whole: no data set has such an id. */
export const INCIDENT = '.';

const WORDS: Record<string, string> = {
  categories: 'categories of data',
  individuals: 'number of people',
  records: 'number of records',
  residence: 'places',
  howItOccurred: 'cause',
  likelyConsequences: 'likely consequences',
  individualSteps: 'what people can do',
  periodFrom: 'period',
  periodTo: 'period',
  significantHarm: 'risk of significant harm',
  personalData: 'whether personal data is affected',
  [OWED]: OWED_WORDS,
};

/**
 * The facts that are not any more what was told, in words. A data set found later is one for an authority; the people and
 * customers whose data it is are newly found recipients.
 */
export function changedSince(told: ToldFacts, now: ToldFacts, rule: ObligationRule): string[] {
  const setOf = (key: string) => key.split(' ')[0]!;
  const before = new Set(Object.keys(told).map(setOf));
  const words: string[] = [];
  for (const key of new Set([...Object.keys(told), ...Object.keys(now)])) {
    if (told[key] === now[key]) continue;
    const set = setOf(key);
    const fact = key.slice(set.length + 1);
    // Whoever is found is told in a round of their own; whoever falls out was told what is not so.
    const [what, whom] = fact.split(' ');
    if (what === 'meant') {
      if (!(key in now))
        words.push(set === INCIDENT ? 'a customer who is not affected' : `people in ${whom} of ${set}`);
      continue;
    }
    if (set !== INCIDENT && !before.has(set)) {
      if (rule.recipient.to === 'authorities') words.push(`data set ${set}`);
    } else {
      words.push(
        `${WORDS[fact] ?? fact.replace(/([A-Z])/g, ' $1').toLowerCase()}${set === INCIDENT ? '' : ` of ${set}`}`,
      );
    }
  }
  return [...new Set(words)];
}

/** What those who were told know after a round. One for new recipients told the others nothing. */
export function toldAfter(
  before: ToldFacts | undefined,
  said: ToldFacts | undefined,
  purpose: string,
): ToldFacts | undefined {
  if (said === undefined || before === undefined) return said ?? before;
  return purpose === 'new-recipients' ? { ...said, ...before } : said;
}
