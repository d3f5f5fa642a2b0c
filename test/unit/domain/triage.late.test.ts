// What becomes of a detection that comes after its case was decided and closed: it is counted and told, or opens a case of its own.
import { BeingDecided, openTriage } from '../../../detection/intake/inbox/open-triage';
import { foldCase } from '../../../domain/case/advance';
import type { RaisedAlarm } from '../../../domain/case/alarm';
import { alarmText } from '../../../domain/case/alarm-text';
import { commandText } from '../../../domain/kernel/command-lines';
import { takes } from '../../../domain/triage/late';
import type { Detected, TriageInput, TriageState } from '../../../domain/triage/state';
import { triageLifecycle } from '../../../domain/triage/triage';
import { detection, judged, RULES } from './helpers/detections';
import { at, Case } from './helpers/triage-played';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const INCIDENT = 'INC-20260401-aaaa';

/** Cases and incidents as Temporal has them, played by hand. */
class World {
  readonly cases = new Map<string, Case>();
  readonly incidents = new Map<string, 'running' | 'closed' | { how: 'terminated' }>();

  readonly client = {
    find: async (id: string) => this.cases.has(id) && { caseStatus: this.cases.get(id)!.state.status },
    signalWithStart: async (
      { id, input }: { id: string; input: TriageInput },
      _signal: string,
      { detection }: Detected,
    ) => {
      const it = this.cases.get(id);
      if (it?.state.closedAt) return { id, late: true };
      if (it) it.detect(detection, at(3));
      else this.cases.set(id, new Case(input));
      return { id, late: false };
    },
    signalClosed: async ({ id }: { id: string }, _signal: string, { detection }: Detected) =>
      this.cases.get(id)!.gathered(detection, at(3)),
    stands: async (id: string) =>
      this.incidents.get(id) ?? (this.cases.get(id)!.state.closedAt ? ('closed' as const) : ('running' as const)),
    view: async (id: string) => ({ state: this.cases.get(id)!.state }),
  } as never;

  async detect(over: Record<string, unknown> = {}): Promise<{ it: Case; late: boolean }> {
    const given = detection({ correlationId: 'one-attack', ...over });
    const { caseId, late } = await openTriage(this.client, given, judged(given), RULES);
    return { it: this.cases.get(caseId)!, late };
  }
}

async function decided(decision: 'dismissed' | 'merged', over: Record<string, unknown> = {}) {
  const world = new World();
  const { it } = await world.detect(over);
  if (decision === 'dismissed') it.send('dismiss', { reason: 'A load test' }, at(1));
  else {
    world.incidents.set(INCIDENT, 'running');
    it.send('merge', { into: INCIDENT }, at(1));
    it.comeOf({ kind: 'merged', into: INCIDENT }, at(1.1));
  }
  return { world, it };
}

const alarmsOf = ({ events }: Case) =>
  events.flatMap((event) =>
    event.kind === 'alarm-raised' && event.data.threshold.kind === 'after-decision'
      ? [{ ...event.data, seq: event.seq, at: event.at } as RaisedAlarm]
      : [],
  );
const rowsOf = ({ state }: Case) => triageLifecycle.rows(state, at(4)).map((row) => `${row.what}: ${row.state}`);

describe('after a dismissal', () => {
  it('a repeat is counted and shown with it, and its owner hears of the first', async () => {
    const { world, it } = await decided('dismissed', { eventId: '1' });
    for (const eventId of ['2', '3'])
      expect(await world.detect({ eventId, at: at(2) })).toMatchObject({
        late: true,
        it: { input: { caseId: it.input.caseId } },
      });
    expect(it.state).toMatchObject({ status: 'dismissed', count: 3, late: { count: 2, lastAt: at(2) } });
    expect(rowsOf(it)).toContain('Since decided: 2 of them, the last at 2026-04-01 04:00 UTC');
    const [alarm, ...more] = alarmsOf(it);
    expect([more, alarm!.dueAt]).toEqual([[], undefined]);
    expect(alarmText(alarm!, alarm!.at).text).toMatch(/detected again after the case was dismissed.*2 detections/);
    expect(alarm!.commands.map(commandText)).toEqual([
      `npx tocsin triage show ${it.input.caseId}`,
      'npx tocsin declare --help',
    ]);
    expect(plain(foldCase(triageLifecycle, it.events))).toEqual(plain(it.state));
  });

  it('one that was counted before changes nothing, also where the case went on from the register', async () => {
    const { world, it } = await decided('dismissed', { eventId: '1' });
    const before = it.events.length;
    expect(await world.detect({ eventId: '1' })).toMatchObject({ late: true });
    await world.detect({ eventId: '2' });
    const after = it.events.length;
    expect(await world.detect({ eventId: '2' })).toMatchObject({ late: true });
    expect([after > before, it.events.length, it.state.count]).toEqual([true, after, 2]);
  });

  it('another system, title or severity opens a case, which says why', async () => {
    const { world, it } = await decided('dismissed');
    const other = await world.detect({ eventId: '2', systems: ['payments'] });
    expect(other).toMatchObject({ late: false, it: { state: { status: 'waiting', count: 1 } } });
    expect(other.it.state.why[0]).toBe(`${it.input.caseId} was dismissed, and this is no repeat of it`);
    // Its own repeat joins it.
    expect((await world.detect({ eventId: '3', systems: ['payments'] })).it).toBe(other.it);
  });

  it('ten times as many as were looked at open a case', async () => {
    const { world, it } = await decided('dismissed', { eventId: '1' });
    for (let n = 2; n <= 9; n++) expect(await world.detect({ eventId: `${n}` })).toMatchObject({ late: true });
    const tenth = await world.detect({ eventId: '10' });
    expect(tenth.late).toBe(false);
    expect(tenth.it.state.why[0]).toMatch(/was dismissed with 1 detection, and 10 times as many have come/);
    expect(it.state.count).toBe(9);
  });
});

describe('after it joined an incident', () => {
  it('that is open: it is counted, and the incident told of it', async () => {
    const { world, it } = await decided('merged');
    const { late } = await world.detect({ eventId: '2', at: at(2) });
    expect([late, it.state.status]).toEqual([true, 'merged']);
    const counted = it.events.find(({ kind }) => kind === 'detections-counted')!;
    expect(triageLifecycle.causedWork!(counted, it.state)).toEqual([
      expect.objectContaining({ into: INCIDENT, recounted: { caseId: it.input.caseId, count: 2, lastAt: at(2) } }),
    ]);
    expect(alarmsOf(it)[0]!.commands.map(commandText)[1]).toBe(`npx tocsin show ${INCIDENT}`);
  });

  it.each([
    ['closed', 'closed' as const, /, which is closed$/],
    ['stopped', { how: 'terminated' as const }, /, which has stopped$/],
  ])('that is %s: it opens a case', async (_how, stands, why) => {
    const { world, it } = await decided('merged');
    world.incidents.set(INCIDENT, stands);
    const next = await world.detect({ eventId: '2' });
    expect([next.late, next.it.state.status]).toEqual([false, 'waiting']);
    expect(next.it.state.why[0]).toMatch(why);
    expect(next.it.state.why[0]).toContain(it.input.caseId);
    // The same delivery once more is known.
    expect(await world.detect({ eventId: '1' })).toMatchObject({ late: false, it: next.it });
  });

  it('a graver one opens a case', async () => {
    const world = new World();
    const input = { correlationId: 'x', format: 'ftagent', type: 'ftagent.attack', scope: 'platform' };
    const { it } = await world.detect({ ...input, severity: 'sev3' });
    world.incidents.set(INCIDENT, 'running');
    it.send('merge', { into: INCIDENT }, at(1));
    it.comeOf({ kind: 'merged', into: INCIDENT }, at(1.1));
    expect(await world.detect({ ...input, eventId: '2', severity: 'sev3' })).toMatchObject({ late: true });
    const next = await world.detect({ ...input, eventId: '3', severity: 'sev1' });
    expect([next.late, next.it.state.why[0]]).toEqual([false, expect.stringMatching(/as sev3, and this is sev1$/)]);
  });

  it('where the incident closed in that moment, the owner hears that it was not told', async () => {
    const { it } = await decided('merged');
    const events = it.comeOf({ kind: 'recount-failed', into: INCIDENT, problem: 'it took no message' }, at(3));
    expect(events.map(({ kind }) => kind)).toEqual(['recount-failed', 'alarm-raised']);
    expect(alarmText(alarmsOf(it)[0]!, at(3)).text).toMatch(/INC-20260401-aaaa was not told: it took no message/);
  });
});

it('a flood after the decision is few entries, and nothing is left uncounted', async () => {
  const { it } = await decided('merged');
  for (let n = 2; n <= 1500; n++) it.detect({ eventId: `event-${n}`, correlationId: 'one-attack' }, at(2));
  it.tick(at(2.1));
  expect(it.events.filter(({ kind }) => kind === 'detections-counted')).toHaveLength(7);
  expect(it.state).toMatchObject({ count: 1500, late: { count: 1499 } });
  expect(it.state.deliveries).toHaveLength(100);
  expect(alarmsOf(it)).toHaveLength(1);
});

it('a case that waits again waits with all of them', async () => {
  const { world, it } = await decided('merged');
  await world.detect({ eventId: '2' });
  it.send('unmerge', { reason: 'another actor' }, at(4));
  it.comeOf({ kind: 'unmerged', from: INCIDENT }, at(4.1));
  expect(it.state).toMatchObject({ status: 'waiting', count: 2 });
  expect((it.state as TriageState).late).toBeUndefined();
});

describe('in the moment of a decision', () => {
  it('what was sent while nothing was decided is judged anew, and never counted with what it is no repeat of', async () => {
    const { world, it } = await decided('dismissed');
    expect(takes(it.state, { severity: 'sev4' })).toBe(false);
    // Handed over once more, it finds the decision.
    const next = await world.detect({ eventId: '2', systems: ['payments'] });
    expect([next.late, next.it === it]).toEqual([false, false]);
  });

  it('while a decision is carried out what is graver waits for it, and the rest is counted', async () => {
    const world = new World();
    const input = {
      correlationId: 'x',
      format: 'ftagent',
      type: 'ftagent.attack',
      scope: 'platform',
      severity: 'sev3',
    };
    const { it } = await world.detect(input);
    world.incidents.set(INCIDENT, 'running');
    it.send('merge', { into: INCIDENT }, at(1));
    expect((await world.detect({ ...input, eventId: '2' })).late).toBe(false);
    expect(it.state).toMatchObject({ status: 'merging', count: 2 });
    const graver = { ...input, eventId: '3', severity: 'sev1' };
    await expect(world.detect(graver)).rejects.toThrow(BeingDecided);
    it.comeOf({ kind: 'merged', into: INCIDENT }, at(1.1));
    const next = await world.detect(graver);
    expect([next.late, next.it.state.severity, it.state.count]).toEqual([false, 'sev1', 2]);
  });
});

it('a case that is open and has stopped takes none: the detection waits until it is resumed', async () => {
  const { world, it } = await decided('dismissed');
  world.incidents.set(it.input.caseId, { how: 'terminated' });
  await expect(world.detect({ eventId: '2' })).rejects.toThrow(/has stopped/);
});

describe('what is milder and joined a graver case', () => {
  const about = { correlationId: 'metric 4' };
  /** A sev1 case that joined an incident, which is closed; then something milder about the same opens a case. */
  async function milderFirst() {
    const { world, it } = await decided('merged', { ...about, severity: 'sev1', eventId: '1' });
    world.incidents.set(INCIDENT, 'closed');
    const { it: milder, late } = await world.detect({ ...about, severity: 'sev3', eventId: '2' });
    expect([late, milder.state.rule, milder.state.status]).toEqual([false, 'alert-minor', 'waiting']);
    return { world, it, milder };
  }

  it('opens a case of its own rule after that, in which nothing graver is counted', async () => {
    const { world, milder } = await milderFirst();
    const { it: graver } = await world.detect({ ...about, severity: 'sev1', eventId: '3' });
    expect(graver.input.caseId).not.toBe(milder.input.caseId);
    expect(graver.state).toMatchObject({
      rule: 'alert-sev1',
      count: 1,
      triage: { within: 'PT30M', onSilence: 'declare' },
    });
    expect(milder.state.count).toBe(1);
  });

  it('joins the graver case after that, where there is one', async () => {
    const { world, milder } = await milderFirst();
    const { it: graver } = await world.detect({ ...about, severity: 'sev1', eventId: '3' });
    expect((await world.detect({ ...about, severity: 'sev3', eventId: '4' })).it).toBe(graver);
    expect([milder.state.count, graver.state.count]).toEqual([1, 2]);
  });

  it('handed over again, after a graver case was opened meanwhile, it is not counted in both', async () => {
    const world = new World();
    const { it } = await world.detect({ ...about, severity: 'sev3', eventId: '1' });
    const { it: graver } = await world.detect({ ...about, severity: 'sev1', eventId: '2' });
    expect((await world.detect({ ...about, severity: 'sev3', eventId: '1' })).it).toBe(it);
    expect([it.state.count, graver.state.count]).toEqual([1, 1]);
    expect((await world.detect({ ...about, severity: 'sev3', eventId: '3' })).it).toBe(graver);
  });
});
