/** A value that does not fit costs itself: the event is taken without it, and the answer and the counts say so. */
import { loadMapping } from '../../../detection/intake/mapping/load-mapping';
import { mappedAdapter } from '../../../detection/intake/mapping/mapped-adapter';
import { adapterOf } from '../../../detection/intake/sources';
import { withoutMail } from '../../../detection/intake/sources/reading';
import { MAPPED } from './mapped-samples';
import { samples } from './samples';

const NOW = Date.parse('2026-04-01T02:00:00Z');
const CONTEXT = { source: 'edge', scope: 'platform' as const, now: NOW };

/** A body as JSON: whatever it holds. */
// biome-ignore lint/suspicious/noExplicitAny: it is changed where its sender would not.
type Body = any;

function read(name: string, change: (body: Body) => void) {
  const { format, headers, body } = samples(NOW).find((each) => each.name === name)!;
  const changed = JSON.parse(body);
  change(changed);
  const request = { headers, body: Buffer.from(JSON.stringify(changed)) };
  const { detections, untaken = [] } = adapterOf(format)!.parse(request, CONTEXT);
  return { detections, left: untaken.flatMap(({ problems }) => problems.map(({ field }) => field)) };
}

test('Standard Webhooks: what is not needed and does not fit is left out, items of lists and facts by themselves', () => {
  const { detections, left } = read('standard-webhooks flat', (body) =>
    Object.assign(body, {
      eventId: ['7'],
      at: 'yesterday',
      severity: 'terrible',
      indicators: ['no address', '203.0.113.7'],
      facts: { n: 3, deep: { a: 1 } },
      colour: 'red',
    }),
  );
  expect(detections).toMatchObject([
    {
      eventId: 'msg_flat_a',
      type: 'edge.anomaly',
      at: new Date(NOW).toISOString(),
      scope: 'platform',
      indicators: ['203.0.113.7'],
      facts: { n: 3 },
    },
  ]);
  expect(detections[0]).not.toHaveProperty('severity');
  expect(left.sort()).toEqual(['(body)', 'at', 'eventId', 'facts.deep', 'indicators.0', 'severity']);
});

test('of a list that is too long the first are kept', () => {
  const { detections, left } = read('standard-webhooks flat', (body) => {
    body.indicators = Array.from({ length: 120 }, (_, n) => `203.0.113.${n}`);
    body.facts = Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`f${n}`, n]));
  });
  expect(detections[0]!.indicators).toHaveLength(100);
  expect(Object.keys(detections[0]!.facts)).toHaveLength(60);
  expect(left.sort()).toEqual(['facts', 'indicators']);
});

test('Standard Webhooks: without a type or a title there is no detection', () => {
  expect(() => read('standard-webhooks flat', (body) => Object.assign(body, { title: 7 }))).toThrow(
    expect.objectContaining({ status: 422 }),
  );
  expect(() => read('standard-webhooks flat', (body) => Object.assign(body, { type: 'a b' }))).toThrow(
    expect.objectContaining({ status: 422 }),
  );
});

test('CloudEvents: a time, title or field that does not fit is left out; of a batch no other event suffers', () => {
  const { detections, left } = read('cloudevents structured', (body) => {
    body.time = 'soon';
    body.data.title = ['x'];
    body.data.systems = ['api', 7];
  });
  expect(detections).toMatchObject([{ at: new Date(NOW).toISOString(), title: 'api', systems: ['api'] }]);
  expect(left.sort()).toEqual(['data.systems.1', 'data.title', 'time']);
});

test('a time that nobody can read stands as a fact of the detection: it counts as seen when it came', () => {
  const unread = {
    at: new Date(NOW).toISOString(),
    facts: { 'detected-at': 'when it came, as its time cannot be read' },
  };
  expect(read('cloudevents structured', (body) => Object.assign(body, { time: 'soon' })).detections).toMatchObject([
    unread,
  ]);
  expect(read('cloudflare start', (body) => Object.assign(body, { ts: 'soon' })).detections).toMatchObject([unread]);
  for (const sample of ['cloudevents structured', 'cloudflare start'])
    expect(read(sample, () => undefined).detections[0]!.facts).not.toHaveProperty('detected-at');
});

test('ftagent: a peak, phase or severity that does not fit is left out', () => {
  const { detections, left } = read('ftagent', (body) =>
    Object.assign(body, { severity: 9, phase: 'middle', peak: { pps: 5, bps: 'many' }, target: ['a'] }),
  );
  expect(detections).toMatchObject([
    { type: 'ftagent.udp-flood', phase: 'start', facts: { pps: 5, kind: 'udp-flood' } },
  ]);
  expect(left.sort()).toEqual(['peak.bps', 'phase', 'severity', 'target']);
});

test.each(['id', 'host', 'scope', 'kind', 'at'])('ftagent: without %s there is no detection', (name) => {
  expect(() => read('ftagent', (body) => Object.assign(body, { [name]: [] }))).toThrow(
    expect.objectContaining({ errors: expect.arrayContaining([expect.objectContaining({ field: name })]) }),
  );
});

describe('through a mapping', () => {
  const mapped = (mapping: string, change: (body: Body) => void, n = 0) => {
    const body = structuredClone(MAPPED.filter((each) => each.mapping === mapping)[n]!.body) as Body;
    change(body);
    const request = { headers: {}, body: Buffer.from(JSON.stringify(body)) };
    return mappedAdapter(loadMapping(mapping)).parse(request, CONTEXT);
  };

  test('a text of control characters alone is no text', () => {
    const { detections, untaken } = mapped('keycloak', (body) => Object.assign(body, { clientId: '\u0000' }));
    expect(detections).toMatchObject([{ type: 'keycloak.access.LOGIN_ERROR', systems: [] }]);
    expect(untaken).toEqual([]);
  });

  test('where the first of several does not fit, the next counts', () => {
    const { detections } = mapped(
      'sentry',
      (body) => Object.assign(body.data.metric_alert, { title: ['Too many errors'] }),
      1,
    );
    expect(detections).toMatchObject([{ title: 'Critical: Too many errors' }]);
  });
});

test.each([
  ['told by user@customer.example001', 'told by [address]'],
  ['user@customer.example5a0f5e86-2a5d', '[address]'],
  ['lodash@4.17.21 and @babel/core@7.0.0-rc.2', 'lodash@4.17.21 and @babel/core@7.0.0-rc.2'],
])('a mail address that runs into digits is one: %s', (text, without) => expect(withoutMail(text)).toBe(without));
