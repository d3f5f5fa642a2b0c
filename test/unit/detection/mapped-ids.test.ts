/** What is two at the sender is two here: no id is cut, and each change of what lasts is an event of its own. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadMapping } from '../../../detection/intake/mapping/load-mapping';
import { mappedAdapter } from '../../../detection/intake/mapping/mapped-adapter';
import { cloudevents } from '../../../detection/intake/sources/cloudevents';
import { cloudflare } from '../../../detection/intake/sources/cloudflare';
import { detectionOf } from '../../../detection/intake/sources/reading';
import { judge } from '../../../domain/detection/judgement';
import { loadDetectionRules } from '../../../policy/load-detection-rules';
import { temporaryDir } from '../../setup/helpers';

const dir = temporaryDir('mapped-ids');
const context = { source: 'field', scope: 'platform' as const, now: Date.parse('2026-11-28T12:00:00Z') };
const read = (mapping: string, body: unknown) =>
  mappedAdapter(loadMapping(mapping)).parse({ headers: {}, body: Buffer.from(JSON.stringify(body)) }, context)
    .detections[0]!;

describe('Sentry', () => {
  const issue = (action: string, lastSeen: string) =>
    read('sentry', {
      action,
      data: { issue: { id: '1170820242', title: 'ReferenceError', level: 'error', lastSeen, count: '3' } },
    });

  test('an issue that is resolved a second time is another event; the same again is not', () => {
    const first = issue('resolved', '2026-11-28T10:00:00.000000Z');
    expect(issue('resolved', '2026-11-28T11:00:00.000000Z').eventId).not.toBe(first.eventId);
    expect(issue('resolved', '2026-11-28T10:00:00.000000Z').eventId).toBe(first.eventId);
    expect(issue('unresolved', '2026-11-28T10:00:00.000000Z').eventId).not.toBe(first.eventId);
    expect(issue('resolved', '2026-11-28T11:00:00.000000Z').correlationId).toBe(first.correlationId);
  });

  test('resolved, however often, opens no case; open again does', () => {
    const { rules } = loadDetectionRules();
    const verdict = (action: string, lastSeen: string) => judge(issue(action, lastSeen), rules);
    for (const hour of ['10', '11', '12']) {
      expect(verdict('resolved', `2026-11-28T${hour}:00:00.000000Z`)).toMatchObject({
        rule: 'alert-ended',
        action: 'ignore',
      });
    }
    expect(verdict('created', '2026-11-28T10:00:00.000000Z')).toMatchObject({ action: 'triage' });
    expect(verdict('unresolved', '2026-11-28T12:00:00.000000Z')).toMatchObject({ action: 'triage' });
  });

  test('a metric alert that is critical a second time is another event', () => {
    const metric = (text: string) =>
      read('sentry', {
        action: 'critical',
        data: {
          description_text: text,
          metric_alert: { id: '4', title: 'Too many errors', date_detected: '2026-11-28T10:00:00Z' },
        },
      });
    expect(metric('1000 events').eventId).not.toBe(metric('1400 events').eventId);
    expect(metric('1000 events').eventId).toBe(metric('1000 events').eventId);
  });
});

test('CrowdStrike: the same detection from another place of the stream is one', () => {
  const at = (offset: number, id = 'a:ind:b:1') =>
    read('crowdstrike', {
      metadata: { eventType: 'EppDetectionSummaryEvent', offset, eventCreationTime: 1_795_860_000_000 },
      event: { CompositeId: id, Name: 'Suspicious PowerShell', Hostname: 'WS-0042', Tactic: 'Execution' },
    }).eventId;
  expect(at(1)).toBe(at(2));
  expect(at(1, 'a:ind:b:2')).not.toBe(at(1));
});

test('Okta: events of sessions that it does not know have nothing in common', () => {
  const event = {
    uuid: '1',
    published: '2026-11-28T10:00:00.000Z',
    eventType: 'user.session.start',
    displayMessage: 'User login to Okta',
    authenticationContext: { externalSessionId: 'unknown' },
  };
  expect(read('okta', { data: { events: [event] } }).correlationId).toBeUndefined();
});

describe('two long ids that begin alike stay two', () => {
  const file = path.join(dir, 'own.yaml');
  const mapped = (id: string, given: object) => {
    writeFileSync(
      file,
      `about: Ours\nkind: $.kind\ndetection:\n  type: ours\n  title: Smoke\n  eventId: "${id}"\n  correlationId: "${id}"\n`,
    );
    return read(file, { kind: 'x', ...given });
  };

  test.each([
    ['$.id', 250],
    ['$.id', 1_200],
    ['{$.id} {$.n}', 250],
    ['{$.id} {$.n}', 1_200],
  ])('by the mapping %s, of %i characters', (mapping, length) => {
    const [one, other] = ['1', '2'].map((end) => mapped(mapping, { id: 'x'.repeat(length) + end, n: 1 }));
    expect(one!.eventId).not.toBe(other!.eventId);
    expect(one!.correlationId).not.toBe(other!.correlationId);
    for (const id of [one!.eventId, one!.correlationId!]) expect(id.length).toBeLessThanOrEqual(200);
  });

  test('of other formats', () => {
    const fields = { eventId: 'e', type: 'a', title: 't', at: '2026-11-28T10:00:00.000Z' };
    const correlated = (correlationId: string) =>
      detectionOf('standard-webhooks', context, { ...fields, correlationId }).correlationId;
    expect(correlated(`${'x'.repeat(300)}1`)).not.toBe(correlated(`${'x'.repeat(300)}2`));
    const send = (adapter: typeof cloudflare, body: object, type = 'application/json') =>
      adapter.parse({ headers: { 'content-type': type }, body: Buffer.from(JSON.stringify(body)) }, context)
        .detections[0]!;
    const alert = (end: string) =>
      send(cloudflare, { alert_type: 'a', ts: 1_775_008_805, alert_correlation_id: 'x'.repeat(300) + end });
    expect(alert('1').eventId).not.toBe(alert('2').eventId);
    expect(alert('1').correlationId).not.toBe(alert('2').correlationId);
    const event = (end: string) =>
      send(
        cloudevents,
        { specversion: '1.0', id: 'x'.repeat(300) + end, source: '/a', type: 't' },
        'application/cloudevents+json',
      );
    expect(event('1').eventId).not.toBe(event('2').eventId);
  });
});
