/** What the watchdog finds, when it tells, and what it says. */
import fc from 'fast-check';
import { commandText } from '../../../domain/kernel/command-lines';
import { HOUR_MS, MINUTE_MS, toInstant, toMs } from '../../../domain/kernel/time';
import { type Finding, findings, type Look, unseenIn, type WatchedRun } from '../../../domain/watch/finding';
import { findingDetails, findingText } from '../../../domain/watch/finding-text';
import { type RegisteredCase, registeredCase, stateOfAny } from '../../../domain/watch/registered-case';
import { type Memory, ringsAfter } from '../../../domain/watch/rings';
import { assessment, at } from './helpers/facts';
import { Story } from './helpers/story';

const NOW = '2026-04-01T12:00:00.000Z';
const ago = (ms: number) => toInstant(toMs(NOW) - ms);

const open = (over: Partial<RegisteredCase> = {}): RegisteredCase => ({
  id: 'INC-1',
  workflow: 'incident',
  seq: 9,
  open: true,
  exercise: false,
  owner: 'oncall',
  title: 'Leaked deploy key',
  severity: 'sev1',
  status: 'declared',
  nextDueAt: ago(-2 * HOUR_MS),
  lastAt: ago(HOUR_MS),
  ...over,
});

const running = (over: Partial<WatchedRun> = {}): WatchedRun => ({
  status: 'RUNNING',
  startedAt: ago(HOUR_MS),
  failing: [],
  ...over,
});

function found(run: WatchedRun | null, over: Partial<RegisteredCase> = {}, look: Partial<Look> = {}): Finding[] {
  const each = open(over);
  return findings({ at: NOW, cases: [each], runs: new Map([[each.id, run]]), listed: [], parts: [], ...look });
}

describe('a case that the register has as open', () => {
  test('runs: nothing is found', () => expect(found(running())).toEqual([]));

  test.each(['TERMINATED', 'FAILED', 'TIMED_OUT', 'CANCELLED', 'COMPLETED'])(
    '%s: it has stopped, and is resumed',
    (status) => {
      const [finding] = found(running({ status, endedAt: ago(MINUTE_MS) })) as [Finding];
      expect(finding).toMatchObject({ kind: 'stopped', caseId: 'INC-1', status });
      expect(finding.remedy.map(commandText)).toEqual(['npx tocsin resume INC-1']);
    },
  );

  test('is unknown to Temporal: it is missing', () => {
    expect(found(null)).toMatchObject([{ kind: 'missing', nextDueAt: open().nextDueAt }]);
  });

  test('entries that a workflow of their own was to write: told where that was ended and the register lacks one of them', () => {
    const ended = { workflowId: 'INC-1/register/8-10', caseId: 'INC-1', first: 8, last: 10, running: false };
    const lacking = (over: object, seq = 9) => found(running(), { seq }, { writers: [{ ...ended, ...over }] });
    const [finding] = lacking({}) as [Finding];
    expect(finding).toMatchObject({ kind: 'unwritten', caseId: 'INC-1', first: 8, last: 10 });
    expect(finding.remedy.map(commandText)).toEqual(['npx tocsin resume INC-1']);
    expect(findingText(finding, NOW)).toContain('its entries 8 to 10');
    expect(lacking({ running: true })).toEqual([]);
    expect(lacking({}, 10)).toEqual([]);
    expect(lacking({ caseId: 'INC-2' })).toEqual([]);
  });

  test('closed ones and exercises need no workflow', () => {
    expect(found(null, { open: false })).toEqual([]);
    expect(found(running({ status: 'TERMINATED' }), { exercise: true })).toEqual([]);
  });

  test('a workflow task that waits two minutes, or fails three times, is stuck; one before that is not', () => {
    const task = (ms: number, attempt: number) => found(running({ task: { since: ago(ms), attempt } }));
    expect(task(2 * MINUTE_MS - 1, 2)).toEqual([]);
    expect(task(2 * MINUTE_MS, 1)).toMatchObject([{ kind: 'stuck', attempt: 1 }]);
    expect(task(1_000, 3)).toMatchObject([{ kind: 'stuck', attempt: 3 }]);
  });

  test('what runs in its place, or is set aside, is told with how to replace it, and nothing else of it', () => {
    const [finding, ...others] = found(
      running({ astray: 'is of another type', task: { since: ago(HOUR_MS), attempt: 9 } }),
    );
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ kind: 'astray', caseId: 'INC-1', how: 'is of another type' });
    expect(findingText(finding!, NOW)).toMatch(
      /^INC-1 is open in the register, but the workflow .* is of another type: nothing watches/,
    );
    expect(finding!.remedy.map(commandText)).toEqual(['npx tocsin resume INC-1 --replace-running']);
  });

  test('one that does not answer as the register has it is told, where it is not told that its task waits', () => {
    const [finding] = found(running({ silent: true }));
    expect(finding).toMatchObject({ kind: 'silent', caseId: 'INC-1' });
    expect(findingText(finding!, NOW)).toMatch(/^INC-1 does not answer as the register has it/);
    const waiting = { since: ago(2 * MINUTE_MS), attempt: 1 };
    expect(found(running({ silent: true, task: waiting }))).toMatchObject([{ kind: 'stuck' }]);
  });

  test('work that failed ten times is told, before that not', () => {
    const failing = (attempt: number) => found(running({ failing: [{ activity: 'appendEntries', attempt }] }));
    expect(failing(9)).toEqual([]);
    expect(failing(10)).toMatchObject([{ kind: 'work-failing', activity: 'appendEntries' }]);
  });
});

describe('the workflow that repeats open alarms', () => {
  const hushed = (escalation: WatchedRun | null, rang = 2 * MINUTE_MS) =>
    found(running({ escalation }), { ringingAt: ago(rang) });

  test('runs, or has not begun yet: nothing is found', () => {
    expect(hushed(running())).toEqual([]);
    expect(hushed(null, 2 * MINUTE_MS - 1)).toEqual([]);
    expect(found(running({ escalation: null }))).toEqual([]);
  });

  test.each<[string, WatchedRun | null, string]>([
    [
      'was ended',
      running({ status: 'TERMINATED', endedAt: ago(MINUTE_MS) }),
      'repeats them was terminated at 2026-04-01 11:59 UTC',
    ],
    ['is gone', null, 'Temporal has no workflow that repeats them'],
    ['is somewhere else', running({ astray: 'is of another type' }), 'repeats them is of another type'],
    [
      'is stuck',
      running({ task: { since: ago(HOUR_MS), attempt: 1 } }),
      'does not move: its workflow task waits since 2026-04-01 11:00 UTC',
    ],
  ])('%s: told, with the command that has them raised again', (_, escalation, text) => {
    const [finding, ...others] = hushed(escalation) as [Finding];
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ kind: 'hushed', key: 'hushed INC-1' });
    expect(findingText(finding, NOW)).toContain(`has alarms that nobody has acknowledged, and `);
    expect(findingText(finding, NOW)).toContain(text);
    expect(finding.remedy.map(commandText)).toEqual(['npx tocsin resume INC-1 --replace-running']);
  });
});

test('work that somebody paused is told at once, though it never failed', () => {
  const [finding] = found(running({ failing: [{ activity: 'raiseAlarm', attempt: 1, paused: true }] })) as [Finding];
  expect(finding).toMatchObject({ kind: 'work-failing', paused: true });
  expect(findingText(finding, NOW)).toMatch(/^INC-1: somebody has paused raiseAlarm at Temporal/);
});

test('work that is held up for more than an hour is told at its first failure', () => {
  const failing = (ms: number) =>
    found(running({ failing: [{ activity: 'appendEntries', attempt: 2, nextAt: ago(-ms) }] }));
  expect(failing(60 * MINUTE_MS)).toEqual([]);
  const held = failing(60 * MINUTE_MS + 1);
  expect(held).toMatchObject([{ kind: 'work-failing', activity: 'appendEntries' }]);
  expect(findingText(held[0]!, ago(0))).toMatch(/appendEntries failed and is not tried again before .* UTC/);
});

describe('a workflow that the register does not know', () => {
  const listed = (ms: number) => found(running(), {}, { listed: [{ id: 'INC-2', startedAt: ago(ms) }] });
  test('is told once it had two minutes to write its first entry', () => {
    expect(listed(2 * MINUTE_MS - 1)).toEqual([]);
    expect(listed(2 * MINUTE_MS)).toMatchObject([{ kind: 'unregistered', caseId: 'INC-2' }]);
  });

  test('one that runs though the register has the case as closed is a second one, unless it has only just begun', () => {
    const second = (ms: number) => found(running(), { open: false }, { listed: [{ id: 'INC-1', startedAt: ago(ms) }] });
    expect(second(2 * MINUTE_MS - 1)).toEqual([]);
    expect(second(2 * MINUTE_MS)).toMatchObject([{ kind: 'second', caseId: 'INC-1' }]);
    // It began before the last entry: it wrote that, and is ending.
    expect(second(HOUR_MS)).toEqual([]);
  });

  test('one that ended before anything of it was written is told, with what to do', () => {
    const ended = (ms: number) => {
      const run = {
        id: 'INC-2',
        workflow: 'incident',
        status: 'TERMINATED',
        startedAt: ago(HOUR_MS),
        endedAt: ago(ms),
      };
      return found(running(), {}, { neverWritten: [run] });
    };
    expect(ended(2 * MINUTE_MS - 1)).toEqual([]);
    const [told] = ended(2 * MINUTE_MS) as [Finding];
    expect(told).toMatchObject({ kind: 'never-written', key: 'never-written INC-2' });
    expect(findingText(told, NOW)).toMatch(
      /^INC-2 was started at .* UTC, its workflow was terminated at .* UTC, and nothing of it stands in the register: .*Declare it again/,
    );
  });

  test('nothing is concluded from a register that could not be read, nor from a Temporal that could not', () => {
    const parts = [{ part: 'postgres' as const, problem: 'Postgres does not answer' }];
    expect(findings({ at: NOW, listed: [{ id: 'INC-2', startedAt: ago(HOUR_MS) }], parts })).toMatchObject([
      { kind: 'part' },
    ]);
    expect(findings({ at: NOW, cases: [open()], parts: [] })).toEqual([]);
  });
});

describe('when it is told', () => {
  const finding = found(null)[0]!;
  /** The minutes at which a finding is told that every look sees, with a look a minute. */
  function told(minutes: number, sees: (minute: number) => boolean = () => true): number[] {
    let memory: Memory = new Map();
    const at: number[] = [];
    for (let minute = 0; minute < minutes; minute++) {
      const next = ringsAfter(memory, sees(minute) ? [finding] : [], toInstant(toMs(NOW) + minute * MINUTE_MS));
      if (next.rings.length > 0) at.push(minute);
      memory = next.memory;
    }
    return at;
  }

  test('when two looks have seen it, after 15 minutes, an hour, four hours, and every four hours from then on', () => {
    expect(told(13 * 60)).toEqual([1, 15, 60, 240, 480, 720]);
  });

  test('what one look alone sees is not told: a run may just begin anew', () => {
    expect(told(20, (minute) => minute === 3)).toEqual([]);
  });

  test('that it is in order again is told once, and of what was told only', () => {
    const seen = ringsAfter(new Map(), [finding], NOW);
    expect(ringsAfter(seen.memory, [], NOW).over).toEqual([]);
    const rung = ringsAfter(seen.memory, [finding], NOW);
    const over = ringsAfter(rung.memory, [], NOW);
    expect(over.over).toMatchObject([{ finding: { key: finding.key } }]);
    expect(ringsAfter(over.memory, [], NOW).over).toEqual([]);
  });

  describe('what a look could not see is not in order again', () => {
    const runs = new Map([['INC-1', running({ status: 'TERMINATED' })]]);
    const whole: Look = { at: NOW, cases: [open()], runs, listed: [], writers: [], parts: [] };
    const noWorker = { part: 'worker' as const, problem: 'No worker asks for work' };
    const unsigned = { part: 'signing' as const, problem: 'Nobody signs' };
    /** What is told as over by a look after two that saw this, and what the one after it tells. */
    const lookThen = (first: Look, then: Partial<Look>) => {
      let memory: Memory = new Map();
      for (const at of [0, 1]) ({ memory } = ringsAfter(memory, findings(first), ago(-at * MINUTE_MS)));
      const look: Look = { ...first, ...then };
      const seen = ringsAfter(memory, findings(look), ago(-2 * MINUTE_MS), unseenIn(look, findings(look)));
      const again = ringsAfter(seen.memory, findings(first), ago(-16 * MINUTE_MS), unseenIn(first, findings(first)));
      const { rings } = again;
      return {
        over: seen.over.map(({ finding: { key } }) => key),
        rings: rings.map((each) => [each.finding.key, each.time]),
      };
    };

    test.each<[string, Look, Partial<Look>]>([
      ['Temporal was away', whole, { runs: undefined, listed: undefined, writers: undefined, unread: ['worker'] }],
      ['Postgres was away', whole, { cases: undefined, unread: ['signing'] }],
    ])('%s: a case that had stopped is told again, as what it is', (_, first, then) => {
      expect(lookThen(first, then)).toEqual({ over: [], rings: [['stopped INC-1', 2]] });
    });

    test('a part that nobody could ask after', () => {
      const first = { ...whole, cases: [], parts: [noWorker, unsigned] };
      expect(lookThen(first, { parts: [], unread: ['worker', 'signing'] })).toEqual({
        over: [],
        rings: [
          ['worker', 2],
          ['signing', 2],
        ],
      });
      expect(lookThen(first, { parts: [] }).over).toEqual(['worker', 'signing']);
    });

    test('one that had stopped and is gone altogether, or whose place another has taken', () => {
      expect(lookThen(whole, { runs: new Map([['INC-1', null]]) }).over).toEqual([]);
      expect(lookThen(whole, { runs: new Map([['INC-1', running({ astray: 'is of another type' })]]) }).over).toEqual(
        [],
      );
      expect(lookThen(whole, { runs: new Map([['INC-1', running()]]) }).over).toEqual(['stopped INC-1']);
      expect(lookThen(whole, { cases: [open({ open: false })] }).over).toEqual(['stopped INC-1']);
    });

    test('one that did not answer, while there is no worker to answer', () => {
      const first = { ...whole, runs: new Map([['INC-1', running({ silent: true })]]) };
      const quiet = new Map([['INC-1', running()]]);
      expect(lookThen(first, { runs: quiet, parts: [noWorker] }).over).toEqual([]);
      expect(lookThen(first, { runs: quiet }).over).toEqual(['silent INC-1']);
    });

    test('what only lists tell, while they are away', () => {
      const first = { ...whole, cases: [], listed: [{ id: 'INC-2', startedAt: ago(HOUR_MS) }] };
      expect(lookThen(first, { listed: undefined }).over).toEqual([]);
      expect(lookThen(first, { listed: [] }).over).toEqual(['unregistered INC-2']);
      const run = {
        id: 'INC-2',
        workflow: 'incident',
        status: 'FAILED',
        startedAt: ago(HOUR_MS),
        endedAt: ago(HOUR_MS),
      };
      const ended = { ...whole, cases: [], neverWritten: [run] };
      // That Temporal has forgotten it mends nothing.
      for (const neverWritten of [undefined, []]) expect(lookThen(ended, { neverWritten }).over).toEqual([]);
      const since = { ...run, endedAt: ago(-2 * MINUTE_MS) };
      expect(lookThen(first, { listed: [], neverWritten: [since] }).over).toEqual([]);
    });
  });

  test('whatever comes and goes, nothing that two looks see in a row is left untold', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (looks) => {
        let memory: Memory = new Map();
        let rung = false;
        looks.forEach((sees, minute) => {
          const next = ringsAfter(memory, sees ? [finding] : [], toInstant(toMs(NOW) + minute * MINUTE_MS));
          rung = sees && (rung || next.rings.length > 0);
          if (sees && looks[minute - 1]) expect(rung).toBe(true);
          memory = next.memory;
        });
      }),
    );
  });
});

test('it says what has happened, what is at stake, and what to type', () => {
  const [finding] = found(running({ status: 'TERMINATED', endedAt: '2026-04-01T11:58:00.000Z' })) as [Finding];
  expect(findingText(finding, NOW)).toBe(
    'INC-1 is open in the register, but its workflow was terminated at 2026-04-01 11:58 UTC: nothing watches its deadlines',
  );
  expect(findingDetails(finding, NOW)).toEqual([
    'Next deadline: 2026-04-01 14:00 UTC, 2 h left',
    'npx tocsin resume INC-1',
  ]);
  expect(findingDetails(found(null, { nextDueAt: ago(HOUR_MS) })[0]!, NOW)[0]).toBe(
    'Next deadline: 2026-04-01 11:00 UTC, 1 h overdue',
  );
});

describe('a case from its entries', () => {
  const incident = () => {
    const story = new Story({ serviceAffecting: false }).to(1);
    story.send('assess', { assessment: assessment(), awareAt: at(0.5) });
    return story;
  };

  test('an incident: open, with the earliest deadline that is owed', () => {
    const story = incident();
    const due = Object.values(story.state.obligations).flatMap(({ dueAt, status }) =>
      dueAt && !['fulfilled', 'waived', 'not-required'].includes(status) ? [dueAt] : [],
    );
    expect(registeredCase(story.events)).toMatchObject({
      id: 'INC-2026-001',
      workflow: 'incident',
      open: true,
      seq: story.events.length,
      nextDueAt: due.sort()[0],
    });
  });

  test('an incident has open alarms until somebody acknowledges them, or what they call for is done', () => {
    const story = incident().to(2);
    const rings = () => registeredCase(story.events)!.ringingAt;
    expect(rings()).toBe(story.events.findLast(({ kind }) => kind === 'alarm-raised')!.at);
    story.send('acknowledge-alarms', { by: 'oncall' });
    expect(rings()).toBeUndefined();
  });

  test('entries of nothing that runs, such as the register’s own, are no case', () => {
    const own = {
      v: 1 as const,
      incidentId: 'register',
      seq: 1,
      at: NOW,
      by: 'tocsin',
      exercise: false,
      kind: 'key-created',
      data: {},
    };
    expect(registeredCase([own])).toBeUndefined();
    expect(registeredCase([])).toBeUndefined();
  });
});

test('what the register tells of a case is what its workflow had: the fold of its entries, alarms and commands too', () => {
  const story = new Story({ assessment: assessment() }).to(4);
  story.send('measure', { text: 'All sessions ended', commandId: 'measure-1' });
  expect(story.state.unacknowledged!.length).toBeGreaterThan(0);
  expect(stateOfAny(story.events)).toEqual(story.state);
});
