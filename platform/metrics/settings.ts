/** Where a process shows its metrics to Prometheus. */
import { z } from 'zod';
import { settingsGroup, variable } from '../settings/variable';

/** Where to listen. */
export interface ListenAddress {
  host: string;
  port: number;
}

const address = z.string().transform((text, context): ListenAddress => {
  const [, host, digits] = /^(\[[0-9A-Fa-f:.]+\]|[^\s:/[\]]+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host !== undefined && port <= 65_535) return { host: host.replace(/^\[|\]$/g, ''), port };
  context.addIssue({ code: 'custom', message: 'must be HOST:PORT, such as 127.0.0.1:9464' });
  return z.NEVER;
});

export const metricsSettings = settingsGroup({
  title: 'Metrics',
  unset: 'no process shows metrics',
  variables: {
    TOCSIN_METRICS_ADDRESS: variable(
      'Where a worker or the server answers Prometheus, as `HOST:PORT`, at `/metrics`, without asking who it is: ' +
        'use 127.0.0.1:9464, or an address that only your Prometheus reaches. Each process on a machine needs a port of its own.',
      address,
      { unset: 'no metrics' },
    ),
  },
  build: (values) => ({ address: values.TOCSIN_METRICS_ADDRESS }),
});
