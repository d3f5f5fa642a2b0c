/**
 * An entry's leaf hash (RFC 6962: SHA-256 of 0x00 and its bytes) as an SQL expression. It is not stored: what is said once
 * cannot be contradicted, and needs no guard (docs/decisions/0014).
 *
 * @param bytes the column, with its table's name where more than one has it.
 */
export function leafHashSql(bytes = 'bytes'): string {
  return `sha256('\\x00'::bytea || ${bytes})`;
}
