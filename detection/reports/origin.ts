/** Where a request comes from, as limits count it. */
import type { FastifyRequest } from 'fastify';
import { ipText, networkOf, parseIp } from '../../domain/kernel/ip-address';

/** Where a request comes from, for limits: an IPv4 address, or the /64 of an IPv6 one, which is one line to one house. */
export function originOf(request: FastifyRequest): string {
  const ip = parseIp(request.ip);
  if (!ip) return 'unknown';
  return ip.family === 4 ? ipText(ip) : ipText({ family: 6, bits: (ip.bits >> 64n) << 64n });
}

/** The network that a request comes from, for limits: /24 of IPv4, /48 of IPv6, as a site usually has. */
export function networkOfRequest(request: FastifyRequest): string {
  const ip = parseIp(request.ip);
  return ip ? networkOf(ip) : 'unknown';
}
