/** `tocsin completion`: the shell's completion of verbs and options, built from the commands as they are. */
import { Argument, type Command } from 'commander';
import type { Shell } from '../shell';
import { verb } from '../verb';

export function completionCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'completion',
    'Print a script that completes verbs and options in your shell, where the command is installed as `tocsin`.',
    'completion bash > ~/.local/share/bash-completion/completions/tocsin\ncompletion zsh > ~/.zfunc/_tocsin\ncompletion fish > ~/.config/fish/completions/tocsin.fish',
  )
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action((name: keyof typeof SCRIPTS, { json }: { json?: boolean }) => {
      const script = SCRIPTS[name](placesOf(program));
      if (json) shell.out.json({ shell: name, script });
      else shell.out.line(script.trimEnd());
    });
}

/** A place on the command line: the verb so far, and what may follow it. */
interface Place {
  /** `` at first, then `register`, `register show`. */
  path: string;
  verbs: Word[];
  options: Word[];
}

interface Word {
  word: string;
  about: string;
}

function placesOf(command: Command, path = ''): Place[] {
  const verbs = command.commands.flatMap((each) =>
    [each.name(), ...each.aliases()].map((word) => ({ word, about: short(each.description()) })),
  );
  const options = command.options.flatMap(({ long, description }) =>
    long ? [{ word: long, about: short(description) }] : [],
  );
  const help = { word: '--help', about: 'what it takes, with an example' };
  const below = command.commands.flatMap((each) =>
    [each.name(), ...each.aliases()].flatMap((name) => placesOf(each, path ? `${path} ${name}` : name)),
  );
  return [{ path, verbs, options: [...options, help] }, ...below];
}

/** A few words for a list, without what a shell would read as its own. */
function short(text: string): string {
  return /^.*?(?=[.:;](\s|$)|$)/
    .exec(text)![0]
    .replace(/["'`$\\[\]]/g, '')
    .slice(0, 60);
}

const HEAD = '# Made by `tocsin completion`: make it anew after an upgrade.';

/** Where another word of the verb follows, by how many words there are before it: `"register"`, then `"register keys"`. */
function groupsOf(places: Place[]): string[][] {
  const groups = places.filter(({ path, verbs }) => path && verbs.length > 0);
  const deepest = Math.max(...groups.map(({ path }) => path.split(' ').length));
  return Array.from({ length: deepest }, (_, i) =>
    groups.flatMap(({ path }) => (path.split(' ').length === i + 1 ? [`"${path}"`] : [])),
  );
}

function wordsOf({ verbs, options }: Place): string {
  return [...verbs, ...options].map(({ word }) => word).join(' ');
}

const SCRIPTS = {
  bash: (places: Place[]) => `${HEAD}
_tocsin() {
  local cur=\${COMP_WORDS[COMP_CWORD]} path="" words=""
  [ "$COMP_CWORD" -gt 1 ] && path=\${COMP_WORDS[1]}
${groupsOf(places)
  .map(
    (groups, i) =>
      `  case "$path" in ${groups.join('|')}) [ "$COMP_CWORD" -gt ${i + 2} ] && path="$path \${COMP_WORDS[${i + 2}]}" ;; esac`,
  )
  .join('\n')}
  case "$path" in
${places.map((place) => `    "${place.path}") words="${wordsOf(place)}" ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _tocsin tocsin
`,
  zsh: (places: Place[]) => `#compdef tocsin
${HEAD}
_tocsin() {
  local place=""
  local -a known
  (( CURRENT > 2 )) && place=$words[2]
${groupsOf(places)
  .map(
    (groups, i) =>
      `  case "$place" in ${groups.join('|')}) (( CURRENT > ${i + 3} )) && place="$place $words[${i + 3}]" ;; esac`,
  )
  .join('\n')}
  case "$place" in
${places
  .map(
    ({ path, verbs, options }) =>
      `    "${path}") known=(${[...verbs, ...options].map(({ word, about }) => `'${word}:${about}'`).join(' ')}) ;;`,
  )
  .join('\n')}
  esac
  _describe 'tocsin' known
  _files
}
compdef _tocsin tocsin
`,
  fish: (places: Place[]) => `${HEAD}
function __tocsin_at
  set -l words (commandline -opc)
  set -e words[1]
  set -l place $words[1]
${groupsOf(places)
  .map(
    (groups, i) =>
      `  if contains -- "$place" ${groups.join(' ')}; and set -q words[${i + 2}]\n    set place "$place $words[${i + 2}]"\n  end`,
  )
  .join('\n')}
  test "$place" = "$argv[1]"
end
${places
  .flatMap(({ path, verbs, options }) => [
    ...verbs.map(({ word, about }) => `complete -c tocsin -n '__tocsin_at "${path}"' -f -a ${word} -d '${about}'`),
    ...options.map(
      ({ word, about }) => `complete -c tocsin -n '__tocsin_at "${path}"' -l ${word.slice(2)} -d '${about}'`,
    ),
  ])
  .join('\n')}
`,
};
