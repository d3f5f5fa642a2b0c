/**
 * An audience beside the rows of the ledger, both sorted and joined by Postgres: of however many, only a page is in memory.
 * The rows of the directory are in a temporary table that goes with the transaction.
 */
import type { Pool, PoolClient } from 'pg';
import type { Group as DomainGroup } from '../../../domain/incident/audience';
import { inTransaction } from '../../../postgres/transaction';
import type { AudienceRow, AudienceRows } from '../../directory/directory-port';
import { ownersOf } from '../../directory/resolved';
import { addressKey } from '../../mail/mail-address';
import { takenOut } from './count-deliveries';
import type { DeliveryEventKind } from './delivery-events';
import { FATE_KIND } from './delivery-events';
import type { Beside, DeliveryStatus, Enter, Known, ObligationKey, Wanted } from './ledger';
import { insertDeliveries } from './open-deliveries';

/** Sorting a million rows on a busy machine. */
const SORTED_WITHIN_MS = 10 * 60_000;
/** The transaction is idle while a page of the directory is waited for. */
const PAGE_WITHIN_MS = 30 * 60_000;
const PAGE = 2_000;

/** @see DeliveryLedger.beside */
export async function besideInPostgres(
  pool: Pool,
  key: ObligationKey,
  audience: AudienceRows,
  withAddresses: boolean,
  each: (some: Beside[], enter: Enter) => Promise<void>,
): Promise<void> {
  const pages = audience.pages[Symbol.asyncIterator]();
  try {
    // No connection of the ledger waits for a directory that is slow to begin, or away.
    const first = await pages.next();
    await inTransaction(pool, async (client) => {
      await client.query(`${LIMITS}; ${TABLES}`);
      let place = 0;
      for (let page = first; !page.done; ) {
        const rows = page.value;
        // The next page comes while this one is written.
        const next = ahead(pages.next());
        for (let at = 0; at < rows.length; at += PAGE) await keepRows(client, rows.slice(at, at + PAGE), place + at);
        place += rows.length;
        page = await next;
      }
      if (withAddresses) await keepAddresses(client, [key.incidentId, key.obligationId]);
      await readJoined(client, key, audience.of, each);
    });
  } finally {
    await pages.return?.();
  }
}

/** Awaited later: until then its failure is nobody's. */
function ahead<T>(reading: Promise<T>): Promise<T> {
  reading.catch(() => undefined);
  return reading;
}

async function readJoined(
  client: PoolClient,
  { incidentId, obligationId }: ObligationKey,
  of: AudienceRows['of'],
  each: (some: Beside[], enter: Enter) => Promise<void>,
): Promise<void> {
  // The sorting is done with the first page.
  const read = { query_timeout: SORTED_WITHIN_MS };
  await client.query({ text: JOINED[of], values: [incidentId, obligationId], ...read });
  const fetch = () => ahead(client.query<Row>({ text: `FETCH ${PAGE} FROM beside`, ...read }));
  let next = fetch();
  // One statement at a time.
  const enter: Enter = async (group, recipients) => {
    await next;
    return insertDeliveries(client, group, recipients);
  };
  try {
    for (let open: Group | undefined; ; ) {
      const { rows } = await next;
      // The next page comes while this one is read; a cursor sees nothing of what is entered since it was declared.
      if (rows.length > 0) next = fetch();
      const whole: Beside[] = [];
      for (const row of rows) {
        if (open?.base !== row.base) {
          if (open) whole.push(besideOf(open, of));
          open = { base: row.base, rows: [] };
        }
        open.rows.push(row);
      }
      if (rows.length === 0 && open) whole.push(besideOf(open, of));
      if (whole.length > 0) await each(whole, enter);
      if (rows.length === 0) return;
    }
  } finally {
    await next.catch(() => undefined);
  }
}

const LIMITS = `SET LOCAL statement_timeout = ${SORTED_WITHIN_MS};
  SET LOCAL idle_in_transaction_session_timeout = ${PAGE_WITHIN_MS}; SET LOCAL work_mem = '32MB'`;

const TABLES = `
  CREATE TEMPORARY TABLE audience (
    place bigint, ref text, address text, key text, language text, data_set text, country text
  ) ON COMMIT DROP;
  CREATE TEMPORARY TABLE ledger_addresses (key text) ON COMMIT DROP`;

async function keepRows(client: PoolClient, rows: AudienceRow[], place: number): Promise<void> {
  await client.query(
    `INSERT INTO pg_temp.audience
     SELECT $1 + place, ref, address, key, language, data_set, country
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) WITH ORDINALITY
              AS given (ref, address, key, language, data_set, country, place)`,
    [
      place,
      rows.map(({ ref }) => ref),
      rows.map(({ address }) => address),
      rows.map(({ address }) => addressKey(address)),
      rows.map(({ language }) => language),
      rows.map(({ group }) => group?.dataSet ?? null),
      rows.map(({ group }) => group?.country ?? null),
    ],
  );
}

/** What the addresses of the ledger's rows are compared by. Whom a stop took out was sent nothing: not by that address either. */
async function keepAddresses(client: PoolClient, of: string[]): Promise<void> {
  await client.query(
    `DECLARE addresses NO SCROLL CURSOR FOR
     SELECT address FROM tocsin.deliveries
      WHERE incident_id = $1 AND obligation_id = $2 AND NOT ${takenOut()}`,
    of,
  );
  for (;;) {
    const { rows } = await client.query<{ address: string }>(`FETCH ${PAGE} FROM addresses`);
    if (rows.length === 0) return;
    await client.query('INSERT INTO pg_temp.ledger_addresses SELECT unnest($1::text[])', [
      rows.map(({ address }) => addressKey(address)),
    ]);
  }
}

/** A row of the audience (`side` 0), or of the ledger (1). */
interface Row {
  base: string;
  side: 0 | 1;
  ref: string;
  address: string;
  language: string;
  /** Of people: whether the address that is mailed is this one's; others have the same. */
  isFirst: boolean;
  dataSet: string | null;
  country: string | null;
  isKnownAddress: boolean;
  status: DeliveryStatus;
  errorCode: string | null;
  fate: DeliveryEventKind | null;
}

interface Group {
  base: string;
  rows: Row[];
}

const BASE = (ref: string) => `CASE WHEN ${ref} LIKE '%#%' THEN regexp_replace(${ref}, '#[0-9]+$', '') ELSE ${ref} END`;
const IS_KNOWN = 'EXISTS (SELECT FROM pg_temp.ledger_addresses AS known WHERE known.key = wanted.key)';

const joined = (wanted: string) => `
  DECLARE beside NO SCROLL CURSOR FOR
  ${wanted}
  UNION ALL
  SELECT (${BASE('recipient_ref')}) COLLATE "C", 1, recipient_ref COLLATE "C", 0, address, language, false, NULL, NULL, false, status,
         error_code, fate.kind
    FROM tocsin.deliveries AS delivery ${FATE_KIND} WHERE incident_id = $1 AND obligation_id = $2
   ORDER BY base, side, ref, place`;

/** As `resolved` has it: of workspaces each row, in its place; of people each address once, with the groups of all who have it. */
const JOINED = {
  workspaces: joined(`
  SELECT ref COLLATE "C" AS base, 0 AS side, ref COLLATE "C" AS ref, place, address, language, true AS "isFirst",
         NULL::text AS "dataSet", NULL::text AS country, ${IS_KNOWN} AS "isKnownAddress", NULL::text AS status,
         NULL::text AS "errorCode", NULL::text AS fate
    FROM pg_temp.audience AS wanted`),
  people: joined(`
  SELECT (${BASE('wanted.told_by')}) COLLATE "C" AS base, 0 AS side, wanted.told_by COLLATE "C" AS ref, 0 AS place, wanted.address,
         wanted.language, wanted.ref = wanted.told_by AS "isFirst", wanted.data_set AS "dataSet", wanted.country,
         ${IS_KNOWN} AS "isKnownAddress", NULL::text AS status, NULL::text AS "errorCode", NULL::text AS fate
    FROM (
      SELECT *, first_value(ref) OVER (
               PARTITION BY CASE WHEN key = '' THEN E'\\n' || ref ELSE key END ORDER BY ref COLLATE "C") AS told_by
        FROM (
          SELECT ref, data_set, country, first_value(address) OVER first AS address, first_value(key) OVER first AS key,
                 first_value(language) OVER first AS language
            FROM (SELECT DISTINCT ON (ref COLLATE "C", data_set, country) * FROM pg_temp.audience
                   ORDER BY ref COLLATE "C", data_set, country, place) AS each
          WINDOW first AS (PARTITION BY ref COLLATE "C" ORDER BY place)
        ) AS person
    ) AS wanted`),
};

function besideOf({ base, rows }: Group, of: AudienceRows['of']): Beside {
  const wanted = rows.filter(({ side }) => side === 0);
  return {
    base,
    wanted: of === 'workspaces' ? owners(wanted) : people(wanted),
    known: rows.filter(({ side }) => side === 1).map(knownOf),
  };
}

function owners(rows: Row[]): Wanted[] {
  const known = new Map(rows.map((row) => [row.address, row.isKnownAddress]));
  return ownersOf(rows.map(({ ref, address, language }) => ({ ref, address, language }))).map((owner) =>
    marked(owner, known.get(owner.address) ?? false),
  );
}

/** Those with one ref are one address, and whoever has it. */
function people(rows: Row[]): Wanted[] {
  const byRef = new Map<string, Row[]>();
  for (const row of rows) {
    const before = byRef.get(row.ref);
    if (before) before.push(row);
    else byRef.set(row.ref, [row]);
  }
  return [...byRef].map(([ref, all]) => {
    const { address, language, isKnownAddress } = all.find(({ isFirst }) => isFirst)!;
    return marked({ ref, address, language, groups: all.map(groupOf) }, isKnownAddress);
  });
}

function groupOf({ dataSet, country }: Row): DomainGroup {
  return { ...(dataSet !== null && { dataSet }), ...(country !== null && { country }) };
}

function marked(recipient: Wanted, isKnownAddress: boolean): Wanted {
  return isKnownAddress ? { ...recipient, isKnownAddress: true } : recipient;
}

function knownOf({ ref, address, status, errorCode, fate }: Row): Known {
  return {
    ...{ ref, address, status },
    ...(errorCode !== null && { errorCode }),
    ...(fate !== null && { fate: { kind: fate } }),
  };
}
