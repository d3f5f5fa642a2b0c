/** What is kept of a sender's words holds no mail address, and of ready mappings neither account nor address of a sign-in. */
import type { Pool } from 'pg';
import { UntakenCounts } from '../../../detection/intake/inbox/untaken';
import { loadMapping } from '../../../detection/intake/mapping/load-mapping';
import { mappedAdapter } from '../../../detection/intake/mapping/mapped-adapter';
import { cloudevents } from '../../../detection/intake/sources/cloudevents';
import { github } from '../../../detection/intake/sources/github';
import { resend } from '../../../detection/intake/sources/resend';
import { sampleText } from '../../../detection/intake/sources/without-secrets';

const context = { source: 'field', scope: 'platform' as const, now: Date.parse('2026-11-28T12:00:00Z') };
const read = (mapping: string, body: unknown) =>
  mappedAdapter(loadMapping(mapping)).parse({ headers: {}, body: Buffer.from(JSON.stringify(body)) }, context);
const MAIL = 'dana.weiss@customer.example';

describe('ready mappings', () => {
  test('GuardDuty: whose keys were used, and from where, stays out', () => {
    const { detections } = read('aws-eventbridge', {
      id: '1',
      'detail-type': 'GuardDuty Finding',
      account: '111122223333',
      detail: {
        id: '16afba5c',
        type: 'Recon:IAMUser/UserPermissions',
        severity: 5,
        title: 'API ListAccessKeys was invoked by dana from 203.0.113.9.',
        updatedAt: '2026-11-28T10:04:00.000Z',
        resource: { resourceType: 'AccessKey', accessKeyDetails: { userName: 'dana' } },
        service: { action: { awsApiCallAction: { remoteIpDetails: { ipAddressV4: '203.0.113.9' } } } },
      },
    });
    expect(detections).toMatchObject([{ title: 'GuardDuty: Recon:IAMUser/UserPermissions', indicators: [] }]);
    expect(JSON.stringify(detections)).not.toMatch(/dana|203\.0\.113/);
  });

  test('CrowdStrike: whose account it was, and what was typed, stays out', () => {
    const { detections } = read('crowdstrike', {
      metadata: { eventType: 'EppDetectionSummaryEvent', offset: 1, eventCreationTime: 1_795_860_000_000 },
      event: {
        CompositeId: 'a:ind:b:1',
        Name: 'Suspicious PowerShell',
        Hostname: 'WS-0042',
        UserName: 'dana',
        LogonDomain: 'CORP',
        CommandLine: 'powershell.exe -user dana -password hunter2',
        FilePath: 'C:\\Users\\dana',
        Description: 'dana started a script from 203.0.113.9',
        LocalIP: '203.0.113.9',
      },
    });
    expect(detections).toMatchObject([{ title: 'Suspicious PowerShell on WS-0042', systems: ['WS-0042'] }]);
    expect(JSON.stringify(detections)).not.toMatch(/dana|hunter2|203\.0\.113/);
  });

  test('Wazuh: who signed in, and from where, stays out', () => {
    const { detections } = read('wazuh', {
      id: '1795860000.1234',
      timestamp: '2026-11-28T10:00:00.000+0000',
      rule: {
        id: '92652',
        level: 6,
        description: 'Successful Remote Logon Detected - User:\\dana - NTLM authentication',
        mitre: { id: ['T1550.002'], technique: ['Pass the Hash'] },
        groups: ['authentication_success'],
      },
      agent: { id: '001', name: 'edge-1' },
      data: { srcip: '203.0.113.9' },
    });
    expect(detections).toMatchObject([{ title: 'Pass the Hash on edge-1 (Wazuh rule 92652)', indicators: [] }]);
    expect(JSON.stringify(detections)).not.toMatch(/dana|203\.0\.113/);
  });

  test('Auth0: from where a leaked password was used stays out', () => {
    const description = 'Someone behind the IP address 203.0.113.9 attempted to login with a leaked password';
    const { detections } = read('auth0', [{ log_id: '1', data: { type: 'pwd_leak', description } }]);
    expect(detections).toMatchObject([{ title: 'Auth0 event pwd_leak' }]);
    expect(JSON.stringify(detections)).not.toContain('203.0.113');
  });
});

describe('a mail address is taken out before a text is cut', () => {
  /** The address stands over each place where a text could be cut. */
  const lengths = Array.from({ length: MAIL.length }, (_, n) => n);
  const cutAt = (max: number) => lengths.map((n) => `${'x'.repeat(max - n - 1)} ${MAIL} and more`);

  test('by a mapping', () => {
    for (const text of [...cutAt(200), ...cutAt(400)]) {
      const alert = { status: 'firing', labels: { alertname: 'A', service: text, job: text }, annotations: {} };
      const titled = { ...alert, annotations: { summary: text } };
      const told = JSON.stringify(read('alertmanager', { alerts: [alert, titled] }).detections);
      expect(told).not.toMatch(/dana/);
    }
    for (const kind of cutAt(120)) {
      const { detections } = read('alertmanager', { alerts: [{ labels: { alertname: kind } }] });
      expect(JSON.stringify(detections)).not.toMatch(/dana/);
    }
  });

  test('by formats of our own, and by GitHub’s', () => {
    for (const title of cutAt(200)) {
      const event = { specversion: '1.0', id: '1', source: '/a', type: 't', data: { title, systems: [title] } };
      const sent = { headers: { 'content-type': 'application/cloudevents+json' }, body: buffer(event) };
      expect(JSON.stringify(cloudevents.parse(sent, context).detections)).not.toMatch(/dana/);
      const body = buffer({ action: 'created', alert: { security_advisory: { summary: title.slice(100) } } });
      const alert = github.parse({ headers: { 'x-github-event': 'dependabot_alert' }, body }, context);
      expect(JSON.stringify(alert.detections)).not.toMatch(/dana/);
    }
  });

  test('in samples of what was not taken', () => {
    for (const text of [...cutAt(200), ...cutAt(400)]) expect(sampleText({ text })).not.toMatch(/dana/);
    for (const text of cutAt(80)) expect(sampleText({ [text]: 1 })).not.toMatch(/dana/);
    const many = Array.from({ length: 100 }, () => MAIL).join(' ');
    for (let from = 0; from < MAIL.length; from++) expect(sampleText({ text: many.slice(from) })).not.toMatch(/weiss/);
  });

  test('with letters of any language', () => {
    expect(sampleText(['jörg@müller.example', "sinead.o'brien@customer.example"])).not.toMatch(/jörg|müller|brien/);
  });
});

test('a kind that is a mail address, or holds one, is kept without it', async () => {
  const kept: string[][] = [];
  const told: string[] = [];
  const query = async (_: string, [sources, kinds]: string[][]) => {
    kept.push(kinds!);
    return { rows: kinds!.map((kind, n) => ({ source: sources![n], kind, is_new: true })) };
  };
  const counts = new UntakenCounts({ query } as unknown as Pool, (_, kind) => told.push(kind));
  const kinds = [MAIL, `user ${MAIL} locked`, `${'x'.repeat(110)} ${MAIL}`, '\u0000', 'push'];
  await counts.keep(
    'field',
    kinds.map((kind) => ({ kind, problems: [], value: undefined })),
  );
  expect(kept.flat()).toEqual([
    '[address]',
    'user [address] locked',
    expect.stringMatching(/^x{110} \[addres/),
    'without a name',
    'push',
  ]);
  expect(JSON.stringify([kept, told])).not.toMatch(/dana|weiss/);
});

test.each(['contact.created', 'contact.updated', 'contact.deleted'])(
  '%s of the mail provider holds names, and says nothing about who was told: not kept',
  (type) => {
    const body = buffer({ type, data: { email: MAIL, first_name: 'Dana', last_name: 'Weiss' } });
    const { untaken = [], note } = resend.parse({ headers: { 'svix-id': 'm1' }, body }, context);
    expect(untaken).toEqual([]);
    expect(note).toMatch(/says nothing about who was told/);
  },
);

function buffer(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
