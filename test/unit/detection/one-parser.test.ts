import { asIndicators, detectionOf } from '../../../detection/intake/sources/reading';

test('an IPv4-mapped address does not lose the alert: it is the IPv4 address', () => {
  const indicators = asIndicators(['203.0.113.5', '::ffff:203.0.113.9', '::FFFF:CB00:710A', 'not-one']);
  const detection = detectionOf('ftagent', { source: 'agent', scope: 'platform', now: new Date() } as never, {
    eventId: '1',
    type: 'ftagent.scan',
    at: '2026-04-01T00:00:00Z',
    title: 'A scan',
    indicators,
  });
  expect(detection.indicators).toEqual(['203.0.113.5', '203.0.113.9', '203.0.113.10']);
});
