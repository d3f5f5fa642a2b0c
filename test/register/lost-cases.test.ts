/** What the register has as open is listed and shown as what it is, whatever Temporal's lists have of it: of every kind alike. */
import { WorkflowNotFoundError } from '@temporalio/common';
import type pg from 'pg';
import { registeredCase } from '../../domain/watch/registered-case';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { registeredHeads } from '../../register/registered-heads';
import { createTestDatabase } from '../setup/helpers';
import { Story, tocsin } from '../unit/cli/helpers';
import { triageInput } from '../unit/domain/helpers/detections';
import { at, Case } from '../unit/domain/helpers/triage-played';
import { tamper } from './helpers';

const ID = 'INC-20260401-9f3a';
let pool: pg.Pool;
let url: string;
let triage: string;

beforeAll(async () => {
  url = (await createTestDatabase()).url;
  pool = createPool(url);
  const waiting = new Case(triageInput());
  triage = waiting.state.caseId;
  for (const events of [new Story({ id: ID }).events, waiting.events]) await appendEntries(pool, events as never);
});
afterAll(() => pool?.end());

/** Temporal, whose lists are empty, and where every case stands so. */
const where = (stands: unknown) =>
  ({ listUpTo: async () => ({ cases: [], cut: false }), stands: async () => stands }) as never;
const said = async (argv: string[], stands: unknown) => {
  const { out, err } = await tocsin(argv, where(stands), { DATABASE_URL: url });
  return `${out}${err}`.replace(/\s+/g, ' ');
};

describe.each([
  ['incident', () => ['list'], () => ID],
  ['triage case', () => ['triage', 'list'], () => triage],
])('an open %s that the list of Temporal has not', (_, argv, id) => {
  test('is gone: it has stopped, with the command that brings it back', async () => {
    expect(await said(argv(), undefined)).toMatch(/stopped .*Temporal has no workflow of it.*npx tocsin resume/);
  });

  test('ended otherwise: it says how', async () => {
    expect(await said(argv(), { how: 'terminated' })).toMatch(/stopped .*its workflow was terminated, so/);
    expect(await said(argv(), 'closed')).toMatch(/stopped .*its workflow ended, so/);
  });

  test('runs, as the list was too long, or lags: it is not said to have stopped', async () => {
    const text = await said(argv(), 'running');
    expect(text).toContain(id());
    expect(text).not.toContain('stopped');
  });
});

test('a case that is closed is not looked for, whatever its kind, and one that may be open is', async () => {
  const dismissed = new Case(triageInput({ severity: 'sev4' }), at(1));
  dismissed.send('dismiss', { by: 'oncall', reason: 'a test of the scanner that the owner had announced' }, at(1.5));
  await appendEntries(pool, dismissed.events.map((event) => ({ ...event, incidentId: 'TRG-dismissed' })) as never);
  expect(registeredCase(dismissed.events)).toMatchObject({ open: false });
  const heads = new Map((await registeredHeads(pool)).map((head) => [head.caseId, head.mayBeOpen]));
  expect(Object.fromEntries(heads)).toEqual({ [ID]: true, [triage]: true, 'TRG-dismissed': false });
});

test('of two decisions of a triage case one may be carried out while the other waits: it may be open', async () => {
  const of = new Case(triageInput({ severity: 'sev4' }), at(2));
  const merge = { incidentId: 'INC-1', by: 'oncall' };
  const kinds = [
    ['triage-merged', merge],
    ['triage-declared', { by: 'oncall' }],
    ['incident-started', { incidentId: 'INC-2' }],
  ] as const;
  const [first] = of.events;
  const events = kinds.map(([kind, data], n) => ({ ...first!, seq: n + 2, kind, data }));
  await appendEntries(pool, [first!, ...events].map((event) => ({ ...event, incidentId: 'TRG-two' })) as never);
  const heads = await registeredHeads(pool);
  expect(heads.find(({ caseId }) => caseId === 'TRG-two')).toMatchObject({ mayBeOpen: true });
  await tamper(url, "DELETE FROM tocsin.register_entries WHERE incident_id = 'TRG-two'");
});

test('a case that Temporal has no more is open or closed as the register has it, of any kind', async () => {
  const client = { ...(where(undefined) as object), ...unknown() } as never;
  const { err } = await tocsin(['triage', 'show', triage], client, { DATABASE_URL: url });
  expect(err).toContain(`triage case "${triage}" is open but has stopped: Temporal has no workflow of it`);
  const { err: closed } = await tocsin(['triage', 'show', 'TRG-dismissed'], client, { DATABASE_URL: url });
  expect(closed).toContain('triage case "TRG-dismissed" is closed, and Temporal no longer has its workflow');
});

test('what is shown of a triage case that has stopped says so', async () => {
  const { state, events } = new Case(triageInput());
  const view = { state, clock: {}, registerBacklog: 0, inFlight: [], nextDueAt: null };
  const client = {
    ...(where({ how: 'terminated' }) as object),
    ...{ view: async () => view, timeline: async () => events },
  } as never;
  const { out } = await tocsin(['triage', 'show', triage], client);
  expect(out.replace(/\s+/g, ' ')).toMatch(
    new RegExp(`^STOPPED: its workflow was terminated, so nothing watches .*npx tocsin resume ${triage}`),
  );
  const json = await tocsin(['triage', 'show', triage, '--json'], client);
  expect(JSON.parse(json.out)).toMatchObject({ stopped: { how: 'terminated' } });
});

test('`next` of an incident that has stopped names no step but to resume it, and promises nothing on silence', async () => {
  const { state, events } = new Story({ id: ID });
  const at = state.declaration.declaredAt;
  const clock = { incidentAt: at, realAt: at, rate: 1 };
  const view = { state, clock };
  const client = {
    ...(where({ how: 'terminated' }) as object),
    ...{ view: async () => view, timeline: async () => events, explain: async () => [] },
  } as never;
  const { out } = await tocsin(['next', ID], client);
  expect(out.replace(/\s+/g, ' ')).toMatch(
    /^STOPPED: .*npx tocsin resume .*takes no message, and no deadline is acted on/,
  );
  expect(out).not.toMatch(/^1\.|sent automatically/m);
  const json = JSON.parse((await tocsin(['next', ID, '--json'], client)).out);
  expect(json).toEqual({ id: ID, steps: [], stopped: { how: 'terminated' } });
});

test('a register that cannot be read in full is not passed over', async () => {
  await tamper(url, `UPDATE tocsin.register_entries SET bytes = 'x' WHERE incident_id = '${ID}' AND seq = 2`);
  const text = await said(['list'], undefined);
  expect(text).toContain('Temporal has no open incident. The register could not be read in full');
  expect(text).toContain('incidents that Temporal has lost may be missing here');
  const { out, err } = await tocsin(['list', '--json'], where(undefined), { DATABASE_URL: url });
  expect([JSON.parse(out), err]).toEqual([[], expect.stringContaining('may be missing here')]);
  expect(await said(['triage', 'list'], undefined)).toContain('has stopped');
});

test('a case that cannot be read keeps no other from being resumed', async () => {
  const options = { namespace: 'default' };
  const workflowService = { listWorkflowExecutions: async () => ({ executions: [] }) };
  const resumed: string[] = [];
  const client = {
    temporal: { options, workflowService, withDeadline: (_: unknown, call: () => unknown) => call() },
    find: async () => undefined,
    writeAgain: async () => [],
    resume: async (start: { id: string }) => void resumed.push(start.id),
  } as never;
  const { exitCode, out, err } = await tocsin(['resume', '--all'], client, { DATABASE_URL: url });
  expect(resumed).toEqual([triage]);
  expect(out).toContain(`${triage}  resumed from`);
  expect(err).toMatch(new RegExp(`1 case could not be resumed[^]*${ID}: it cannot be read from the register`));
  expect(exitCode).toBe(1);
});

function unknown() {
  const gone = async (id: string) => {
    throw new WorkflowNotFoundError('workflow not found', id, undefined);
  };
  return { view: gone, timeline: gone };
}
