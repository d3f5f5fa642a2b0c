/** Names that are set aside for examples and can belong to nobody (RFC 2606, RFC 6761). */
const RESERVED = /(^|\.)(example\.(com|net|org)|example|invalid|test)$/i;

/** Whether a text names a mail address or a host that is set aside for examples: nobody reads what goes there. */
export function namesAnExample(text: string): boolean {
  return (text.match(/[a-z0-9-]+(\.[a-z0-9-]+)+/gi) ?? []).some((host) => RESERVED.test(host));
}
