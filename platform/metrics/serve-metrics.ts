/** Shows metrics to Prometheus: `GET /metrics` in its text format, on an address of its own, and nothing else. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { ListenAddress } from './settings';

/** Prometheus closes idle connections by itself; whoever sends nothing is let go. */
const REQUEST_TIMEOUT_MS = 10_000;

export interface ServedMetrics {
  /** Where it answers. */
  url: string;
  stop(): Promise<void>;
}

interface More {
  /** Brings the metrics up to date before they are shown. */
  refresh?: () => Promise<void>;
  /** Gives metrics in the same format from elsewhere in this process; while it fails they are left out. */
  others?: () => Promise<string>;
}

/**
 * Starts to answer.
 *
 * @throws Error when the address cannot be listened on.
 */
export async function serveMetrics(
  registry: Registry,
  { host, port }: ListenAddress,
  { refresh = async () => {}, others = async () => '' }: More = {},
): Promise<ServedMetrics> {
  const server = createServer(async (request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') return void response.writeHead(404).end();
    if (request.method !== 'GET') return void response.writeHead(405, { allow: 'GET' }).end();
    try {
      const [theirs] = await Promise.all([others().catch(() => ''), refresh()]);
      const own = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' });
      response.end(theirs === '' || theirs.endsWith('\n') ? `${own}${theirs}` : `${own}${theirs}\n`);
    } catch {
      // Prometheus takes it for `up == 0`; what went wrong is not for whoever asks here.
      response.writeHead(500).end();
    }
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'something else listens there' : error.message;
      reject(
        new Error(`TOCSIN_METRICS_ADDRESS: ${host}:${port} cannot be used: ${why}. Give this process another one`),
      );
    });
    server.listen(port, host, resolve);
  });
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${(server.address() as AddressInfo).port}/metrics`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
