/** Who the rows of an audience are: the rules by which several of them are one recipient. The ledger in Postgres has the same in SQL. */
import { type Group, groupName } from '../../domain/incident/audience';
import { addressKey, isSameAddress } from '../mail/mail-address';
import type { AudienceRow, AudienceRows, DirectoryRecipient, ResolvedAudience } from './directory-port';

/** All of an audience at once: for few, and for the time Postgres is away. */
export async function resolved(audience: AudienceRows): Promise<ResolvedAudience> {
  const rows: AudienceRow[] = [];
  for await (const page of audience.pages) for (const row of page) rows.push(row);
  const recipients = audience.of === 'workspaces' ? ownersOf(rows) : onePerAddress(distinct(rows));
  return { recipients, unknown: audience.unknown() };
}

/** The owners of workspaces, each with a ref of its own, in the order of their refs; each address of a workspace once. */
export function ownersOf(rows: Iterable<AudienceRow>): DirectoryRecipient[] {
  const owners = new Map<string, DirectoryRecipient[]>();
  for (const { ref, address, language } of rows) {
    const before = owners.get(ref) ?? [];
    // A cell without an address says nothing of a workspace that has one in another row.
    const isNew =
      !before.some((each) => isSameAddress(each.address, address)) && (before.length === 0 || address !== '');
    if (isNew) owners.set(ref, [...before, { ref, address, language }]);
  }
  return [...owners.values()].flatMap(numbered).sort(byRef);
}

/** Several addresses of one workspace, each with a ref of its own. */
function numbered(owners: DirectoryRecipient[]): DirectoryRecipient[] {
  return owners.map((owner, i) => (i === 0 ? owner : { ...owner, ref: `${owner.ref}#${i + 1}` }));
}

/** Each ref once, the first row counts, with the groups of all; sorted by ref, so that every resolution has the same order. */
function distinct(rows: AudienceRow[]): DirectoryRecipient[] {
  const found = new Map<string, DirectoryRecipient>();
  for (const { group, ...row } of rows) {
    const before = found.get(row.ref);
    const groups = group ? [group] : [];
    found.set(row.ref, before ? withGroups(before, newGroups(before, groups)) : { ...row, groups });
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

function newGroups(before: DirectoryRecipient, groups: Group[]): Group[] {
  const names = new Set(before.groups?.map(groupName));
  return groups.filter((group) => !names.has(groupName(group)));
}

function withGroups(recipient: DirectoryRecipient, more: Group[]): DirectoryRecipient {
  return more.length === 0 ? recipient : { ...recipient, groups: [...(recipient.groups ?? []), ...more] };
}

function byRef(a: DirectoryRecipient, b: DirectoryRecipient): number {
  return a.ref < b.ref ? -1 : a.ref > b.ref ? 1 : 0;
}
