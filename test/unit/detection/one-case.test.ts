/** What senders say several times about one thing is one case, and each time is recorded; what is graver is a case of its own. */
import { triageCaseId } from '../../../detection/intake/inbox/triage-case-id';
import { loadMapping } from '../../../detection/intake/mapping/load-mapping';
import { mappedAdapter } from '../../../detection/intake/mapping/mapped-adapter';
import type { SourceAdapter } from '../../../detection/intake/sources/adapter';
import { github } from '../../../detection/intake/sources/github';
import { judge } from '../../../domain/detection/judgement';
import { loadDetectionRules } from '../../../policy/load-detection-rules';

const { rules } = loadDetectionRules();
const DAY = '2026-11-28';
const context = { source: 'it', scope: 'platform' as const, now: Date.parse(`${DAY}T12:00:00Z`) };

/** By which event the inbox knows it, and in which case it ends; `ignored` where none follows. */
function read(adapter: SourceAdapter, body: object, headers = {}): { event: string; ends: string } {
  const [detection] = adapter.parse({ headers, body: Buffer.from(JSON.stringify(body)) }, context).detections;
  const judgement = judge(detection!, rules);
  const ends = judgement.action === 'ignore' ? 'ignored' : triageCaseId(judgement, detection!.at);
  return { event: detection!.eventId, ends };
}
const mapped = (name: string) => {
  const adapter = mappedAdapter(loadMapping(name));
  return (body: object) => read(adapter, body);
};
const cases = (of: { ends: string }[]) => new Set(of.map(({ ends }) => ends)).size;
const events = (of: { event: string }[]) => new Set(of.map(({ event }) => event)).size;

describe('Sentry', () => {
  const sentry = mapped('sentry');
  // docs.sentry.io/organization/integrations/integration-platform/webhooks: issues, issue-alerts, metric-alerts
  const issue = (action: string, at = `${DAY}T10:00:00.000000Z`) =>
    sentry({
      action,
      data: {
        issue: {
          id: '1170820242',
          title: 'ReferenceError: blorp is not defined',
          level: 'error',
          lastSeen: at,
          count: '1',
          project: { id: '1', name: 'front-end', slug: 'front-end' },
        },
      },
    });
  const alert = sentry({
    action: 'triggered',
    data: {
      event: {
        event_id: 'e4874d664c3540c1a32eab185f12c5ab',
        datetime: `${DAY}T10:00:00.000000Z`,
        environment: 'production',
        issue_id: '1170820242',
        level: 'error',
        title: 'ReferenceError: blorp is not defined',
        project: 1,
      },
      triggered_rule: 'Very Important Alert Rule!',
    },
  });
  const metric = (action: string, text: string) =>
    sentry({
      action,
      data: {
        description_text: text,
        metric_alert: { id: '4', title: 'Too many errors', date_detected: `${DAY}T10:00:00Z`, projects: ['backend'] },
      },
    });

  test('that an issue was created and that its alert was triggered is one case of two events, whichever comes first', () => {
    const both = [issue('created'), alert, issue('unresolved', `${DAY}T11:00:00.000000Z`)];
    expect([cases(both), events(both)]).toEqual([1, 3]);
    expect(both[0]!.ends).toMatch(/^TRG-/);
  });

  test('that it was resolved opens none', () => expect(issue('resolved').ends).toBe('ignored'));

  test('a metric that becomes critical is a case of its own, however often it changes', () => {
    const warnings = [metric('warning', '600 events'), metric('warning', '700 events')];
    const critical = [metric('critical', '1000 events'), metric('critical', '1400 events')];
    expect([cases(warnings), cases(critical), cases([...warnings, ...critical])]).toEqual([1, 1, 2]);
    expect(events([...warnings, ...critical])).toBe(4);
    expect(metric('resolved', '10 events').ends).toBe('ignored');
  });
});

test('Alertmanager: what it repeats is one event, what fires anew another of the same case, and resolved opens none', () => {
  const alertmanager = mapped('alertmanager');
  const alert = (status: string, startsAt: string) =>
    alertmanager({
      alerts: [
        {
          status,
          startsAt,
          fingerprint: 'c5d2460186f7',
          labels: { alertname: 'DiskFull', severity: 'critical', instance: 'edge-1:9100' },
        },
      ],
    });
  const [first, repeated] = [alert('firing', `${DAY}T10:00:00Z`), alert('firing', `${DAY}T10:00:00Z`)];
  expect(repeated).toEqual(first);
  const anew = alert('firing', `${DAY}T11:00:00Z`);
  expect([cases([first!, anew]), events([first!, anew])]).toEqual([1, 2]);
  expect(alert('resolved', `${DAY}T10:00:00Z`).ends).toBe('ignored');
});

test('GuardDuty: a finding that is sent again as more was seen is another event of its case; a graver one is a case', () => {
  const eventbridge = mapped('aws-eventbridge');
  const finding = (updatedAt: string, severity: number) =>
    eventbridge({
      'detail-type': 'GuardDuty Finding',
      account: '111122223333',
      time: updatedAt,
      detail: {
        id: '16afba5c5c43e07c9e3e5e2e544e95df',
        type: 'Recon:EC2/PortProbeUnprotectedPort',
        severity,
        updatedAt,
        service: { eventFirstSeen: `${DAY}T09:00:00Z`, count: 3 },
      },
    });
  const seen = [finding(`${DAY}T10:00:00Z`, 5), finding(`${DAY}T11:00:00Z`, 5)];
  expect([cases(seen), events(seen)]).toEqual([1, 2]);
  expect(finding(`${DAY}T11:00:00Z`, 5)).toEqual(seen[1]);
  expect(cases([...seen, finding(`${DAY}T12:00:00Z`, 8)])).toBe(2);
});

test('CrowdStrike: the detections of one intrusion are one case, whichever their tactics and hosts', () => {
  const crowdstrike = mapped('crowdstrike');
  const detection = (CompositeId: string, over: object) =>
    crowdstrike({
      metadata: { eventType: 'EppDetectionSummaryEvent', offset: 1, eventCreationTime: Date.parse(`${DAY}T10:00:00Z`) },
      event: { CompositeId, AggregateId: 'aggind:1', Name: 'Suspicious PowerShell', SeverityName: 'High', ...over },
    });
  const all = [
    detection('a', { Tactic: 'Execution', Hostname: 'WS-0042' }),
    detection('b', { Tactic: 'Credential Access', Hostname: 'WS-0042' }),
    detection('c', { Tactic: 'Credential Access', Hostname: 'DC-1' }),
  ];
  expect([cases(all), events(all)]).toEqual([1, 3]);
  expect(cases([...all, detection('d', { Tactic: 'Execution', AggregateId: 'aggind:2' })])).toBe(2);
});

test('Entra ID: the alerts of one incident are one case, and one that is resolved opens none', () => {
  const entra = mapped('entra-id');
  const alert = (id: string, category: string, status = 'new') =>
    entra({
      ...{ id, category, status, incidentId: '28282', severity: 'high', title: 'Anomalous token' },
      lastUpdateDateTime: `${DAY}T10:00:00Z`,
      firstActivityDateTime: `${DAY}T09:00:00Z`,
    });
  const both = [alert('1', 'CredentialAccess'), alert('2', 'LateralMovement')];
  expect([cases(both), events(both)]).toEqual([1, 2]);
  expect(alert('1', 'CredentialAccess', 'resolved').ends).toBe('ignored');
});

test('GitHub: a secret that turns out to work is a graver case; what changes nothing of that is the same', () => {
  const secret = (action: string, validity: string, minute: number) =>
    read(
      github,
      {
        action,
        alert: {
          ...{ number: 42, secret_type: 'aws_access_key_id', validity, state: 'open' },
          updated_at: `${DAY}T10:${minute}:00Z`,
        },
        repository: { full_name: 'acme/api', private: true },
      },
      { 'x-github-event': 'secret_scanning_alert' },
    );
  const same = [
    secret('created', 'unknown', 10),
    secret('validated', 'unknown', 11),
    secret('reopened', 'unknown', 12),
  ];
  expect([cases(same), events(same)]).toEqual([1, 3]);
  const works = [secret('validated', 'active', 13), secret('validated', 'active', 14)];
  expect([cases(works), cases([...same, ...works])]).toEqual([1, 2]);
  expect(secret('resolved', 'unknown', 15).ends).toBe('ignored');
});

test('what says nothing of what it belongs to is told apart by type and systems', () => {
  const okta = mapped('okta');
  const event = (uuid: string, eventType: string) =>
    okta({
      data: { events: [{ uuid, eventType, displayMessage: 'x', published: `${DAY}T10:00:00Z`, severity: 'WARN' }] },
    });
  const [one, same, other] = [event('1', 'a.b'), event('2', 'a.b'), event('3', 'a.c')];
  expect([cases([one!, same!]), cases([one!, other!])]).toEqual([1, 2]);
});
