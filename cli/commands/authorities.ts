/** `tocsin authorities`: how one files with each, and what must be arranged before, for peace time. */
import type { Command } from 'commander';
import { usage } from '../../client/errors';
import { nearest } from '../../domain/kernel/suggest';
import { countryOf, placeName, readPlace } from '../../domain/places/place';
import type { Authority } from '../../domain/policy/pack';
import type { Output } from '../rendering/output';
import { hanging } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';

interface Options extends CommonOptions {
  country?: string;
}

const CONFIRMED = { V: 'read at the source', S: 'secondary source: confirm', R: 'from memory: confirm' } as const;

export function authoritiesCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'authorities',
    'List the authorities of the policy: how to file, in which language, and what must be arranged before an incident.',
    'authorities --country DK',
  )
    .option('--country <code>', 'only those of this country')
    .action(async ({ country, json }: Options) => {
      const { loadPolicy } = await import('../../policy/load-policy.js');
      const { pack } = loadPolicy(shell.settings.policy);
      const code = country === undefined ? undefined : countryAsked(country, pack.authorities);
      const shown = pack.authorities.filter((each) => code === undefined || each.country === code);
      if (json) shell.out.json(shown);
      else for (const line of shown.flatMap((each) => authorityLines(each, shell.out))) shell.out.line(line);
    });
}

/**
 * The country that is asked for, by any code of it.
 *
 * @throws CommandError when it is none, or none of its authorities is in the policy.
 */
export function countryAsked(text: string, authorities: Array<Pick<Authority, 'country'>>): string {
  const listed = [...new Set(authorities.map(({ country }) => country))].sort();
  const read = readPlace(text);
  const country = 'place' in read ? countryOf(read.place) : undefined;
  if (country !== undefined && listed.includes(country)) return country;
  const names = listed.map(placeName);
  const name = nearest(text, names);
  if (country === undefined && name)
    throw usage(`--country: "${text}" is not a country code: did you mean "${listed[names.indexOf(name)]}" (${name})?`);
  if ('problem' in read) throw usage(`--country: ${read.problem}`);
  throw usage(
    `--country: no authority of ${placeName(countryOf(read.place))} is in the policy; there are authorities of: ${listed.join(', ')}`,
  );
}

function authorityLines(authority: Authority, out: Output): string[] {
  const { key, name, country, via, address, languages, confirmed, needs = [], note } = authority;
  const field = (title: string, text: string) => hanging(`  ${title.padEnd(9)}`, text, out.width);
  return [
    `${out.style(key, 'bold')}  ${name} (${country})`,
    ...field('file', `${via}: ${address}`),
    ...field('language', languages.join(', ')),
    ...needs.flatMap((need) => field('arrange', need)),
    ...(note ? field('note', note) : []),
    ...field('source', CONFIRMED[confirmed]),
    '',
  ];
}
