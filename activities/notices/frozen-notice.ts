import { z } from 'zod';
import { canonicalText } from '../../register/canonical';
import { failure } from '../failures';
import type { ArtefactStore } from '../storage/artefacts';

const FrozenNoticeSchema = z.strictObject({
  subject: z.string().min(1),
  html: z.string().min(1),
  text: z.string().min(1),
  /** Of a mail. A provider takes a repeat for the same request only from the same sender, so it is approved with the text. */
  sender: z
    .strictObject({
      from: z.string().min(1),
      replyTo: z.string().min(1).optional(),
      /** The incident has it in place of the configured one, from which the notice must not go out whatever happens. */
      instead: z.literal(true).optional(),
    })
    .optional(),
  /** Of a status mail: where its readers unsubscribe, with parts for whom. */
  unsubscribe: z.string().min(1).optional(),
});
/** A notice as it goes out, the same to every recipient of its language. */
export type FrozenNotice = z.infer<typeof FrozenNoticeSchema>;
/** Who it is from, as approved. */
export type FrozenSender = NonNullable<FrozenNotice['sender']>;

/** Stores a notice of an incident as canonical JSON (RFC 8785); answers the SHA-256 of these bytes. */
export function freezeNotice(
  artefacts: ArtefactStore,
  incidentId: string,
  { subject, html, text }: FrozenNotice,
  sender?: FrozenSender,
  unsubscribe?: string,
): Promise<string> {
  const beside = { ...(sender && { sender }), ...(unsubscribe && { unsubscribe }) };
  const bytes = Buffer.from(canonicalText({ subject, html, text, ...beside }), 'utf8');
  return artefacts.put(bytes, incidentId);
}

/** The notice stored under a hash. Throws ArtefactFault when it is missing, damaged or no notice. */
export async function thawNotice(artefacts: ArtefactStore, sha256: string): Promise<FrozenNotice> {
  const bytes = await artefacts.get(sha256);
  try {
    return FrozenNoticeSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw failure('ArtefactFault', `artefact ${sha256} is not a notice: the rendering points to something else`);
  }
}
