/** The people of the benchmark of the drain: as many as are asked for, out of a query, and nobody real. */
import type { DirectoryQueries } from '../../../activities/directory/sql-directory';
import { addressNumber } from '../../../stack/mailbox/counts';

/** The part of every address, and of nothing else, that no history may hold. */
export const DOMAIN = 'people.example';
/** One in so many has no address: each of them is a row that fails without a mail. */
export const WITHOUT_ADDRESS = 10_000;

export const addressOf = (n: number) => (n % WITHOUT_ADDRESS === 0 ? '' : `person${n}@${DOMAIN}`);

/** The queries of a directory with so many. */
export function queriesOf(people: number): DirectoryQueries {
  return {
    workspaces: `SELECT '' AS workspace_id, '' AS owner_email, '' AS language WHERE $1::text[] IS NULL AND false`,
    individuals: `
      SELECT 'p' || n AS person_id, CASE WHEN n % ${WITHOUT_ADDRESS} = 0 THEN '' ELSE 'person' || n || '@${DOMAIN}' END AS email,
             'en' AS language, CASE WHEN n % 3 = 0 THEN 'CA' ELSE 'IE' END AS country, '' AS workspace_id, 'accounts' AS data_set
        FROM generate_series(1, ${people}) AS n WHERE ($1::text[] IS NULL OR true) AND 'accounts' = ANY ($2::text[])`,
    subscribers: `SELECT '' AS subscriber_id, '' AS email, '' AS language WHERE false`,
  };
}

/** What the mailbox must have counted once each of them has had one mail. */
export function expectedCounts(people: number): { accepted: number; recipients: string } {
  let sum = 0n;
  let accepted = 0;
  for (let n = 1; n <= people; n++) {
    const address = addressOf(n);
    if (!address) continue;
    accepted++;
    sum += BigInt(addressNumber(address));
  }
  return { accepted, recipients: String(sum) };
}
