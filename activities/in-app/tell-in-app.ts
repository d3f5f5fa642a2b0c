import { thawNotice } from '../notices/frozen-notice';
import type { ArtefactStore } from '../storage/artefacts';
import type { InAppInput } from '../types';
import type { InAppPort, InAppText } from './in-app-port';

/** Hands a notice to the product in every language in which it was approved: the frozen texts, as they are. */
export async function tellInApp(
  { artefacts, inApp }: { artefacts: ArtefactStore; inApp: InAppPort },
  input: InAppInput,
): Promise<{ messageId: string }> {
  const texts: InAppText[] = [];
  for (const { language, sha256 } of input.renderings) {
    const { subject, text } = await thawNotice(artefacts, sha256);
    texts.push({ language, subject, text, sha256 });
  }
  return inApp.tell(input, texts);
}
