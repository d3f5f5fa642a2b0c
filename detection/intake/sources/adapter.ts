/** What each format of a source provides: pure functions, one file a format. */

import type { DeliveryEvent } from '../../../activities/delivery/ledger/delivery-events';
import type { Detection } from '../../../domain/detection/detection';
import type { Problem } from '../../../domain/kernel/problems';
import type { AdvisoryRecord } from '../../../domain/patch/advisory';
import type { AuthEvent } from '../../../domain/sessions/auth-event';

/** A request as it came: header names in lower case, the body's bytes untouched. */
export interface SourceRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

/** What an adapter knows beside the request. */
export interface SourceContext {
  /** The source's name in the configuration. */
  source: string;
  /** Whose systems the source is about where it does not say so itself. */
  scope: Detection['scope'];
  /** The real clock, in milliseconds since the epoch. */
  now: number;
}

/** What could not be taken of a request: it costs itself and nothing beside it, is counted, and can be looked at. */
export interface Untaken {
  /** What it says that it is, such as the name of an event. */
  kind: string;
  /** What is wrong with it, by field; none where nothing is known about the kind. */
  problems: Problem[];
  value: unknown;
  /** The id of the detection that was taken without it; such a part counts once, with its detection. */
  of?: string;
}

/** What a request holds. All lists empty: it was understood and nothing follows, as `note` says. */
export interface Parsed {
  detections: Detection[];
  authEvents?: AuthEvent[];
  /** What a mail provider tells of mails that it took. */
  deliveryEvents?: DeliveryEvent[];
  /** For the dependency check, beside their detections. */
  advisories?: AdvisoryRecord[];
  untaken?: Untaken[];
  note?: string;
}

export interface SourceAdapter {
  /** Its name: lower-case letters, digits and "-". */
  format: string;
  /** Whose systems it is about where the configuration does not say; `unknown` without it. */
  scope?: Detection['scope'];
  /** Media types that it takes, without parameters; the first is what senders use most. */
  contentTypes: readonly string[];
  /** The shortest secret that it takes, and its form for the message when one is refused. */
  secretProblem(secret: string): string | undefined;
  /** Throws a Refusal when the request was not signed with one of the secrets, or too long ago. Reads no JSON. */
  verify(request: SourceRequest, secrets: readonly string[], now: number): void;
  /**
   * The sender's own id of the whole request, as far as the signature covers it: the same id again is the same request
   * and is not parsed again. Undefined: decided by what it holds.
   */
  deliveryId?(request: SourceRequest): string | undefined;
  /** Reads the body. Throws a Refusal that names the fields at fault; never anything else, whatever the bytes. */
  parse(request: SourceRequest, context: SourceContext): Parsed;
}
