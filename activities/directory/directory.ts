import { inRegion } from '../../domain/policy/places';
import { failure } from '../failures';
import type { Audience } from '../types';
import type { DirectoryPort, DirectoryRecipient, DirectorySource, ResolvedAudience } from './directory-port';

type RuleTo<T extends Audience['recipient']['to']> = Extract<Audience['recipient'], { to: T }>;

/** The rules of who is told, over the rows of any source. */
export function createDirectory(source: DirectorySource): DirectoryPort {
  return {
    async resolve({ recipient, workspaces, dataSets }) {
      switch (recipient.to) {
        case 'workspace-owners':
          return workspaceOwners(source, recipient, workspaces);
        case 'individuals':
          return { recipients: await individuals(source, recipient, workspaces, dataSets), unknown: [] };
        case 'status-subscribers': {
          const rows = await source.subscribers();
          const all = rows.map((row) => recipientOf(`subscriber:${row.subscriber_id}`, row.email, row.language));
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

/** The owners of the affected workspaces, of one plan where the rule names it: one mail for each workspace. */
async function workspaceOwners(
  source: DirectorySource,
  rule: RuleTo<'workspace-owners'>,
  workspaces: 'all' | string[],
): Promise<ResolvedAudience> {
  const wanted = workspaces === 'all' ? null : workspaces;
  const rows = await source.workspaces(wanted);
  const known = new Set(rows.map((row) => row.workspace_id));
  const asked = wanted === null ? known : new Set(wanted);
  const selected = rows
    .filter((row) => asked.has(row.workspace_id))
    .filter((row) => rule.plan === undefined || row.plan.trim().toLowerCase() === rule.plan.toLowerCase())
    .map((row) => recipientOf(`workspace:${row.workspace_id}`, row.owner_email, row.language));
  return { recipients: distinct(selected), unknown: (wanted ?? []).filter((id) => !known.has(id)).sort() };
}

/**
 * The people in the affected data sets, by residence; within the affected workspaces where these are named and the
 * person belongs to one. An unknown country is outside a list of countries, and inside "other than". One mail an address.
 */
async function individuals(
  source: DirectorySource,
  rule: RuleTo<'individuals'>,
  workspaces: 'all' | string[],
  dataSets: string[],
): Promise<DirectoryRecipient[]> {
  if (dataSets.length === 0) return [];
  const inSets = new Set(dataSets);
  const named = workspaces === 'all' || workspaces.length === 0 ? null : workspaces;
  const inWorkspaces = named && new Set(named);
  const rows = await source.individuals(named, dataSets);
  const selected = rows
    .filter((row) => inSets.has(row.data_set))
    .filter((row) => !inWorkspaces || row.workspace_id === '' || inWorkspaces.has(row.workspace_id))
    .filter((row) => inRegion(row.country.trim().toUpperCase() || 'unknown', rule))
    .map((row) => recipientOf(`person:${row.person_id}`, row.email, row.language));
  return onePerAddress(distinct(selected));
}

function recipientOf(ref: string, address: string, language: string): DirectoryRecipient {
  return { ref, address: address.trim(), language: language.trim().toLowerCase().replace('_', '-') || 'en' };
}

/** Each ref once, the first row counts; sorted by ref, so that every resolution has the same order. */
function distinct(recipients: DirectoryRecipient[]): DirectoryRecipient[] {
  const byRef = new Map<string, DirectoryRecipient>();
  for (const recipient of recipients) if (!byRef.has(recipient.ref)) byRef.set(recipient.ref, recipient);
  return [...byRef.values()].sort((a, b) => (a.ref < b.ref ? -1 : a.ref > b.ref ? 1 : 0));
}

/** Each address once. Rows without any address all stay: each is a recipient that could not be told. */
function onePerAddress(recipients: DirectoryRecipient[]): DirectoryRecipient[] {
  const seen = new Set<string>();
  return recipients.filter(({ address }) => {
    const key = address.toLowerCase();
    if (key === '') return true;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
