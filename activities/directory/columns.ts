/** What every directory gives of each kind of row, however it is asked: columns of CSV and SQL, fields of JSON. */
export const COLUMNS = {
  workspaces: ['workspace_id', 'owner_email', 'language'],
  individuals: ['person_id', 'email', 'language', 'country', 'workspace_id', 'data_set'],
  subscribers: ['subscriber_id', 'email', 'language'],
} as const;

export type Listing = keyof typeof COLUMNS;
export const LISTINGS = ['workspaces', 'individuals', 'subscribers'] as const satisfies readonly Listing[];

/** A row of a listing, each value as text; empty where there is none. */
export type RowOf<L extends Listing> = Record<(typeof COLUMNS)[L][number], string>;
