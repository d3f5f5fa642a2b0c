/** An audience beside the rows of a ledger, in memory: for few, and for a spool. Postgres has the same in SQL. */
import type { DirectoryRecipient } from '../../directory/directory-port';
import { addressKey } from '../../mail/mail-address';
import { countedAs } from './count-deliveries';
import type { Beside, Known, Wanted } from './ledger';

/** What several addresses of one recipient have in common: `workspace:ws-1` of `workspace:ws-1#2`. */
export function baseOf(ref: string): string {
  return ref.replace(/#\d+$/, '');
}

/** Each workspace or person once, those of the audience first. */
export function besideOf(wanted: DirectoryRecipient[], known: Known[], withAddresses = false): Beside[] {
  // Whom a stop took out was sent nothing: not by that address either.
  const sentTo = withAddresses ? known.filter((row) => countedAs(row) !== 'stopped') : [];
  const addresses = new Set(sentTo.map(({ address }) => addressKey(address)));
  const marked = (recipient: DirectoryRecipient): Wanted =>
    addresses.has(addressKey(recipient.address)) ? { ...recipient, isKnownAddress: true } : recipient;
  const all = new Map<string, Beside>();
  const of = (ref: string) => {
    const base = baseOf(ref);
    const found = all.get(base) ?? { base, wanted: [], known: [] };
    all.set(base, found);
    return found;
  };
  for (const recipient of wanted) of(recipient.ref).wanted.push(marked(recipient));
  for (const row of known) of(row.ref).known.push(row);
  return [...all.values()];
}
