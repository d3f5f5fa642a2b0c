/** What shows that an obligation was fulfilled: counts, instants, references and hashes, never people or addresses. */
import type { Instant } from '../kernel/time';

/** One rendering of a notice in one language, stored by its hash. */
export interface Rendering {
  language: string;
  sha256: string;
  template: string;
  templateSha256: string;
  /** A person's text in place of the generated one, which stands under `of` where there is one. */
  edited?: { of?: string };
  /** Hash of the list of the renderings of single workspaces, which are told their own numbers; and how many there are. */
  own?: { sha256: string; count: number };
}

/** A receipt or another file of a report, by its hash; `name` where an event of an earlier version holds it. */
export interface Attachment {
  name?: string;
  sha256: string;
  bytes: number;
}

/** What shows that an obligation was fulfilled. */
export interface Evidence {
  channel: string;
  recipients?: number;
  sent?: number;
  failed?: number;
  firstSentAt?: Instant;
  lastSentAt?: Instant;
  renderings?: Rendering[];
  reference?: string;
  caseNumber?: string;
  /** Receipts and other files of a report: the files themselves stay with whoever filed it. */
  attachments?: Attachment[];
  /** Their names, in their order: they may name people, and stand apart so that they can be erased. */
  attachmentNames?: string[];
  /** Titles of required fields that this phase of a report did not deliver. */
  missing?: string[];
  authority?: string;
  url?: string;
  note?: string;
  /** How many were to be told, and of them were told: by mail and outside of the product. Workspaces, or people. */
  of?: number;
  told?: number;
  outside?: number;
  /** How many stay untold by a person's decision. */
  left?: number;
  firstToldAt?: Instant;
  lastToldAt?: Instant;
  /** The obligation whose notice served this one too. */
  toldWith?: string;
}
