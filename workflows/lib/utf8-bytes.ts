/** The bytes of a text in UTF-8, as which payloads are sent. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
