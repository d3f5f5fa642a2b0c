/** Requests as real senders make them, one or more for each format, signed by what signs in the field where there is such. */
import { createHmac } from 'node:crypto';
import webhookExamples from '@octokit/webhooks-examples';
import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import type { Source } from '../../../detection/intake/config';
import { ADAPTERS } from '../../../detection/intake/sources';

export const SECRETS = {
  'standard-webhooks': `whsec_${Buffer.from('a signing secret of twenty-four').toString('base64')}`,
  cloudflare: 'cloudflare-static-secret-0001',
  ftagent: 'ftagent-shared-secret-0001',
  github: 'github-webhook-secret-0001',
  osv: 'osv-feed-bearer-token-0001',
  authentication: 'authentication-bearer-token-0001',
  cloudevents: 'cloudevents-shared-secret-0001',
  resend: `whsec_${Buffer.from('what resend signs its webhooks with').toString('base64')}`,
};
export type IntakeFormat = keyof typeof SECRETS;

export interface Sample {
  name: string;
  format: IntakeFormat;
  headers: Record<string, string>;
  body: string;
  /** How many detections it is. */
  detections: number;
  authEvents?: number;
  deliveryEvents?: number;
  /** Events of kinds that nothing is known about. */
  unknown?: number;
}

export const OLD_SECRET = `whsec_${Buffer.from('the secret before the rotation').toString('base64')}`;

/** A source for each format, named like it. */
export function allSources(perMinute = 1_000_000): Source[] {
  return ADAPTERS.map((adapter) => ({
    name: adapter.format,
    adapter,
    secrets: [{ value: SECRETS[adapter.format as IntakeFormat] }],
    scope: 'platform',
    perMinute,
  }));
}

const hex = (secret: string, head: string, body: string | Buffer) =>
  createHmac('sha256', secret).update(head).update(body).digest('hex');
const seconds = (now: number) => Math.floor(now / 1000);

export function signStandard(body: string | Buffer, id: string, now: number, secret = SECRETS['standard-webhooks']) {
  const timestamp = String(seconds(now));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const own = () => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
  // The library signs texts only.
  const signature =
    typeof body === 'string' ? new Webhook(secret).sign(id, new Date(seconds(now) * 1000), body) : own();
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signature,
  };
}

/** As Resend signs: Standard Webhooks under the headers of Svix. */
export function signResend(body: string | Buffer, id: string, now: number, secret = SECRETS.resend, prefix = 'svix') {
  const signed = Object.entries(signStandard(body, id, now, secret));
  return Object.fromEntries(signed.map(([name, value]) => [name.replace(/^webhook-/, `${prefix}-`), value]));
}

/** The timestamped HMAC of ftagent (`x-ftagent`) and of the bearer formats (`x-tocsin`). */
export function signTimestamped(prefix: string, secret: string, body: string | Buffer, now: number, head = '') {
  const timestamp = String(seconds(now));
  return {
    'content-type': 'application/json',
    [`${prefix}-timestamp`]: timestamp,
    [`${prefix}-signature`]: `sha256=${hex(secret, `${timestamp}.${head}`, body)}`,
  };
}

export function signGithub(event: string, body: string | Buffer, delivery = '72d3162e-cc78-11e3-81ab-4c9367dc0958') {
  return {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-event': event,
    'x-github-delivery': delivery,
    'x-hub-signature-256': `sha256=${hex(SECRETS.github, '', body)}`,
  };
}

const bearer = (secret: string, type = 'application/json') => ({
  'content-type': type,
  authorization: `Bearer ${secret}`,
});

/** GitHub's own examples of an event. */
export const examplesOf = (name: string) =>
  (webhookExamples as unknown as { name: string; examples: Array<Record<string, unknown>> }[]).find(
    (each) => each.name === name,
  )!.examples;

const CLOUDFLARE_START = {
  name: 'HTTP DDoS Attack',
  text: 'Cloudflare has detected an HTTP DDoS attack on app.example.com',
  data: {
    attack_id: '2c3f1f9a',
    attack_type: 'HTTP flood',
    mitigation: 'Block',
    protocol: 'HTTP2',
    requests_per_second: 184_000,
    rule_id: '0f1e2d3c4b5a',
    severity: 'high',
    start_time: '2026-04-01T02:00:00Z',
    target_hostname: 'app.example.com',
    target_zone_name: 'example.com',
  },
  ts: 1775008805,
  account_id: '023e105f4ecef8ad9ca31a8372d0c353',
  policy_id: '0da2b59ef118439d8097bdfb215203c9',
  policy_name: 'DDoS on the platform',
  alert_type: 'dos_attack_l7',
  alert_correlation_id: '4f6a8b1c-0d2e-4f3a-9b5c-6d7e8f901234',
  alert_event: 'ALERT_STATE_EVENT_START',
};
export const CLOUDFLARE_TEST = {
  text: 'Hello World! This is a test message sent from https://cloudflare.com. If you can see this, your webhook is configured properly.',
};

export const OSV_RECORD = {
  schema_version: '1.6.0',
  id: 'GHSA-c2qf-rxjj-qqgw',
  modified: '2023-11-08T04:12:23.123Z',
  published: '2023-06-21T06:30:28Z',
  aliases: ['CVE-2022-25883'],
  summary: 'semver vulnerable to Regular Expression Denial of Service',
  details: 'Versions of the package semver before 7.5.2 are vulnerable.',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' }],
  affected: [
    {
      package: { ecosystem: 'npm', name: 'semver', purl: 'pkg:npm/semver' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '7.0.0' }, { fixed: '7.5.2' }] }],
    },
  ],
  references: [{ type: 'WEB', url: 'https://github.com/npm/node-semver/pull/564' }],
  database_specific: { severity: 'HIGH', github_reviewed: true, cwe_ids: ['CWE-1333'] },
};

const FTAGENT = {
  id: 'ft-20260401-0001',
  host: 'edge-1',
  scope: 'platform',
  kind: 'udp-flood',
  phase: 'start',
  at: '2026-04-01T02:00:00Z',
  target: '203.0.113.10:53',
  protocol: 'udp',
  peak: { pps: 1_200_000, bps: 9_400_000_000 },
  sources: ['198.51.100.0/24', '2001:db8::5', 'asn:64500', 'no address'],
};

const login = (eventId: string) => ({
  eventId,
  at: '2026-04-01T02:00:00Z',
  actor: 'user-17',
  action: 'login',
  ip: '198.51.100.7',
  sessionId: 'sess-1',
  userAgent: 'Mozilla/5.0',
  outcome: 'success',
});

const cloudEvent = (id: string) =>
  new CloudEvent({
    id,
    source: '/monitoring/edge-1',
    type: 'com.example.anomaly.detected',
    time: '2026-04-01T02:00:00Z',
    subject: 'api',
    datacontenttype: 'application/json',
    data: { title: 'Error rate of the API above 20 %', systems: ['api'], facts: { rate: 0.23 } },
  });

/** A webhook of Resend about one mail, as its documentation has it (https://resend.com/docs/webhooks/emails/bounced). */
export const resendEvent = (type: string, messageId: string, data: object = {}) => ({
  type,
  created_at: '2026-04-01T02:10:00.126Z',
  data: {
    broadcast_id: '8b146471-e88e-4322-86af-016cd36fd216',
    created_at: '2026-04-01T02:09:41.894719+00:00',
    email_id: messageId,
    message_id: '<111-222-333@email.provider.example>',
    from: 'Acme <incidents@acme.example>',
    to: ['owner@customer.example'],
    subject: 'Security incident',
    tags: { incident: 'INC-20260401-9f3a' },
    ...data,
  },
});

/** The headers and the body that the client library sends, with the names in lower case. */
function sent(message: { headers: Record<string, unknown>; body: unknown }) {
  const headers = Object.fromEntries(Object.entries(message.headers).map(([k, v]) => [k.toLowerCase(), String(v)]));
  return { headers, body: typeof message.body === 'string' ? message.body : JSON.stringify(message.body) };
}

/** All samples, with fresh signatures. `id` makes their ids others than those of another call. */
export function samples(now: number, id = 'a'): Sample[] {
  const list: Sample[] = [];
  const add = (sample: Omit<Sample, 'detections'> & { detections?: number }) => list.push({ detections: 1, ...sample });

  const generic = JSON.stringify({
    type: 'edge.anomaly',
    title: `Odd traffic ${id}`,
    scope: 'platform',
    facts: { n: 3 },
  });
  add({
    name: 'standard-webhooks flat',
    format: 'standard-webhooks',
    headers: signStandard(generic, `msg_flat_${id}`, now),
    body: generic,
  });
  const envelope = JSON.stringify({
    type: 'edge.anomaly',
    timestamp: '2026-04-01T02:00:00Z',
    data: { title: 'Odd traffic', indicators: ['203.0.113.7'] },
  });
  add({
    name: 'standard-webhooks envelope',
    format: 'standard-webhooks',
    headers: signStandard(envelope, `msg_env_${id}`, now),
    body: envelope,
  });

  const cloudflare = { 'content-type': 'application/json', 'cf-webhook-auth': SECRETS.cloudflare };
  const start = { ...CLOUDFLARE_START, alert_correlation_id: `${CLOUDFLARE_START.alert_correlation_id}-${id}` };
  add({ name: 'cloudflare start', format: 'cloudflare', headers: cloudflare, body: JSON.stringify(start) });
  const end = { ...start, alert_event: 'ALERT_STATE_EVENT_END', ts: 1775009705 };
  add({ name: 'cloudflare end', format: 'cloudflare', headers: cloudflare, body: JSON.stringify(end) });
  add({
    name: 'cloudflare test',
    format: 'cloudflare',
    headers: cloudflare,
    body: JSON.stringify(CLOUDFLARE_TEST),
    detections: 0,
  });

  const alert = JSON.stringify({ ...FTAGENT, id: `${FTAGENT.id}-${id}` });
  add({
    name: 'ftagent',
    format: 'ftagent',
    headers: signTimestamped('x-ftagent', SECRETS.ftagent, alert, now),
    body: alert,
  });

  for (const event of ['dependabot_alert', 'security_advisory', 'code_scanning_alert', 'ping', 'push']) {
    examplesOf(event).forEach((example, n) => {
      const body = JSON.stringify({ ...example, sample: id });
      const detections = event === 'ping' || event === 'push' ? 0 : 1;
      const unknown = event === 'push' ? 1 : 0;
      add({
        name: `github ${event} ${n}`,
        format: 'github',
        headers: signGithub(event, body),
        body,
        detections,
        unknown,
      });
    });
  }

  const record = { ...OSV_RECORD, id: `${OSV_RECORD.id}-${id}` };
  add({ name: 'osv bearer', format: 'osv', headers: bearer(SECRETS.osv), body: JSON.stringify(record) });
  const vulns = JSON.stringify({
    vulns: [
      { ...record, id: `OSV-1-${id}` },
      { ...record, id: `OSV-2-${id}` },
    ],
  });
  add({
    name: 'osv list',
    format: 'osv',
    headers: signTimestamped('x-tocsin', SECRETS.osv, vulns, now),
    body: vulns,
    detections: 2,
  });

  const token = SECRETS.authentication;
  add({
    name: 'authentication one',
    format: 'authentication',
    headers: bearer(token),
    body: JSON.stringify(login(`l-${id}`)),
    detections: 0,
    authEvents: 1,
  });
  const lines = [login(`l1-${id}`), login(`l2-${id}`)].map((each) => JSON.stringify(each)).join('\n');
  add({
    name: 'authentication lines',
    format: 'authentication',
    headers: bearer(token, 'application/x-ndjson'),
    body: `${lines}\n`,
    detections: 0,
    authEvents: 2,
  });

  const binary = sent(HTTP.binary(cloudEvent(`ce-b-${id}`)));
  add({ name: 'cloudevents binary', format: 'cloudevents', ...withBearer(binary) });
  const attributes = Object.keys(binary.headers)
    .filter((name) => name.startsWith('ce-'))
    .sort()
    .map((name) => `${name}:${binary.headers[name]}\n`)
    .join('');
  add({
    name: 'cloudevents binary, signed',
    format: 'cloudevents',
    headers: { ...binary.headers, ...signTimestamped('x-tocsin', SECRETS.cloudevents, binary.body, now, attributes) },
    body: binary.body,
  });
  add({
    name: 'cloudevents structured',
    format: 'cloudevents',
    ...withBearer(sent(HTTP.structured(cloudEvent(`ce-s-${id}`)))),
  });
  const batch = JSON.stringify([cloudEvent(`ce-1-${id}`).toJSON(), cloudEvent(`ce-2-${id}`).toJSON()]);
  add({
    name: 'cloudevents batch',
    format: 'cloudevents',
    headers: bearer(SECRETS.cloudevents, 'application/cloudevents-batch+json'),
    body: batch,
    detections: 2,
  });

  const bounce = (type: string, subType: string) => ({
    bounce: { message: 'owner@customer.example: no', subType, type },
  });
  const told: Array<[string, object]> = [
    ['email.sent', {}],
    ['email.delivery_delayed', {}],
    ['email.delivered', {}],
    ['email.bounced', bounce('Permanent', 'Suppressed')],
    ['email.bounced', bounce('Transient', 'MailboxFull')],
    ['email.complained', {}],
    ['email.failed', { failed: { reason: 'reached_daily_quota' } }],
    ['email.suppressed', { suppressed: { message: 'on the list', type: 'OnAccountSuppressionList' } }],
    ['email.opened', {}],
    ['contact.created', { email: 'owner@customer.example', first_name: 'Dana' }],
    ['domain.updated', { name: 'acme.example', status: 'failed' }],
  ];
  for (const [n, [type, data]] of told.entries()) {
    const text = JSON.stringify(resendEvent(type, `49a3999c-0ce1-4ea6-ab68-${id}-${n}`, data));
    add({
      name: `resend ${type} ${n}`,
      format: 'resend',
      headers: signResend(text, `msg_${id}_${n}`, now, SECRETS.resend, n % 2 === 0 ? 'svix' : 'webhook'),
      body: text,
      detections: 0,
      ...(type === 'domain.updated'
        ? { unknown: 1 }
        : !['email.opened', 'contact.created'].includes(type) && { deliveryEvents: 1 }),
    });
  }
  return list;
}

function withBearer({ headers, body }: { headers: Record<string, string>; body: string }) {
  return { headers: { ...headers, authorization: `Bearer ${SECRETS.cloudevents}` }, body };
}

/** The headers of the n-th request of each format, well signed over any body. */
export const SIGNED: Record<IntakeFormat, (body: string | Buffer, now: number, n: number) => Record<string, string>> = {
  'standard-webhooks': (body, now, n) => signStandard(body, `msg_${n}`, now),
  cloudflare: () => ({ 'content-type': 'application/json', 'cf-webhook-auth': SECRETS.cloudflare }),
  ftagent: (body, now) => signTimestamped('x-ftagent', SECRETS.ftagent, body, now),
  github: (body, _now, n) =>
    signGithub(inTurn(['dependabot_alert', 'security_advisory', 'code_scanning_alert', 'ping', 'other'], n), body),
  osv: (body, now) => signTimestamped('x-tocsin', SECRETS.osv, body, now),
  authentication: (body, now) => signTimestamped('x-tocsin', SECRETS.authentication, body, now),
  resend: (body, now, n) => signResend(body, `msg_${n}`, now),
  cloudevents: (body, now, n) => ({
    ...signTimestamped('x-tocsin', SECRETS.cloudevents, body, now),
    'content-type': inTurn(['application/cloudevents+json', 'application/cloudevents-batch+json'], n),
  }),
};

/** Each of them in turn, as the formats take turns themselves. */
function inTurn(each: readonly string[], n: number): string {
  return each[Math.floor(n / ADAPTERS.length) % each.length]!;
}
