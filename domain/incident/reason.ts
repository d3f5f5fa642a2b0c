/** What counts as a reason: words of a person's own, not a field or a proposal said again. */

const LETTERS_AT_LEAST = 20;
const OWN_WORDS_AT_LEAST = 3;

/** What says that somebody agrees, not why. */
const NO_REASON = new Set(
  'agree agreed and are because been confirm confirmed confirms correct decided decision does duty for hence here law none not nothing okay our owed per proposal proposed reason required requires right rule says that the there therefore this tocsin under was with yes'.split(
    ' ',
  ),
);

/** Why a text is no reason for a decision of law, beside what was `said` before; undefined when it is one. */
export function reasonProblem(reason: string, said: string[] = [], field = 'reason'): string | undefined {
  if (tooLittle(reason))
    return `${field}: must say why in your own words; this is too short to tell whoever reads the register in a year what was examined and what was found`;
  const known = new Set([...NO_REASON, ...said.flatMap(words)]);
  const own = new Set(words(reason).filter((word) => !known.has(word)));
  if (own.size >= OWN_WORDS_AT_LEAST) return undefined;
  return `${field}: must say why in your own words, for whoever reads the register in a year: what was examined and what was found. Repeating a field or the proposal is not a reason`;
}

/** True for a text that is too short to hold a reason. */
function tooLittle(reason: string | undefined): boolean {
  return (reason ?? '').replace(/[^\p{L}\p{N}]/gu, '').length < LETTERS_AT_LEAST;
}

/** The words of a text that carry meaning. */
function words(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length > 2);
}
