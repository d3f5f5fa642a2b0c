/**
 * What runs a prepared statement, as one write: the driver sends three, and makes room for large values by and by.
 * Source: https://www.postgresql.org/docs/current/protocol-message-formats.html (Bind, Execute, Sync).
 */

/**
 * A parameter. A number goes as its digits; a text as its bytes in UTF-8, which is Postgres's binary form of `text` and of
 * `bytea`; bytes are in the binary form of whatever type they are for.
 */
export type Value = number | string | Uint8Array | null;

const BIND = 0x42;
const [AS_TEXT, AS_BINARY] = [0, 1];
/** Execute: the unnamed portal, all its rows. Then Sync: commit, and say that the next may come. */
const EXECUTE_AND_SYNC = Buffer.from('E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04', 'latin1');
/** The type and length of Bind, its two names' ends, and how many formats, values and formats of results there are. */
const FRAME_BYTES = 1 + 4 + 2 + 2 + 2 + 2;
const A_VALUE_BYTES = 2 + 4;

/** Runs the statement that was prepared under a name of ASCII characters. */
export function runMessage(name: string, values: readonly Value[]): Buffer {
  const sizes = values.map(sizeOf);
  const bytes = sizes.reduce((sum, size) => sum + A_VALUE_BYTES + size, FRAME_BYTES + name.length);
  const message = Buffer.allocUnsafe(bytes + EXECUTE_AND_SYNC.length);
  message[0] = BIND;
  message.writeInt32BE(bytes - 1, 1);
  message[5] = 0; // the unnamed portal
  let at = 6 + message.write(name, 6, 'latin1');
  message[at++] = 0;
  at = message.writeInt16BE(values.length, at);
  for (const value of values) at = message.writeInt16BE(typeof value === 'number' ? AS_TEXT : AS_BINARY, at);
  at = message.writeInt16BE(values.length, at);
  values.forEach((value, i) => {
    at = message.writeInt32BE(value === null ? -1 : sizes[i]!, at);
    if (value === null) return;
    if (value instanceof Uint8Array) message.set(value, at);
    else message.write(String(value), at);
    at += sizes[i]!;
  });
  at = message.writeInt16BE(0, at); // results: none, so their formats do not matter
  message.set(EXECUTE_AND_SYNC, at);
  return message;
}

function sizeOf(value: Value): number {
  if (value === null) return 0;
  return value instanceof Uint8Array ? value.length : Buffer.byteLength(String(value));
}
