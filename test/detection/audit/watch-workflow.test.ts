/** A round of the watch in Temporal: what it does with each outcome, and the schedule that starts it. */

import { ScheduleClient } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Activities, AuditCheck } from '../../../activities/types';
import { type Detection, DetectionSchema } from '../../../domain/detection/detection';
import { judge } from '../../../domain/detection/judgement';
import { loadDetectionRules } from '../../../policy/load-detection-rules';
import { workflowLimits } from '../../../worker/cache-size';
import { ensureSchedule } from '../../../worker/schedules';
import { startDevServer, startTimeSkipping, workflowBundle } from '../../setup/helpers';
import { quietWorkers } from '../../setup/workflow-harness';

const HEAD = `7:${'a'.repeat(64)}`;
const intact = (log: string): AuditCheck => ({ log, outcome: 'intact', whole: true, entries: 7, head: HEAD });

beforeAll(() => quietWorkers());

test('each log is looked at; damage and what stays unreadable are raised once, as detections that the rules know', async () => {
  const { env } = await startTimeSkipping();
  const raised: Detection[] = [];
  const looks: Record<string, number> = {};
  let refusals = 2;
  const activities: Partial<Activities> = {
    auditLogs: async () => ['sound', 'cut', 'away', 'briefly-away'],
    checkAuditLog: async ({ log }) => {
      looks[log] = (looks[log] ?? 0) + 1;
      if (log === 'cut') {
        return {
          log,
          outcome: 'damaged',
          whole: true,
          entries: 7,
          head: HEAD,
          line: 8,
          kind: 'truncation',
          reason: 'the log ends',
        };
      }
      if (log === 'away' || (log === 'briefly-away' && looks[log] === 1)) {
        return { log, outcome: 'unreadable', reason: 'it does not exist' };
      }
      return intact(log);
    },
    raiseDetections: async ({ detections }) => {
      if (refusals-- > 0) throw ApplicationFailure.retryable('the inbox is away');
      raised.push(...detections);
    },
  };
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: 'audit',
    workflowBundle: workflowBundle(),
    activities,
    ...workflowLimits(),
  });
  const rounds = await worker.runUntil(() =>
    env.client.workflow.execute('auditWatch', { taskQueue: 'audit', workflowId: 'round' }),
  );
  expect(rounds).toEqual([
    { log: 'sound', outcome: 'intact' },
    { log: 'cut', outcome: 'damaged' },
    { log: 'away', outcome: 'unreadable' },
    { log: 'briefly-away', outcome: 'intact' },
  ]);
  expect(looks).toEqual({ sound: 1, cut: 1, away: 3, 'briefly-away': 2 });
  const rules = loadDetectionRules();
  const judged = raised.map((detection) => {
    const { eventId, systems } = DetectionSchema.parse(detection);
    const { rule, action } = judge(detection, rules.rules);
    return { eventId, systems, rule, action };
  });
  expect(judged.sort((a, b) => (a.rule < b.rule ? -1 : 1))).toEqual([
    { eventId: 'cut line 8', systems: ['cut'], rule: 'audit-damage', action: 'declare' },
    {
      eventId: expect.stringMatching(/^away unreadable \d{4}-\d\d-\d\d$/),
      systems: ['away'],
      rule: 'audit-unreadable',
      action: 'triage',
    },
  ]);
}, 60_000);

test('the schedule: made once by many workers, brought up to date, started at once; a paused one stays paused', async () => {
  const server = await startDevServer();
  const connection = await NativeConnection.connect({ address: server.address });
  const client = new ScheduleClient({ connection });
  const recurring = {
    id: 'audit-watch',
    everyMs: 3_600_000,
    workflowType: 'auditWatch',
    args: [],
    taskQueue: 'audit',
    summary: 'verifies the audit logs',
    atStart: true,
  };
  await Promise.all([1, 2, 3].map(() => ensureSchedule(client, recurring)));
  const handle = client.getHandle('audit-watch');
  expect((await handle.describe()).spec.intervals).toEqual([expect.objectContaining({ every: 3_600_000 })]);
  expect((await handle.describe()).policies.overlap).toBe('SKIP');
  await handle.pause('maintenance');
  await ensureSchedule(client, { ...recurring, everyMs: 60_000 });
  const { state, spec } = await handle.describe();
  expect(state).toMatchObject({ paused: true, note: 'maintenance' });
  expect(spec.intervals).toEqual([expect.objectContaining({ every: 60_000 })]);
  await connection.close();
}, 60_000);
