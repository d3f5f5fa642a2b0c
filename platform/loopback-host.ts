import net from 'node:net';

/** `localhost`, 127.0.0.0/8 and ::1. Other names are not looked up: they may change. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (net.isIPv4(host) && host.startsWith('127.'));
}

/** Whether what goes to an address is read by its receiver alone: over TLS, or on this machine. */
export function isSealedOnItsWay(address: string): boolean {
  return new URL(address).protocol === 'https:' || isLoopbackUrl(address);
}

/** An address of HTTP on this machine. */
export function isLoopbackUrl(url: string | undefined): boolean {
  if (url === undefined || !URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return (protocol === 'http:' || protocol === 'https:') && isLoopbackHost(hostname);
}
