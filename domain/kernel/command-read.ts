/** A command line of the table, read back from its text: where a button does what the text tells people to type. Pure. */
import { COMMAND_VERBS, type CommandLine, placeholderOf, specOf } from './command-lines';

/** `register keys create` before `keys create`, and what is longer before what begins alike. */
const VERBS = COMMAND_VERBS.toSorted((a, b) => b.length - a.length);

/** What `commandText` wrote, as data; undefined for any other text. */
export function commandOf(text: string): CommandLine | undefined {
  const words = wordsOf(text);
  if (words[0] !== 'npx' || words[1] !== 'tocsin') return undefined;
  const typed = words.slice(2);
  const verb = VERBS.find((each) => each.split(' ').every((word, n) => typed[n] === word));
  if (verb === undefined) return undefined;
  const { args = [], options = [], flags = [] } = specOf(verb);
  const given: CommandLine['given'] = {};
  const places = args.map((name) => name.replace('?', ''));
  const rest = typed.slice(verb.split(' ').length);
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at]!;
    const name = word.startsWith('--') ? word.slice(2) : undefined;
    if (name === undefined) {
      const place = places.shift();
      if (place === undefined) return undefined;
      given[place] = placeholderOf(word) ?? word;
    } else if (flags.includes(name)) given[name] = true;
    else if (options.includes(name) && rest[at + 1] !== undefined) {
      at += 1;
      given[name] = placeholderOf(rest[at]!) ?? rest[at]!;
    } else return undefined;
  }
  return { verb, given };
}

/** The words of a line: those in single quotes without them; placeholders as they stand. */
function wordsOf(text: string): string[] {
  const words = text.match(/(?:'[^']*'|\\'|"[^"]*"|[^\s'"\\])+/g) ?? [];
  return words.map((word) => (word.startsWith("'") ? word.slice(1, -1).replaceAll("'\\''", "'") : word));
}
