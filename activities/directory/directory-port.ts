/** The port to whoever knows the customers: workspaces and their owners, individuals, status subscribers. */
import type { Group } from '../../domain/incident/audience';
import type { Audience } from '../types';

/**
 * `ref`: the directory's own id, never a name or an address; further addresses of the same end in `#2`, `#3`. `address` may
 * be invalid: the delivery records that.
 */
export interface DirectoryRecipient {
  ref: string;
  address: string;
  /** BCP 47 tag, lower case; `en` where the directory knows none. */
  language: string;
  /** Of people: the groups that this mail tells, one for each person and data set. */
  groups?: Group[];
}

export interface ResolvedAudience {
  /** In the order of their refs. */
  recipients: DirectoryRecipient[];
  /** Workspace ids of the assessment that the directory does not know. They stop no notice to the others. */
  unknown: string[];
}

/** A row of the directory that belongs to an audience: one address, and of people one of their groups. */
export interface AudienceRow {
  /** As of a recipient, without a number. */
  ref: string;
  address: string;
  language: string;
  group?: Group;
}

/** An audience as the rows of the directory come, some at a time: who several rows and addresses are is found out later. */
export interface AudienceRows {
  /** Of workspaces each owner is told; of people each address once. */
  of: 'workspaces' | 'people';
  pages: AsyncIterable<AudienceRow[]>;
  /** The unknown ones, as in `ResolvedAudience`, once all pages were read. */
  unknown(): string[];
}

export interface DirectoryPort {
  /** Who an audience is, now, all of it at once. Throws AudienceNotMailable for recipients that the directory does not hold. */
  resolve(audience: Audience): Promise<ResolvedAudience>;
  /** The same as rows, never all of them in memory. Throws as `resolve` does, when it is begun. */
  read(audience: Audience): AudienceRows;
}

/** A row of the directory's workspaces. One with several owners has several rows, or several addresses in a cell. */
export interface WorkspaceRow {
  workspace_id: string;
  owner_email: string;
  language: string;
}

/** A person in a data set; one with several data sets has several rows. `country`: ISO 3166-1 alpha-2, empty when unknown. */
export interface IndividualRow {
  person_id: string;
  email: string;
  language: string;
  country: string;
  workspace_id: string;
  data_set: string;
}

export interface SubscriberRow {
  subscriber_id: string;
  email: string;
  language: string;
}

/** Rows, some at a time; or all of them, of a source that has few. */
export type Rows<R> = AsyncIterable<R[]> | Promise<R[]>;

/** Where the rows come from. `workspaces`: ids, or null for all. Rows beyond those asked for do no harm. */
export interface DirectorySource {
  workspaces(workspaces: string[] | null): Rows<WorkspaceRow>;
  individuals(workspaces: string[] | null, dataSets: string[]): Rows<IndividualRow>;
  subscribers(): Rows<SubscriberRow>;
}
