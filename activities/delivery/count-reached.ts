/** Who a delivery reached: the directory's recipients beside the rows of the ledger. Pure. */
import { type Group, groupName } from '../../domain/incident/audience';
import { type Counted, MOST_NAMED, type Unreached } from '../../domain/incident/tally';
import type { DirectoryRecipient, ResolvedAudience } from '../directory/directory-port';
import { addressKey, isSameAddress } from '../mail/mail-address';
import type { Audience } from '../types';
import { cameBack } from './ledger/delivery-events';
import type { Delivery, Recipient } from './ledger/ledger';

/** True where the provider took the mail and did not say since that it came back. */
export function isReached({ status, fate }: Pick<Delivery, 'status' | 'fate'>): boolean {
  return status === 'sent' && !cameBack(fate);
}

/** What several addresses of one recipient have in common: `workspace:ws-1` of `workspace:ws-1#2`. */
function baseOf(ref: string): string {
  return ref.replace(/#\d+$/, '');
}

function byBase<T extends { ref: string }>(all: T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const each of all) {
    const base = baseOf(each.ref);
    const before = found.get(base);
    if (before) before.push(each);
    else found.set(base, [each]);
  }
  return found;
}

/**
 * The recipients that a round must enter in the ledger: not those who were told already, and whoever has another address
 * than before as a row of its own.
 */
export function notYetTold(recipients: DirectoryRecipient[], present: Delivery[]): Recipient[] {
  const rows = byBase(present);
  return [...byBase(recipients)].flatMap(([base, wanted]) => {
    const known = rows.get(base) ?? [];
    if (known.length > 0 && known.every(isReached)) return [];
    const taken = new Set(known.map(({ ref }) => ref));
    return wanted.map(({ ref, address, language }) => {
      const before = known.find((row) => isSameAddress(row.address, address));
      if (before) return { ref: before.ref, address, language };
      let free = ref;
      for (let n = 2; taken.has(free); n++) free = `${base}#${n}`;
      taken.add(free);
      return { ref: free, address, language };
    });
  });
}

/** A round of a notice, and whom it goes to. */
interface RoundOfAudience {
  round: number;
  audience: Audience;
}

/** Whom a round must enter in the ledger that holds `present`. */
export function toEnter(input: RoundOfAudience, recipients: DirectoryRecipient[], present: Delivery[]): Recipient[] {
  return notYetTold(withoutKnownAddresses(input, recipients, present), present);
}

/** In later rounds: a person who comes under another ref with an address that was told already is not told again. */
function withoutKnownAddresses(
  input: RoundOfAudience,
  recipients: DirectoryRecipient[],
  present: Delivery[],
): DirectoryRecipient[] {
  // A workspace is told as a workspace, also when its owner owns another one.
  if (input.round === 1 || input.audience.recipient.to === 'workspace-owners') return recipients;
  const refs = new Set(present.map(({ ref }) => ref));
  const addresses = new Set(present.map(({ address }) => addressKey(address)));
  return recipients.filter(
    ({ ref, address }) => refs.has(ref) || address === '' || !addresses.has(addressKey(address)),
  );
}

/** Counts who was told. A workspace is told when each of its owners was, and so is a person. */
export function countReached(audience: Audience, resolved: ResolvedAudience, deliveries: Delivery[]): Counted {
  const rows = byBase(deliveries);
  const now = byBase(resolved.recipients);
  const isTold = (base: string) => {
    const known = rows.get(base) ?? [];
    const sent = known.filter(isReached);
    if (known.length > 0 && sent.length === known.length) return true;
    const wanted = now.get(base) ?? [];
    return wanted.length > 0 && wanted.every(({ address }) => sent.some((row) => isSameAddress(row.address, address)));
  };
  if (audience.recipient.to === 'workspace-owners') {
    const inDirectory = [...now.keys()].map((base) => base.slice('workspace:'.length));
    const ids = audience.workspaces === 'all' ? inDirectory : [...new Set(audience.workspaces)].sort();
    const told = ids.filter((id) => isTold(`workspace:${id}`));
    const reached = new Set(told);
    const untold = ids
      .filter((id) => !reached.has(id))
      .map((workspace) => {
        const why = whyNot(rows.get(`workspace:${workspace}`) ?? []);
        // That its mail came back is known also of one that the directory does not have any more.
        const known = why === 'came-back' || now.has(`workspace:${workspace}`);
        return { workspace, why: known ? why : ('unknown' as const) };
      });
    return {
      of: 'workspaces',
      reached: told.slice(0, MOST_NAMED),
      unreached: untold.slice(0, MOST_NAMED),
      numbers: { told: told.length, untold: untold.length },
    };
  }
  const isBack = (base: string) => {
    const known = rows.get(base) ?? [];
    return !known.some(isReached) && known.some(({ fate }) => cameBack(fate));
  };
  const groups = new Map<string, Group & { listed: number; told: number; cameBack: number }>();
  for (const { ref, groups: ofRecipient = [] } of resolved.recipients) {
    const told = isTold(baseOf(ref)) ? 1 : 0;
    const back = isBack(baseOf(ref)) ? 1 : 0;
    for (const group of ofRecipient) {
      const name = groupName(group);
      const before = groups.get(name) ?? { ...group, listed: 0, told: 0, cameBack: 0 };
      const { listed, told: toldBefore, cameBack: backBefore } = before;
      groups.set(name, { ...before, listed: listed + 1, told: toldBefore + told, cameBack: backBefore + back });
    }
  }
  const counted = [...groups.keys()].sort().map((name) => {
    const { cameBack: back, ...group } = groups.get(name)!;
    return { ...group, ...(back > 0 && { cameBack: back }) };
  });
  return { of: 'people', groups: counted };
}

function whyNot(rows: Delivery[]): Unreached {
  if (rows.length === 0 || rows.some(({ status }) => ['pending', 'sending', 'unknown'].includes(status)))
    return 'pending';
  if (rows.some(({ fate }) => cameBack(fate))) return 'came-back';
  const failed = rows.filter(({ status }) => status === 'failed');
  return failed.every(({ errorCode }) => errorCode === 'invalid-address') ? 'no-address' : 'undeliverable';
}
