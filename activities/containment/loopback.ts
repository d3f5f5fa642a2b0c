import net from 'node:net';

/**
 * Throws unless a host is this machine. An exercise plays real incidents: one wrong address and it would block real
 * people and rotate real credentials.
 */
export function assertLoopback(field: string, host: string): void {
  if (isLoopbackHost(host)) return;
  throw new Error(
    `an exercise may reach this machine only, but ${field} points to ${host}: give it the address of a local recorder, or leave it out`,
  );
}

/** `localhost`, 127.0.0.0/8 and ::1. Other names are not looked up: they may change. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (net.isIPv4(host) && host.startsWith('127.'));
}
