/** Where traces go: the part of OpenTelemetry's own variables that is read. */
import { z } from 'zod';
import { settingsGroup, url, variable } from '../settings/variable';

const PROTOCOLS = ['http/json', 'http/protobuf'] as const;

/** `name=value,name=value` with values in percent-encoding, as OpenTelemetry has it. */
const headers = z.string().transform((text, context): Record<string, string> => {
  const pairs = text.split(',').flatMap((pair) => (pair.trim() ? [/^\s*([\w!#$%&'*+.^`|~-]+)=(.*)$/.exec(pair)] : []));
  try {
    return Object.fromEntries(pairs.map((pair) => [pair![1]!, decodeURIComponent(pair![2]!.trim())]));
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'must be NAME=VALUE, several of them with commas, values in percent-encoding',
    });
    return z.NEVER;
  }
});

/** What traces need. */
export interface TracingSettings {
  /** Where spans are posted. */
  url: string;
  headers: Record<string, string>;
  /** Else a name of each process. */
  serviceName?: string;
}

export const tracingSettings = settingsGroup({
  title: 'Traces (OpenTelemetry)',
  unset: 'no traces',
  variables: {
    OTEL_EXPORTER_OTLP_ENDPOINT: variable(
      'The OTLP receiver of traces, such as `http://127.0.0.1:4318`; they are posted to `/v1/traces` there, as JSON.',
      url,
      { unset: 'no traces' },
    ),
    OTEL_EXPORTER_OTLP_HEADERS: variable(
      'Headers of each post, as `NAME=VALUE,…` with values in percent-encoding.',
      headers,
      { unset: 'none', secret: true },
    ),
    OTEL_EXPORTER_OTLP_PROTOCOL: variable(
      'There for the case that it is set for every program: traces are sent by HTTP as JSON, which receivers of `http/protobuf` take too.',
      z.enum(PROTOCOLS, `must be ${PROTOCOLS.join(' or ')}: traces are sent by HTTP`),
      { default: 'http/json' },
    ),
    OTEL_SERVICE_NAME: variable('What the process is called in traces.', z.string().trim().min(1).max(100), {
      unset: '`tocsin-worker`, `tocsin-server`, `tocsin-intake`, or `tocsin` in `up`',
    }),
    OTEL_SDK_DISABLED: variable(
      '`true`: no traces, whatever else is set.',
      z.string().transform((text) => text.toLowerCase() === 'true'),
      { default: 'false' },
    ),
  },
  build(values): TracingSettings | undefined {
    const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: serviceName } = values;
    if (endpoint === undefined || values.OTEL_SDK_DISABLED || !PROTOCOLS.includes(values.OTEL_EXPORTER_OTLP_PROTOCOL))
      return undefined;
    const headers = values.OTEL_EXPORTER_OTLP_HEADERS ?? {};
    return { url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, headers, ...(serviceName && { serviceName }) };
  },
});
