/** Sources of attack that a sender writes itself: what no address is is left out and told, and is never blocked as one. */
import { standardWebhooks } from '../../../detection/intake/sources/standard-webhooks';

const context = { source: 'mine', scope: 'platform' as const, now: Date.parse('2026-04-01T02:00:00Z') };

function read(fields: object) {
  const body = Buffer.from(JSON.stringify({ type: 'edge.anomaly', title: 'Odd traffic', ...fields }));
  return standardWebhooks.parse({ headers: { 'webhook-id': 'm1', 'webhook-timestamp': '1775008800' }, body }, context);
}

test.each(['010.0.0.1', '999.1.1.1', '1.2.3', '203.0.113.0/99'])(
  '%s is no address: it is left out, and named',
  (bad) => {
    const { detections, untaken } = read({ indicators: ['203.0.113.9', bad, 'asn:64500', 'country:de'] });
    expect(detections[0]!.indicators).toEqual(['203.0.113.9', 'asn:64500', 'country:DE']);
    expect(untaken!.flatMap(({ problems }) => problems)).toEqual([
      { field: 'indicators.1', problem: expect.stringMatching(/^is no IP address or range/) },
    ]);
  },
);

test('a fact that is none is named with what it must be', () => {
  const { detections, untaken } = read({ facts: { rps: 900, deep: { a: 1 } } });
  expect(detections[0]!.facts).toEqual({ rps: 900 });
  expect(untaken!.flatMap(({ problems }) => problems)).toEqual([
    { field: 'facts.deep', problem: expect.stringMatching(/^must be a text of up to 500 characters, a number/) },
  ]);
});
