import { isLoopbackHost, isSealedOnItsWay } from '../../platform/loopback-host';

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

/**
 * Throws unless what is sent to an address is read by its receiver alone: over TLS, or on this machine. Signed is not
 * sealed: who listens on the way would know which measures are taken, and could answer that they were.
 */
export function assertSealed(field: string, address: string): void {
  if (isSealedOnItsWay(address)) return;
  throw new Error(`${field} must be https, as others on the way could read and answer it: give an https address`);
}
