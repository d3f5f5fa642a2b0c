import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { shortInstant } from '../../../cli/rendering/format';
import { TocsinClient } from '../../../client/tocsin-client';
import { advance, open } from '../../../domain/case/advance';
import { openingOf } from '../../../domain/triage/opening';
import type { TriageEvent, TriageState } from '../../../domain/triage/state';
import { triageLifecycle } from '../../../domain/triage/triage';
import { temporaryDir } from '../../setup/helpers';
import { triageInput } from '../domain/helpers/detections';
import { root, T0, tocsin } from './helpers';
import { rawOf, serverOf } from './raw-workflows';

const dir = temporaryDir('detect');
function file(name: string, content: unknown): string {
  const at = path.join(dir, name);
  writeFileSync(at, typeof content === 'string' ? content : JSON.stringify(content));
  return at;
}

describe('tocsin detect test', () => {
  const examples = path.join(root, 'examples', 'detections.yaml');

  it('says which rule fires and why, why none above did, the key and what would happen', async () => {
    const { exitCode, out } = await tocsin(['detect', 'test', examples]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/rule: audit-damage[\s\S]*it is declared at once as INC-[0-9a-f]{12}/);
    expect(out).toMatch(/type is cloudflare\.dos_attack_l7 \(asked for: cloudflare\.\*dos\*\)/);
    expect(out).toMatch(/edge-ddos[\s\S]*without a decision it is declared as INC-/);
    expect(out).toMatch(/customer-ddos: format is cloudflare, not ftagent; scope is unknown, not customer/);
    expect(out).toMatch(/one case with others of the key \["edge-ddos","cloudflare"/);
    expect(out).toMatch(/rule: customer-ddos[\s\S]*it is only counted: Customers' own servers/);
  });

  it('gives the same as JSON', async () => {
    const { out } = await tocsin(['detect', 'test', examples, '--json']);
    const { rules, detections } = JSON.parse(out);
    expect(rules).toMatchObject({ id: 'platform-detections', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(detections.map((each: { judgement: { rule: string } }) => each.judgement.rule)).toEqual([
      'audit-damage',
      'edge-ddos',
      'customer-ddos',
    ]);
    expect(detections[0]).toMatchObject({ caseId: expect.stringMatching(/^TRG-/), judgement: { severity: 'sev1' } });
    expect(detections[2].caseId).toBeUndefined();
  });

  it('reads what a source sends', async () => {
    const alert = {
      name: 'HTTP DDoS',
      text: 'x',
      ts: 1775008800,
      alert_type: 'dos_attack_l7',
      alert_correlation_id: 'c1',
      alert_event: 'ALERT_STATE_EVENT_START',
      data: { target_hostname: 'app.example.com' },
    };
    const { out, exitCode } = await tocsin(['detect', 'test', file('cf.json', alert), '--source', 'cloudflare']);
    expect([exitCode, /rule: edge-ddos/.test(out)]).toEqual([0, true]);
    const ping = [
      'detect',
      'test',
      file('ping.json', { zen: 'x' }),
      '--source',
      'github',
      '--header',
      'X-GitHub-Event: ping',
    ];
    expect((await tocsin(ping)).out).toMatch(/It contains no detection: ping/);
  });

  it('shows what was read of a payload, so that a value which did not fit is seen to be missing', async () => {
    const mapping = file(
      'doors.yaml',
      'about: Door alarms\neach: $.events[*]\nkind: $.kind\ndetection:\n  type: door.{$.kind}\n  title: "{$.kind} at {$.door}"\n' +
        '  systems: [$.door]\n  indicators: [$.ip]\n  facts: { zones: "$.zones[*]" }\n',
    );
    const event = (ip: string) => ({ events: [{ kind: 'forced', door: 'north', ip, zones: ['4', '5'] }] });
    const read = async (ip: string) => (await tocsin(['detect', 'test', mapping, file('door.json', event(ip))])).out;
    expect(await read('203.0.113.9')).toMatch(
      /- systems: north\n.*- indicators: 203\.0\.113\.9\n.*- facts\.zones: 4, 5\n/,
    );
    expect(await read('not an address')).not.toContain('indicators:');
  });

  it('names a field of the file as the file does, not as the flag of that name', async () => {
    const { err } = await tocsin(['detect', 'test', file('other.json', { action: 'created' })]);
    expect(err).toMatch(/ {2}- source: is missing/);
  });

  it('reads a payload by a mapping, and says what was refused or is of another kind, and why', async () => {
    const alert = (labels: object) => ({
      labels,
      status: 'firing',
      startsAt: '2026-11-28T10:00:00Z',
      fingerprint: 'a1',
    });
    const payload = file('alerts.json', { alerts: [alert({ alertname: 'DiskFull', severity: 'warning' }), alert({})] });
    const { out, exitCode } = await tocsin(['detect', 'test', 'alertmanager', payload]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/mapping {2}alertmanager\.DiskFull {2}DiskFull/);
    expect(out).toMatch(/unnamed: refused[\s\S]*1\.title: /);
    const json = JSON.parse((await tocsin(['detect', 'test', 'alertmanager', payload, '--json'])).out);
    expect(json).toMatchObject({
      detections: [{ detection: { type: 'alertmanager.DiskFull', format: 'mapping' } }],
      untaken: [{ kind: 'unnamed', problems: expect.arrayContaining([expect.objectContaining({ field: '1.title' })]) }],
    });
    const other = await tocsin(['detect', 'test', 'aws-eventbridge', file('ec2.json', { 'detail-type': 'EC2 State' })]);
    expect(other.out).toMatch(/EC2 State: of a kind that is not read/);
  });

  it.each<[string, string[], RegExp]>([
    ['a mapping that is none', ['nobody', examples], /is none of alertmanager, /],
    ['a mapping with a fault', [file('m.yaml', 'about: x'), examples], /kind/],
    [
      'a payload that it does not take',
      ['alertmanager', file('p.json', { a: 1 })],
      /is not what this mapping takes[\s\S]*holds no event/,
    ],
    ['a mapping and a source', ['okta', examples, '--source', 'github'], /either a mapping and a payload, or one file/],
    ['a file that is not there', ['none.yaml'], /cannot read .*it does not exist/],
    ['an empty file', [file('empty.yaml', '')], /is empty/],
    ['no YAML', [file('bad.yaml', 'a: [')], /neither YAML nor JSON/],
    [
      'no detection',
      [file('other.json', { alert: 1 })],
      /needs a correction\. Is it what a source sends\? Then add --source/,
    ],
    [
      'an unknown format',
      [examples, '--source', 'smoke'],
      /"smoke" is not a source format\. Use one of standard-webhooks/,
    ],
    ['a format it is not', [examples, '--source', 'cloudflare'], /is not what cloudflare sends/],
    ['a header that is none', [examples, '--source', 'github', '--header', 'x'], /--header: "x" is not a header/],
    [
      'rules that are none',
      [examples, '--rules', file('rules.yaml', 'id: x')],
      /list of detection rules .*cannot be used/,
    ],
  ])('refuses %s with 2', async (_what, args, expected) => {
    const { exitCode, err } = await tocsin(['detect', 'test', ...args]);
    expect([exitCode, err]).toEqual([2, expect.stringMatching(expected)]);
  });
});

describe('tocsin triage', () => {
  const opened = open(
    triageLifecycle,
    triageInput().caseId,
    [openingOf(triageInput({ title: 'Odd \u001b[31m export' }), T0)],
    T0,
  );
  const id = opened.state.caseId;
  /** Temporal, as far as the client of cases uses it. */
  const temporal = (found: Record<string, { type: string; running: boolean }> = {}) => {
    let { state, events }: { state: TriageState; events: TriageEvent[] } = opened;
    const sent: unknown[] = [];
    const handle = () => ({
      query: async (name: string) => (name === 'state' ? { state, registerBacklog: 0, inFlight: [] } : events),
      executeUpdate: async (name: string, { args }: { args: [{ by: string; commandId: string }] }) => {
        sent.push({ name, ...args[0] });
        const message = triageLifecycle.messages[name]!.schema.parse(args[0]);
        const next = advance(
          triageLifecycle,
          state,
          triageLifecycle.onMessage(state, name, message, T0),
          T0,
          message.by,
        );
        [state, events] = [next.state, [...events, ...next.events]];
        return { events: next.events.map(({ seq, kind }) => ({ seq, kind })) };
      },
    });
    const listed = (workflowId: string, nextDeadline?: string) =>
      rawOf({
        workflowId,
        startedAt: T0,
        title: `Title of ${workflowId}`,
        attributes: {
          TocsinSeverity: { type: 'Keyword', value: 'severity' },
          TocsinStatus: { type: 'Keyword', value: 'status' },
          TocsinOwner: { type: 'Keyword', value: 'owner' },
          ...(nextDeadline && { TocsinNextDeadline: { type: 'Datetime' as const, value: nextDeadline } }),
        },
      });
    const client = {
      ...serverOf({
        listed: [
          listed('TRG-later', '2099-01-02T00:00:00Z'),
          listed('TRG-none'),
          listed('TRG-late', '2020-01-01T00:00:00Z'),
        ],
        find: (workflowId) => {
          const it = found[workflowId];
          return (
            it && rawOf({ workflowId, type: it.type, status: it.running ? 'RUNNING' : 'COMPLETED', startedAt: T0 })
          );
        },
      }),
      withDeadline: (_at: number, call: () => unknown) => call(),
      workflow: { getHandle: handle },
    };
    return { client: new TocsinClient(client as unknown as Client), sent };
  };

  it('lists the next deadline first', async () => {
    const { out } = await tocsin(['triage', 'list'], temporal().client);
    const lines = out.split('\n').slice(1, 4);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['TRG-late', 'TRG-later', 'TRG-none']);
    expect(lines[0]).toMatch(/2020-01-01 00:00 {2}.* overdue/);
    expect(JSON.parse((await tocsin(['triage', 'list', '--json'], temporal().client)).out)).toHaveLength(3);
  });

  it('lists what was decided under its decision, and what was merged with the incidents that it belongs to', async () => {
    const closed = { open: false, startedAt: T0, overdue: 0, exercise: false, severity: 'sev2' };
    const cases = ['merged', 'dismissed', 'merged'].map((status, n) => ({
      ...closed,
      id: `TRG-00000000000${n}`,
      status,
    }));
    const by = { by: 'anna', at: T0, decision: 'merged' };
    const state = { decision: { ...by, incidentId: 'INC-1' }, further: [{ ...by, incidentId: 'INC-2' }] };
    const client = {
      listUpTo: async () => ({ cases, cut: false }),
      // One is past its retention.
      view: async (id: string) => (id.endsWith('2') ? Promise.reject(new Error('gone')) : { state }),
      close: async () => undefined,
    } as unknown as TocsinClient;
    const { out } = await tocsin(['triage', 'list', '--all'], client);
    expect(out).toMatch(/TRG-000000000000 .*merged into INC-1, INC-2/);
    expect(out).toMatch(/TRG-000000000001 .*dismissed\n/);
    expect(out).toMatch(/TRG-000000000002 .*merged\n/);
    const listed = JSON.parse((await tocsin(['triage', 'list', '--all', '--json'], client)).out);
    expect(listed.map((each: { incidents?: string[] }) => each.incidents)).toEqual([
      ['INC-1', 'INC-2'],
      undefined,
      undefined,
    ]);
  });

  it('shows a case, with nothing of a sender acting on the terminal', async () => {
    const { out, exitCode } = await tocsin(['triage', 'show', id], temporal().client);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/sev2 {2}waiting {2}owner oncall/);
    const due = shortInstant(new Date().toISOString(), '2026-04-01T02:00:00.000Z');
    expect(out).toContain(`Decision: waiting; on silence: declare; due ${due}`);
    expect(out).toMatch(/alarm 2 raised: new/);
    expect(out).not.toContain('\u001b');
    expect(JSON.parse((await tocsin(['triage', 'show', id, '--json'], temporal().client)).out).state.caseId).toBe(id);
  });

  it('declares, dismisses and merges', async () => {
    const shown = async (client: TocsinClient) => (await tocsin(['triage', 'show', id], client)).out;
    const first = temporal();
    const declare = ['triage', 'declare', id, '--severity', 'sev1', '--block', '203.0.113.1'];
    const declared = await tocsin(declare, first.client);
    expect(declared.out).toMatch(/\/\d+ {2}triage declared\n[\s\S]*Watch it with: npx tocsin show INC-/);
    expect(await shown(first.client)).toMatch(/declared as INC-[0-9a-f]{12}, sev1, by decision \(oncall\)/);
    const second = temporal();
    const dismissed = await tocsin(['triage', 'dismiss', id, '--reason', 'a load test'], second.client);
    expect(dismissed.out).toMatch(/\/\d+ {2}triage dismissed/);
    expect(await shown(second.client)).toMatch(/dismissed: a load test \(oncall\)/);
    const running = temporal({ 'INC-1': { type: 'incident', running: true } });
    const merged = await tocsin(['triage', 'merge', id, 'INC-1', '--by', 'anna'], running.client);
    expect(merged.out).toMatch(/\/\d+ {2}triage merged/);
    expect(await shown(running.client)).toMatch(/merged into INC-1 \(anna\)/);
    expect(running.sent).toEqual([expect.objectContaining({ name: 'merge', into: 'INC-1', by: 'anna' })]);
  });

  it('undoes a merge, with its reason; where there are several, of the incident that is named', async () => {
    const { client, sent } = temporal();
    await tocsin(['triage', 'unmerge', id, '--reason', 'another actor'], client);
    await tocsin(['triage', 'unmerge', id, 'INC-1', '--reason', 'another actor', '--by', 'anna'], client);
    expect(sent).toEqual([
      expect.objectContaining({ name: 'unmerge', reason: 'another actor' }),
      expect.objectContaining({ name: 'unmerge', from: 'INC-1', reason: 'another actor', by: 'anna' }),
    ]);
    expect(sent[0]).not.toHaveProperty('from');
  });

  it.each<[string, string[], 1 | 2, RegExp]>([
    ['an undoing without a reason', ['unmerge', id], 2, /--reason/],
    ['a dismissal without a reason', ['dismiss', id], 2, /--reason/],
    ['a severity that is none', ['declare', id, '--severity', 'high'], 2, /severity: must be one of sev1/],
    ['an incident that is not there', ['merge', id, 'INC-2'], 1, /there is no incident "INC-2"/],
    ['one that is no incident', ['merge', id, 'INC-3'], 1, /there is no incident "INC-3"/],
    ['one that is closed', ['merge', id, 'INC-4'], 1, /incident "INC-4" is closed/],
  ])('refuses %s', async (_what, args, code, expected) => {
    const found = { 'INC-3': { type: 'delivery', running: true }, 'INC-4': { type: 'incident', running: false } };
    const { client, sent } = temporal(found);
    const { exitCode, err } = await tocsin(['triage', ...args], client);
    expect([exitCode, err]).toEqual([code, expect.stringMatching(expected)]);
    expect(sent).toEqual([]);
  });
});
