/** An event that is nested without end is refused by itself: neither 5xx for ever nor the loss of its batch. */
import { loadMapping, readyMappings } from '../../../detection/intake/mapping/load-mapping';
import { mappedAdapter } from '../../../detection/intake/mapping/mapped-adapter';
import { Refusal } from '../../../detection/intake/refusal';
import { adapterOf, INTAKE_FORMATS } from '../../../detection/intake/sources';
import type { SourceAdapter } from '../../../detection/intake/sources/adapter';
import { sampleText } from '../../../detection/intake/sources/without-secrets';
import { MAPPED } from '../../detection/intake/mapped-samples';
import { samples } from '../../detection/intake/samples';

const context = { source: 'field', scope: 'platform' as const, now: Date.parse('2026-04-01T02:00:00Z') };
const DEEP = '[{"a":'.repeat(100_000) + '1' + '}]'.repeat(100_000);
const parse = (adapter: SourceAdapter, body: string, headers: Record<string, string> = {}) =>
  adapter.parse({ headers, body: Buffer.from(body) }, context);

test('of a batch it costs itself, and is told with its place', () => {
  const alert = '{"status":"firing","labels":{"alertname":"DiskFull"},"startsAt":"2026-03-01T00:00:00Z"}';
  const deep = `{"labels":{"alertname":"Odd"},"annotations":${DEEP}}`;
  const mapping = mappedAdapter(loadMapping('okta'));
  const event = '{"uuid":"1","eventType":"a","displayMessage":"b","published":"2026-03-01T00:00:00Z"}';
  const hooked = parse(mapping, `{"data":{"events":[${event},{"eventType":"c","displayMessage":"d","x":${DEEP}}]}}`);
  const alerts = parse(mappedAdapter(loadMapping('alertmanager')), `{"alerts":[${deep},${alert}]}`);
  for (const [{ detections, untaken = [] }, field] of [
    [hooked, '1'],
    [alerts, '0'],
  ] as const) {
    expect(detections).toHaveLength(1);
    expect(untaken).toMatchObject([{ problems: [{ field, problem: 'is nested too deeply' }] }]);
    expect(sampleText(untaken[0]!.value)!.length).toBeLessThan(1_000);
  }
});

test.each(readyMappings().map((name) => [name]))('alone, by the mapping %s, it is refused', (name) => {
  const adapter = mappedAdapter(loadMapping(name));
  const { body } = MAPPED.find(({ mapping }) => mapping === name)!;
  const text = JSON.stringify(body).replace(
    /\{("(?:status|action|uuid|uid|log_id|id|version|@odata.type|timestamp|AgentId)")/g,
    `{"x":${DEEP},$1`,
  );
  expect(text.length).toBeGreaterThan(DEEP.length);
  try {
    const { detections, untaken = [] } = parse(adapter, text);
    expect(detections).toEqual([]);
    expect(untaken.length).toBeGreaterThan(0);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
  }
});

test.each(INTAKE_FORMATS.map((format) => [format]))('whatever is nested in %s: it is read or refused', (format) => {
  for (const { format: of, headers, body } of samples(context.now)) {
    if (of !== format || body === '') continue;
    for (const text of [
      DEEP,
      `{"a":${DEEP}}`,
      body.replace('{', `{"x":${DEEP},`),
      body.replace(/:"[^"]*"/, `:${DEEP}`),
    ]) {
      try {
        parse(adapterOf(format)!, text, headers);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }
  }
});
