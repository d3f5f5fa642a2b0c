import { type Group, groupName, SUBSCRIBERS } from '../../domain/incident/audience';
import { countryOf, placeOf } from '../../domain/places/place';
import { inRegion, UNKNOWN_PLACE } from '../../domain/policy/places';
import { failure } from '../failures';
import { addressKey, isSameAddress } from '../mail/mail-address';
import type { Audience } from '../types';
import { addressesIn } from './addresses';
import type { DirectoryPort, DirectoryRecipient, DirectorySource, ResolvedAudience } from './directory-port';

type RuleTo<T extends Audience['recipient']['to']> = Extract<Audience['recipient'], { to: T }>;

/** The rules of who is told, over the rows of any source. */
export function createDirectory(source: DirectorySource): DirectoryPort {
  return {
    async resolve({ recipient, workspaces, dataSets }) {
      switch (recipient.to) {
        case 'workspace-owners':
          return workspaceOwners(source, workspaces);
        case 'individuals':
          return { recipients: await individuals(source, recipient, { workspaces, dataSets }), unknown: [] };
        case 'status-subscribers': {
          const rows = await source.subscribers();
          const all = rows.map((row) => ({
            ...recipientOf(`subscriber:${row.subscriber_id}`, addressesIn(row.email)[0]!, row.language),
            groups: [SUBSCRIBERS],
          }));
          return { recipients: onePerAddress(distinct(all)), unknown: [] };
        }
        default:
          throw failure(
            'AudienceNotMailable',
            `recipients "${recipient.to}" are not in the directory: correct the obligation's channel or recipient in the policy pack`,
          );
      }
    },
  };
}

/** The owners of the affected workspaces, each of them: a workspace is told as a workspace, whoever else owns another. */
async function workspaceOwners(source: DirectorySource, workspaces: 'all' | string[]): Promise<ResolvedAudience> {
  const wanted = workspaces === 'all' ? null : workspaces;
  const rows = await source.workspaces(wanted);
  const known = new Set(rows.map((row) => row.workspace_id));
  const asked = wanted === null ? known : new Set(wanted);
  const owners = new Map<string, DirectoryRecipient[]>();
  for (const { workspace_id: id, owner_email, language } of rows) {
    if (!asked.has(id)) continue;
    const before = owners.get(id) ?? [];
    const fresh = addressesIn(owner_email).filter(
      (address) => !before.some((each) => isSameAddress(each.address, address)),
    );
    // A cell without an address says nothing of a workspace that has one in another row.
    const usable = before.length > 0 ? fresh.filter((address) => address !== '') : fresh;
    owners.set(id, [...before, ...usable.map((address) => recipientOf(`workspace:${id}`, address, language))]);
  }
  return {
    recipients: [...owners.values()].flatMap(numbered).sort(byRef),
    unknown: (wanted ?? []).filter((id) => !known.has(id)).sort(),
  };
}

/**
 * The people in the affected data sets, by residence. Those of a data set that the company holds for its customers are
 * narrowed to the affected workspaces where these are named; its own data sets are not. A country that is empty or cannot be
 * read is an unknown place. One mail an address.
 */
async function individuals(
  source: DirectorySource,
  rule: RuleTo<'individuals'>,
  { workspaces, dataSets }: Pick<Audience, 'workspaces' | 'dataSets'>,
): Promise<DirectoryRecipient[]> {
  const named = workspaces === 'all' || workspaces.length === 0 ? null : workspaces;
  const inSets = async (own: boolean, within: string[] | null) => {
    const ids = dataSets.filter((each) => each.own === own).map(({ id }) => id);
    if (ids.length === 0) return [];
    const rows = await source.individuals(within, ids);
    return rows
      .filter((row) => ids.includes(row.data_set))
      .filter((row) => !within || row.workspace_id === '' || within.includes(row.workspace_id));
  };
  const living = new Map(dataSets.map((each) => [each.id, each.living]));
  const rows = [...(await inSets(true, null)), ...(await inSets(false, named))];
  const selected = rows
    .map((row) => ({ ...row, country: placeOf(row.country) ?? UNKNOWN_PLACE }))
    .filter((row) => inRegion(row.country, living.get(row.data_set) ?? rule))
    .map(({ person_id, email, language, data_set: dataSet, country }) => ({
      ...recipientOf(`person:${person_id}`, addressesIn(email)[0]!, language),
      groups: [{ dataSet, country: country === UNKNOWN_PLACE ? country : countryOf(country) }],
    }));
  return onePerAddress(distinct(selected));
}

function recipientOf(ref: string, address: string, language: string): DirectoryRecipient {
  return { ref, address: address.trim(), language: language.trim().toLowerCase().replace('_', '-') || 'en' };
}

/** Several addresses of one workspace, each with a ref of its own. */
function numbered(owners: DirectoryRecipient[]): DirectoryRecipient[] {
  return owners.map((owner, i) => (i === 0 ? owner : { ...owner, ref: `${owner.ref}#${i + 1}` }));
}

/** Each ref once, the first row counts, with the groups of all; sorted by ref, so that every resolution has the same order. */
function distinct(recipients: DirectoryRecipient[]): DirectoryRecipient[] {
  const found = new Map<string, DirectoryRecipient>();
  for (const recipient of recipients) {
    const before = found.get(recipient.ref);
    found.set(recipient.ref, before ? withGroups(before, newGroups(before, recipient)) : recipient);
  }
  return [...found.values()].sort(byRef);
}

/** Each address once, and it tells everybody who has it. Rows without any address all stay: each is one that could not be told. */
function onePerAddress(recipients: DirectoryRecipient[]): DirectoryRecipient[] {
  const found = new Map<string, DirectoryRecipient>();
  for (const recipient of recipients) {
    const key = addressKey(recipient.address) || `\n${recipient.ref}`;
    const before = found.get(key);
    found.set(key, before ? withGroups(before, recipient.groups ?? []) : recipient);
  }
  return [...found.values()];
}

function newGroups(before: DirectoryRecipient, { groups = [] }: DirectoryRecipient): Group[] {
  const names = new Set(before.groups?.map(groupName));
  return groups.filter((group) => !names.has(groupName(group)));
}

function withGroups(recipient: DirectoryRecipient, more: Group[]): DirectoryRecipient {
  return more.length === 0 ? recipient : { ...recipient, groups: [...(recipient.groups ?? []), ...more] };
}

function byRef(a: DirectoryRecipient, b: DirectoryRecipient): number {
  return a.ref < b.ref ? -1 : a.ref > b.ref ? 1 : 0;
}
