/**
 * The address of a client as senders write it: alone, with a port, in brackets (RFC 3986, 3.2.2), with a zone (RFC 4007, 11),
 * in quotes (RFC 7239, 6), or a list as in X-Forwarded-For. Pure.
 */
import { ipText, isPublic, parseIp } from './ip-address';

/** A list of proxies is short; of a longer one only the beginning is read. */
const MOST_ITEMS = 50;
/** Longer than any list of that many addresses. */
const LONGEST = 4_000;

/**
 * The address, in canonical text; undefined where there is none to read, which costs the address and nothing else. Of a
 * list the first public address is the client's: proxies put theirs behind it, and private ones before it say nothing.
 */
export function clientAddress(value: unknown): string | undefined {
  const items = Array.isArray(value) ? value.slice(0, MOST_ITEMS) : [value];
  const found = items
    .flatMap((item) => (typeof item === 'string' ? item.slice(0, LONGEST).split(',', MOST_ITEMS) : []))
    .flatMap((text) => addressIn(text) ?? []);
  const client = found.find(isPublic) ?? found[0];
  return client && ipText(client);
}

/** One address with what may stand around it. */
function addressIn(text: string) {
  const plain = text.trim().replace(/^"(.*)"$/, '$1');
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(plain)?.[1];
  // A whole text that is an address is one: 2001:db8::1:443 has no port.
  const withPort = /^([\d.]+):\d{1,5}$/.exec(plain)?.[1];
  const zoned = /^([^%]+)%[^%]{1,64}$/.exec(bracketed ?? plain)?.[1];
  return parseIp(zoned ?? bracketed ?? withPort ?? plain);
}
