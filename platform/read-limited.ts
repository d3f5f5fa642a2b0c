/** No answer that matters is longer, where nothing else is said; the rest is not read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** The beginning of an answer as text, `maxBytes` of it at most, however much the other side sends. */
export async function readLimited(response: Response, maxBytes = MAX_ANSWER_BYTES): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > maxBytes) break;
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}
