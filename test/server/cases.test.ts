// Pages of triage cases, vulnerability reports and patch tasks: from the same tables as those of incidents.
import { advance, open } from '../../domain/case/advance';
import type { AnyLifecycle, CaseState } from '../../domain/case/lifecycle';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { PATCH_WORKFLOW, patchDue, patchTaskLifecycle } from '../../domain/patch/patch-task';
import { VulnerabilityReportInputSchema } from '../../domain/report/state';
import { VULNERABILITY_REPORT_WORKFLOW, vulnerabilityReportLifecycle } from '../../domain/report/vulnerability-report';
import { openingOf } from '../../domain/triage/opening';
import { TRIAGE_WORKFLOW } from '../../domain/triage/state';
import { triageLifecycle } from '../../domain/triage/triage';
import { messagesOf } from '../../server/api/kinds';
import { detection, triageInput } from '../unit/domain/helpers/detections';
import { browse, pagesOver } from './browser';

const AT = '2026-04-01T02:00:00.000Z';
const LATER = '2026-04-01T03:00:00.000Z';

/** A case whose title a sender wrote, and the pages over it. */
async function pagesOf(workflow: string, lifecycle: AnyLifecycle, id: string, first: object, then: object[] = []) {
  const opened = open<CaseState, RecordedEvent>(lifecycle, id, [first as never], AT);
  const { state, events } = advance<CaseState, RecordedEvent>(lifecycle, opened.state, then as never[], LATER);
  const send = jest.fn(async (..._: unknown[]) => ({ events: [{ seq: 1, kind: 'detected' }] }));
  const app = await pagesOver({
    find: async () => ({ workflow, open: true, status: 'RUNNING', mark: 'a mark' }),
    view: (async () => ({
      state,
      clock: { incidentAt: LATER, realAt: LATER, rate: 0 },
      registerBacklog: 0,
      inFlight: [],
      nextDueAt: lifecycle.nextDueAt(state) ?? null,
    })) as never,
    timeline: (async () => [...opened.events, ...events]) as never,
    send: send as never,
    sendEvenIfClosed: send as never,
  });
  return { app, send };
}

const PATCH = {
  finding: {
    ...{ key: '0123456789abcdef', inventory: 'web', ecosystem: 'npm', package: 'minimist', versions: ['1.2.0'] },
    ...{ advisory: 'GHSA-xvch-5gv4-984h', aliases: [], summary: 'Prototype <b>pollution</b>', severity: 'critical' },
    ...{ malicious: false, fixedIn: ['1.2.6'], dev: false },
  },
  plan: {
    ...{ owner: 'lead@example.com', deadlines: { critical: 'P2D', high: 'P7D' }, tellAtOnce: ['critical'] },
    ...{ alarmAt: [50, 75], repeatEvery: 'P1D', longestWaiver: 'P90D' },
  },
  ...{ foundAt: AT, exercise: false },
};
const { reportId, ...RECEIVED } = VulnerabilityReportInputSchema.parse({
  ...{ reportId: 'VR-20260401-9f3a5c1e', via: 'form', receivedAt: AT, length: 512, commitment: 'd'.repeat(64) },
  ...{ reachable: true, owner: 'lead@example.com', repeatEveryMs: 3_600_000, followUpAfterMs: 7 * 86_400_000 },
  clock: {
    ...{ dueAt: '2026-04-03T02:00:00.000Z', businessDays: 2, timeZone: 'Europe/Berlin', daysOff: [] },
    alarms: [{ threshold: { kind: 'start' }, at: AT }],
  },
});

test('a detection is shown with what is owed and dismissed by its form', async () => {
  const input = triageInput({ title: 'Export <script>alert(1)</script>' });
  const { app, send } = await pagesOf(TRIAGE_WORKFLOW, triageLifecycle, input.caseId, openingOf(input, AT));
  const at = `/triage-cases/${input.caseId}`;
  const { status, body } = await browse(app, at);
  expect(status).toBe(200);
  expect(body).toContain('Export &lt;script&gt;alert(1)&lt;/script&gt;');
  // It is in no incident, so there is no merge to undo.
  for (const name of messagesOf('triage'))
    expect([name, body.includes(`href="${at}/${name}"`)]).toEqual([name, name !== 'unmerge']);
  expect(body).toContain(`Detected by ${detection().source}`);
  // What is next, on silence too, with its buttons.
  expect(body).toMatch(/<h2>What to do next<\/h2>.*<h3>Decide<\/h3><p>[A-Z].*\. [A-Z].*\.<\/p>/);
  expect(body).toContain(`<a class="button" href="${at}/declare">Declare</a>`);
  expect(body).toContain('<span class="of">Decide</span>');
  expect(body).toContain('Alarm: ');
  expect((await browse(app, `${at}/dismiss`)).body).toContain('Decide that this is not an incident');
  const form = { key: 'k1', reason: 'a load test of ours' };
  const sent = await browse(app, `${at}/dismiss`, { form });
  expect([sent.status, sent.to]).toEqual([303, at]);
  expect(send.mock.calls[0]).toEqual([
    input.caseId,
    'dismiss',
    expect.objectContaining({ reason: 'a load test of ours', by: 'bea@acme.dev' }),
  ]);
  const empty = await browse(app, `${at}/dismiss`, { form: { key: 'k2', reason: '' } });
  expect([empty.status, empty.body.includes('id="field-reason-wrong"')]).toEqual([422, true]);
  // Whoever only reads is offered nothing.
  expect((await browse(app, at, { roles: ['auditor'] })).body).not.toContain('Everything you can do');
  expect((await browse(app, `/patch-tasks/${input.caseId}`)).status).toBe(404);
  await app.close();
});

test('a merged detection is closed, and may still be merged elsewhere, declared, or taken out by its form; a dismissed one not', async () => {
  const input = triageInput();
  const at = `/triage-cases/${input.caseId}`;
  const offered = async (then: object[]) => {
    const { app, send } = await pagesOf(TRIAGE_WORKFLOW, triageLifecycle, input.caseId, openingOf(input, AT), then);
    const { body } = await browse(app, at);
    expect(body).toContain('<strong>Closed</strong>');
    return { app, send, names: messagesOf('triage').filter((name) => body.includes(`href="${at}/${name}"`)) };
  };
  const into = 'INC-20260401-9f3a';
  const merged = await offered([
    { kind: 'triage-merged', by: 'anna', data: { into, block: [] } },
    { kind: 'merge-delivered', data: { into } },
  ]);
  expect(merged.names.sort()).toEqual(['declare', 'merge', 'unmerge']);
  expect((await browse(merged.app, `${at}/unmerge`)).body).toContain('Left empty: the one that it was merged into.');
  const sent = await browse(merged.app, `${at}/unmerge`, { form: { key: 'k1', from: '', reason: 'another actor' } });
  expect([sent.status, sent.to]).toEqual([303, at]);
  expect(merged.send.mock.calls[0]).toEqual([
    input.caseId,
    'unmerge',
    expect.objectContaining({ reason: 'another actor', by: 'bea@acme.dev' }),
  ]);
  const dismissed = await offered([{ kind: 'triage-dismissed', by: 'anna', data: { reason: 'a load test' } }]);
  expect(dismissed.names).toEqual([]);
  await merged.app.close();
  await dismissed.app.close();
});

test.each([
  [
    '/patch-tasks/PATCH-0123456789ab',
    PATCH_WORKFLOW,
    patchTaskLifecycle,
    patchDue(PATCH as never),
    'patched',
    'GHSA-xvch',
  ],
  [
    `/vulnerability-reports/${reportId}`,
    VULNERABILITY_REPORT_WORKFLOW,
    vulnerabilityReportLifecycle,
    { kind: 'report-received', data: RECEIVED },
    'acknowledge-report',
    'Received by form',
  ],
] as const)('%s is shown with its forms', async (at, workflow, lifecycle, first, message, text) => {
  const { app } = await pagesOf(workflow, lifecycle, at.split('/').at(-1)!, first);
  const { status, body } = await browse(app, at);
  expect([status, body.includes('left, until')]).toEqual([200, true]);
  expect(body).toContain(text);
  expect(body).toContain(`href="${at}/${message}"`);
  // The form says of which case it is, and how long is left.
  const form = await browse(app, `${at}/${message}`);
  expect([form.status, form.body.includes(at.split('/').at(-1)!), form.body.includes('left, until')]).toEqual([
    200,
    true,
    true,
  ]);
  await app.close();
});
