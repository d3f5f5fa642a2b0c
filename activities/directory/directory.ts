import { SUBSCRIBERS } from '../../domain/incident/audience';
import { countryOf, placeOf } from '../../domain/places/place';
import { inRegion, UNKNOWN_PLACE } from '../../domain/policy/places';
import { failure } from '../failures';
import type { Audience } from '../types';
import { addressesIn } from './addresses';
import type { AudienceRow, AudienceRows, DirectoryPort, DirectorySource, Rows } from './directory-port';
import { resolved } from './resolved';

type RuleTo<T extends Audience['recipient']['to']> = Extract<Audience['recipient'], { to: T }>;

/** The rules of who is told, over the rows of any source. */
export function createDirectory(source: DirectorySource): DirectoryPort {
  const read = (audience: Audience): AudienceRows => {
    const { recipient, workspaces } = audience;
    switch (recipient.to) {
      case 'workspace-owners':
        return workspaceOwners(source, workspaces);
      case 'individuals':
        return { of: 'people', pages: individuals(source, recipient, audience), unknown: () => [] };
      case 'status-subscribers':
        return { of: 'people', pages: subscribers(source), unknown: () => [] };
      default:
        throw failure(
          'AudienceNotMailable',
          `recipients "${recipient.to}" are not in the directory: correct the obligation's channel or recipient in the policy pack`,
        );
    }
  };
  return { read, resolve: async (audience) => resolved(read(audience)) };
}

async function* pagesOf<R>(rows: Rows<R>): AsyncIterable<R[]> {
  if (Symbol.asyncIterator in rows) yield* rows;
  else yield await rows;
}

/** The owners of the affected workspaces, each of them: a workspace is told as a workspace, whoever else owns another. */
function workspaceOwners(source: DirectorySource, workspaces: 'all' | string[]): AudienceRows {
  const wanted = workspaces === 'all' ? null : workspaces;
  const missing = new Set(wanted);
  async function* pages() {
    const asked = new Set(wanted);
    for await (const rows of pagesOf(source.workspaces(wanted))) {
      const those = wanted === null ? rows : rows.filter((row) => asked.has(row.workspace_id));
      for (const { workspace_id } of those) missing.delete(workspace_id);
      yield those.flatMap(({ workspace_id: id, owner_email, language }) =>
        addressesIn(owner_email).map((address) => rowOf(`workspace:${id}`, address, language)),
      );
    }
  }
  return { of: 'workspaces', pages: pages(), unknown: () => [...missing].sort() };
}

/**
 * The people in the affected data sets, by residence. Those of a data set that the company holds for its customers are
 * narrowed to the affected workspaces where these are named; its own data sets are not. A country that is empty or cannot be
 * read is an unknown place. One mail an address.
 */
async function* individuals(
  source: DirectorySource,
  rule: RuleTo<'individuals'>,
  { workspaces, dataSets }: Pick<Audience, 'workspaces' | 'dataSets'>,
): AsyncIterable<AudienceRow[]> {
  const named = workspaces === 'all' || workspaces.length === 0 ? null : workspaces;
  const living = new Map(dataSets.map((each) => [each.id, each.living]));
  for (const [own, within] of [
    [true, null],
    [false, named],
  ] as const) {
    const ids = dataSets.filter((each) => each.own === own).map(({ id }) => id);
    if (ids.length === 0) continue;
    const asked = new Set(ids);
    const affected = within && new Set(within);
    for await (const rows of pagesOf(source.individuals(within, ids))) {
      const those: AudienceRow[] = [];
      for (const { person_id, email, language, data_set: dataSet, country, workspace_id: workspace } of rows) {
        if (!asked.has(dataSet) || (affected && workspace !== '' && !affected.has(workspace))) continue;
        const place = placeOf(country) ?? UNKNOWN_PLACE;
        if (!inRegion(place, living.get(dataSet) ?? rule)) continue;
        const group = { dataSet, country: place === UNKNOWN_PLACE ? place : countryOf(place) };
        those.push({ ...rowOf(`person:${person_id}`, addressesIn(email)[0]!, language), group });
      }
      yield those;
    }
  }
}

async function* subscribers(source: DirectorySource): AsyncIterable<AudienceRow[]> {
  for await (const rows of pagesOf(source.subscribers()))
    yield rows.map(({ subscriber_id, email, language }) => ({
      ...rowOf(`subscriber:${subscriber_id}`, addressesIn(email)[0]!, language),
      group: SUBSCRIBERS,
    }));
}

function rowOf(ref: string, address: string, language: string): AudienceRow {
  return { ref, address: address.trim(), language: language.trim().toLowerCase().replace('_', '-') || 'en' };
}
