/** No answer that matters is longer; the rest is not read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** The beginning of an answer as text, however much the other side sends. */
export async function readLimited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > MAX_ANSWER_BYTES) break;
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}
