import net from 'node:net';
import pg from 'pg';
import type { ContainmentConfig } from './config';

/**
 * Throws unless everything that an exercise may reach is on this machine. An exercise plays real incidents: one wrong
 * address and it would block real people and rotate real credentials.
 */
export function assertLoopback(config: ContainmentConfig): void {
  const vault = config.vault && 'webhook' in config.vault ? config.vault.webhook.url : undefined;
  const urls = {
    'cloudflare.baseURL': config.cloudflare && (config.cloudflare.baseURL ?? 'https://api.cloudflare.com/client/v4'),
    'webhook.url': config.webhook?.url,
    'vault.webhook.url': vault,
  };
  for (const [field, url] of Object.entries(urls)) {
    if (url !== undefined && !isLoopbackHost(new URL(url).hostname)) throw notLoopback(field, new URL(url).hostname);
  }
  if (config.postgres) {
    const { host } = new pg.Client({ connectionString: config.postgres.url });
    if (!host.startsWith('/') && !isLoopbackHost(host)) throw notLoopback('postgres.url', host);
  }
}

/** `localhost`, 127.0.0.0/8 and ::1. Other names are not looked up: they may change. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (net.isIPv4(host) && host.startsWith('127.'));
}

function notLoopback(field: string, host: string): Error {
  return new Error(
    `an exercise may reach this machine only, but ${field} points to ${host}: give it the address of a local recorder, or leave it out`,
  );
}
