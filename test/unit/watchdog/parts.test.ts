/** What the watchdog tells of a part that is away: what is at stake, and what to look at. */

import { setTimeout as sleep } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import { failure } from '../../../activities/failures';
import type { MailPort } from '../../../activities/mail/mail-port';
import type { Finding } from '../../../domain/watch/finding';
import { unsignedOrAstray } from '../../../watchdog/signing-eye';
import { type Message, messageOf, tell } from '../../../watchdog/telling';
import { TemporalEye } from '../../../watchdog/temporal-eye';
import { Watchdog } from '../../../watchdog/watchdog';
import { until } from '../../setup/until';

const away = (message: string) => async () => {
  throw new Error(message);
};
const watchdog = (query: () => Promise<never>, temporal: () => Promise<never>) =>
  new Watchdog({ pool: { query }, temporal, taskQueue: 'tocsin', mail: {}, dataDir: __dirname, log: {} } as never, {
    mail: [],
    later: [],
    everyMs: 60_000,
  });

test('each part that does not answer is told with what is at stake and the setting that names it', async () => {
  const { found } = await watchdog(away('refused'), away('no route')).look();
  expect(found.flatMap((each) => (each.kind === 'part' && each.part !== 'disk' ? [each.problem] : []))).toEqual([
    'Postgres does not answer (refused): nothing can be recorded. Check that it runs and that DATABASE_URL names it',
    'Temporal does not answer (no route): no deadline is acted on. Check that it runs and that TEMPORAL_ADDRESS names it',
  ]);
});

test('lists of Temporal that are away alone hide no case that has stopped', async () => {
  const down = Object.assign(new Error('14 UNAVAILABLE: no visibility store'), { code: 14 });
  const workflowService = {
    listWorkflowExecutions: away('no visibility store'),
    describeWorkflowExecution: async () => {
      throw Object.assign(new Error('not found'), { code: 5 });
    },
    describeTaskQueue: async () => ({ pollers: [{}] }),
    describeSchedule: async () => {
      throw down;
    },
  };
  const client = {
    options: { namespace: 'default' },
    workflowService,
    withDeadline: (_: unknown, call: () => unknown) => call(),
    withAbortSignal: (_: unknown, call: () => unknown) => call(),
  };
  const dog = watchdog(
    async () => ({ rows: [] }) as never,
    async () => ({ temporal: client }) as never,
  );
  Object.assign(dog, { register: { all: async () => [{ id: 'TRI-1', workflow: 'triage', open: true }] } });
  const { found, isUnseen } = await dog.look();
  const told = found.filter((each) => each.kind !== 'part' || each.part === 'temporal');
  expect(told.map(({ key }) => key)).toEqual(['temporal lists', 'missing TRI-1']);
  expect(told[0]).toMatchObject({ problem: expect.stringContaining('(no visibility store)') });
  expect(isUnseen({ kind: 'unregistered', key: 'unregistered X', caseId: 'X', startedAt: '', remedy: [] })).toBe(true);
});

test('an activity that was paused is seen, though it has not failed', async () => {
  const pendingActivities = [
    { activityType: { name: 'raiseAlarm' }, attempt: 1, paused: true },
    { activityType: { name: 'appendEntries' }, attempt: 1 },
  ];
  const workflowExecutionInfo = temporal.api.workflow.v1.WorkflowExecutionInfo.fromObject({
    ...{ type: { name: 'incident' }, taskQueue: 'tocsin', status: 1, historyLength: 9, startTime: { seconds: 1 } },
    execution: { workflowId: 'INC-1', runId: 'r' },
  });
  const client = {
    options: { namespace: 'default', loadedDataConverter: { payloadCodecs: [] } },
    workflowService: { describeWorkflowExecution: async () => ({ workflowExecutionInfo, pendingActivities }) },
    withDeadline: (_: unknown, call: () => unknown) => call(),
  };
  const runs = await new TemporalEye(client as never, 'tocsin').runs([{ id: 'INC-1', workflow: 'incident' }]);
  expect(runs.get('INC-1')!.failing).toEqual([{ activity: 'raiseAlarm', attempt: 1, paused: true }]);
});

test('a look that nothing answers is given up when the watchdog stops, and nothing is told of it', async () => {
  const never = () => new Promise<never>(() => undefined);
  const looking = new Watchdog(
    { pool: { query: never }, temporal: never, taskQueue: 'tocsin', dataDir: __dirname, log: {} } as never,
    { mail: [], later: [], everyMs: 60_000 },
  );
  looking.start();
  expect(await Promise.race([looking.stop().then(() => 'stopped'), sleep(5_000, 'still looks')])).toBe('stopped');
});

test('what had begun to be told is told before the watchdog has stopped', async () => {
  let [asked, mailed] = [false, false];
  const mail: MailPort = {
    async send() {
      asked = true;
      await sleep(200);
      mailed = true;
      return { id: '1' };
    },
  } as never;
  const looking = new Watchdog(
    {
      pool: { query: away('refused') },
      temporal: away('no route'),
      taskQueue: 'tocsin',
      mail,
      dataDir: __dirname,
      log: { error() {} },
    } as never,
    { mail: ['oncall@example.com'], later: [], everyMs: 20 },
  );
  looking.start();
  await until('the mail is on its way', () => asked);
  await looking.stop();
  expect(mailed).toBe(true);
});

test('that signing or anchoring cannot be checked is told, unless Postgres went away meanwhile', async () => {
  const told = async (error: Error) => {
    const query = async (text: unknown) => {
      if (JSON.stringify(text).includes('log_')) throw error;
      return { rows: [] };
    };
    const { found } = await watchdog(query as never, away('no route')).look();
    return found.flatMap((each) =>
      each.kind === 'part' && !['disk', 'temporal'].includes(each.part) ? [[each.part, each.problem]] : [],
    );
  };
  const denied = Object.assign(new Error('permission denied for table log_signer'), { code: '42501' });
  expect(await told(denied)).toEqual([
    [
      'signing',
      "Could not check whether the register is signed (permission denied for table log_signer). Does the register's database have the schema of this release?",
    ],
    ['anchoring', expect.stringMatching(/^Could not check whether what is signed is kept outside \(permission/)],
  ]);
  expect(await told(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }))).toEqual([]);
});

describe('what Postgres says of the register and of the time', () => {
  const NOW = Date.parse('2026-04-01T12:00:00Z');
  /** A database whose clock is `aheadMs` ahead, which answers after `answerMs`, with entries that wait since `waitMs`. */
  const parts = ({ aheadMs = 0, answerMs = 0, unsigned = 0, waitMs = 0 }) => {
    let at = NOW;
    const query = async () => {
      const theirs = new Date(at + aheadMs + answerMs / 2);
      at += answerMs;
      return { rows: [{ unsigned, since: unsigned ? new Date(theirs.getTime() - waitMs) : null, at: theirs }] };
    };
    return unsignedOrAstray({ query } as never, { now: () => at });
  };

  test('entries that no checkpoint covers after ten minutes are told, with their number and since when', async () => {
    expect(await parts({ unsigned: 2, waitMs: 600_000 })).toEqual([]);
    const [part, ...others] = await parts({ unsigned: 2, waitMs: 600_001 });
    expect(others).toEqual([]);
    expect(part).toMatchObject({
      part: 'signing',
      problem: expect.stringContaining(
        '2 entries of the register, the first of 2026-04-01 11:49 UTC, are in no checkpoint',
      ),
    });
  });

  test('a clock that is more than five seconds off is told, either way; a slow answer is not', async () => {
    for (const aheadMs of [-5_000, 0, 5_000]) expect(await parts({ aheadMs })).toEqual([]);
    expect(await parts({ answerMs: 30_000 })).toEqual([]);
    expect((await parts({ aheadMs: 6_000 })).map(({ problem }) => problem)[0]).toMatch(
      /^This machine's clock is 6 s behind Postgres'/,
    );
    expect((await parts({ aheadMs: -3_600_000 })).map(({ problem }) => problem)[0]).toMatch(
      /clock is 3600 s ahead of Postgres'/,
    );
  });
});

describe('telling', () => {
  const message: Message = { key: 'k', subject: 's', text: 't', later: true, data: {} };
  const mail = (refused: string[]): MailPort =>
    ({
      send: async ({ to }: { to: string }) =>
        refused.includes(to) ? { outcome: 'refused', errorCode: 'no' } : { outcome: 'accepted', providerId: 'x' },
    }) as unknown as MailPort;
  const people = { mail: ['a@acme.dev'], later: ['b@acme.dev', 'c@acme.dev'], everyMs: 1 };

  const at = (time: string) => `2026-04-01T${time}:00.000Z`;
  const stopped = (caseId: string): Finding => ({
    kind: 'stopped',
    key: `stopped ${caseId}`,
    caseId,
    status: 'TERMINATED',
    endedAt: at('13:32'),
    remedy: [],
  });

  test('a subject says which case, what and when; and once it is over, of what', () => {
    const rings = [stopped('INC-1'), stopped('INC-2')].map((finding) => ({ finding, since: at('13:33'), time: 1 }));
    const begins =
      '[Tocsin watchdog] INC-1 is open in the register, but its workflow was terminated at 2026-04-01 13:32 UTC';
    const { subject } = messageOf(rings, [], at('13:35'))!;
    expect(subject).toBe(`${begins}: nothing watches its deadlines, and 1 more`);
    const over = [{ finding: stopped('INC-1'), since: at('13:33'), looks: 3, rung: 1 }];
    const cleared = messageOf([], over, at('13:40'))!;
    expect(cleared.subject).toContain('[Tocsin watchdog] Cleared: INC-1 is open in the register, but its workflow was');
    expect(cleared.text).toMatch(/^Cleared: INC-1 is open/);
  });

  test('counts whoever is told later only among its ways: it has told nobody when all of them refuse', async () => {
    const of = async (refused: string[]) => {
      const { ways, problems } = await tell(message, people, mail(refused), '2026-04-01T12:00:00Z');
      return [problems.length, ways];
    };
    expect(await of([])).toEqual([0, 3]);
    expect(await of(['b@acme.dev', 'c@acme.dev'])).toEqual([2, 3]);
    expect(await of(['a@acme.dev', 'b@acme.dev', 'c@acme.dev'])).toEqual([3, 3]);
  });

  test('one whose first answer was lost is told under another key, as its text has changed since', async () => {
    const texts = new Map<string, string>();
    const keys: string[] = [];
    let answers = false;
    const provider = {
      async send({ text }: { text: string }, key: string) {
        keys.push(key);
        if (texts.get(key) !== undefined && texts.get(key) !== text)
          throw failure('MailKeyConflict', 'another request under the same key');
        texts.set(key, text);
        if (!answers) throw failure('MailOutcomeUnknown', 'the answer was lost');
        return { outcome: 'sent' };
      },
    };
    const told = (text: string) =>
      tell(
        { ...message, text },
        { ...people, mail: ['a@acme.dev'], later: [] },
        provider as never,
        '2026-04-01T12:00:00Z',
      );
    expect((await told('2 h left')).problems).toHaveLength(1);
    answers = true;
    expect((await told('1 h 59 min left')).problems).toEqual([]);
    expect(new Set(keys).size).toBe(2);
  });
});
