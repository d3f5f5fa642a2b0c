import fc from 'fast-check';
import { advance, foldCase } from '../../../domain/case/advance';
import { AT_RECEIPT } from '../../../domain/detection/detection';
import { DeclarationSchema } from '../../../domain/incident/incident';
import { type Instant, toInstant, toMs } from '../../../domain/kernel/time';
import { belongsTo, isUnanswered, mergedLast } from '../../../domain/triage/belongs';
import { declarationOf, incidentIdOf } from '../../../domain/triage/declaration';
import { TRIAGE_MESSAGES } from '../../../domain/triage/messages';
import type { TriageInput, TriageState } from '../../../domain/triage/state';
import { triageLifecycle } from '../../../domain/triage/triage';
import { triageInput } from './helpers/detections';
import { at, Case, T0 } from './helpers/triage-played';

const sev2 = () => new Case(triageInput());
/** The incident to merge into does not run. */
const gone = (state: TriageState, into: string, now: Instant) =>
  triageLifecycle.onOutcome(state, { kind: 'merge-failed', into, problem: 'gone' }, now);
const minor = () => new Case(triageInput({ severity: 'sev4' }));

it('says where its time is that of receipt, as the sender gave none that can be read', () => {
  const unread = triageInput();
  unread.detection = { ...unread.detection, facts: AT_RECEIPT };
  const span = (input: TriageInput) => triageLifecycle.rows(new Case(input).state, T0)[1]!.state;
  expect(span(unread)).toContain(', the first when it came, as its time cannot be read · ');
  expect(span(triageInput())).not.toContain('when it came');
});

describe('a case that waits', () => {
  it('alarms at once, half-way and at three quarters; then silence declares a severe one, once', () => {
    const it = sev2();
    it.runUntil(at(100));
    expect(it.alarms()).toEqual([
      ['start', 0],
      ['50 %', 1],
      ['75 %', 1.5],
      ['declared', 2],
    ]);
    expect(it.kinds().filter((kind) => kind === 'triage-declared')).toHaveLength(1);
    expect(it.state).toMatchObject({
      status: 'declaring',
      decision: { decision: 'declared', by: 'tocsin', at: at(2) },
    });
    expect(triageLifecycle.nextWake(it.state, at(2))).toBeUndefined();
  });

  it('alarms at the limit and for ever after where silence alarms', () => {
    const it = minor();
    it.runUntil(at(8 + 4 * 50));
    const alarms = it.alarms();
    expect(alarms.slice(0, 5)).toEqual([
      ['start', 0],
      ['50 %', 4],
      ['75 %', 6],
      ['due', 8],
      ['overdue 1', 12],
    ]);
    expect(alarms.at(-1)).toEqual(['overdue 50', 208]);
    expect(it.state.status).toBe('waiting');
    expect(triageLifecycle.nextDueAt(it.state)).toBe(at(8));
  });

  it('after an outage it says once what was missed, and goes on in time', () => {
    const it = minor();
    it.tick(at(21));
    expect(it.alarms()).toEqual([
      ['start', 0],
      ['overdue 3', 21],
    ]);
    expect(triageLifecycle.nextWake(it.state, at(21))).toEqual({ at: at(24), what: 'alarm: overdue, reminder 4' });
  });

  it('a severe one whose limit passed during an outage is declared at once', () => {
    const it = sev2();
    it.tick(at(30));
    expect(it.state.decision).toMatchObject({ decision: 'declared', at: at(30) });
  });

  it('a rule that declares does so without waiting', () => {
    const it = new Case(
      triageInput({ source: 'audit', format: 'audit-log', type: 'audit.damage', severity: undefined }),
    );
    expect(it.kinds()).toEqual(['detected', 'triage-declared', 'alarm-raised']);
    expect(it.state.declaration).toMatchObject({ severity: 'sev1', kind: 'audit-log-damage', owner: 'security-lead' });
  });
});

describe('a decision', () => {
  it('declare takes the rule’s and the detections’ values, and over them what the person says', () => {
    const it = sev2();
    it.detect(
      { eventId: '2', at: '2026-04-01T01:30:00Z', systems: ['db main'], indicators: ['198.51.100.0/24', 'asn:64500'] },
      at(0.5),
    );
    it.send('declare', { title: 'Data theft', severity: 'sev1', owner: 'bob', kind: 'exfiltration' }, at(1));
    expect(it.state.declaration).toEqual({
      id: it.state.caseId.replace('TRG', 'INC'),
      title: 'Data theft',
      kind: 'exfiltration',
      severity: 'sev1',
      owner: 'bob',
      detectedAt: '2026-04-01T01:30:00.000Z',
      declaredAt: at(1),
      declaredBy: 'anna',
      source: 'monitoring',
      affects: ['confidentiality', 'integrity', 'availability'],
      systems: ['api', 'db-main'],
      isolate: [],
      maliciousSources: ['203.0.113.9', '198.51.100.0/24'],
      credentials: [],
      serviceAffecting: false,
    });
    expect(it.state).toMatchObject({ severity: 'sev1', owner: 'bob', title: 'Data theft' });
    const started = it.step([{ kind: 'incident-started', data: { incidentId: 'x', already: false } }], at(1));
    expect(started).toHaveLength(1);
    expect(it.state).toMatchObject({ status: 'declared', closedAt: at(1) });
  });

  it('awareness is only ever what a person states', () => {
    expect(declarationOf(sev2().state, 'tocsin', at(1))).not.toHaveProperty('awareAt');
    const it = sev2();
    it.send('declare', { awareAt: '2026-04-01T02:30:00+00:00' }, at(1));
    expect(it.state.declaration?.awareAt).toBe(at(0.5));
    expect(
      sev2()
        .send('declare', { awareAt: at(2) }, at(0.9))
        .map(({ kind }) => kind),
    ).toEqual(['rejected']);
  });

  it('a declaration that makes no sense is rejected and changes nothing', () => {
    const it = sev2();
    expect(it.send('declare', { isolate: ['elsewhere'] }, at(0.9)).at(-1)).toMatchObject({
      kind: 'rejected',
      data: { message: 'declare', problems: ['isolate: must name only systems that stand under "systems"'] },
    });
    expect(it.state.decision).toBeUndefined();
  });

  it('dismiss closes at once, with its reason', () => {
    const it = sev2();
    it.send('dismiss', { reason: 'A load test' }, at(1));
    expect(it.state).toMatchObject({
      status: 'dismissed',
      closedAt: at(1),
      decision: { reason: 'A load test', by: 'anna' },
    });
    expect(TRIAGE_MESSAGES.dismiss.schema.safeParse({ by: 'anna' }).success).toBe(false);
    expect(TRIAGE_MESSAGES.dismiss.schema.safeParse({ by: 'anna', reason: '  ' }).success).toBe(false);
  });

  it('merge hands over what the rule lets be blocked; when the incident does not run, the case waits again', () => {
    const it = sev2();
    it.send('merge', { into: 'INC-20260401-aaaa' }, at(0.8));
    expect(triageLifecycle.wantedWork(it.state)).toEqual([
      { kind: 'merge', key: 'merge', into: 'INC-20260401-aaaa', block: ['203.0.113.9'], by: 'anna' },
    ]);
    it.step(gone(it.state, 'INC-20260401-aaaa', at(0.9)), at(0.9));
    expect(it.state).toMatchObject({ status: 'waiting' });
    expect(it.state.decision).toBeUndefined();
    expect(it.alarms().at(-1)![0]).toBe('merge-failed');
    // The clock went on meanwhile.
    it.runUntil(at(3));
    expect(it.state.decision).toMatchObject({ decision: 'declared', at: at(2) });
    expect(TRIAGE_MESSAGES.merge.schema.safeParse({ by: 'anna', into: it.state.caseId }).success).toBe(false);
  });

  it('a decided case stays decided; the same decision again is noted', () => {
    const it = sev2();
    it.send('dismiss', { reason: 'A load test' }, at(1));
    expect(it.send('dismiss', { reason: 'Really' }, at(1)).map(({ kind }) => kind)).toEqual(['noted']);
    expect(it.send('declare', {}, at(1)).map(({ kind }) => kind)).toEqual(['rejected']);
    expect(it.send('merge', { into: 'INC-1' }, at(1)).map(({ kind }) => kind)).toEqual(['rejected']);
  });
});

describe('further detections', () => {
  it('a thousand repeats are one case, with few entries and an exact count at the decision', () => {
    const it = sev2();
    for (let n = 2; n <= 1500; n++) it.detect({ eventId: `event-${n}`, at: at(n / 10_000) }, at(0.2));
    const counts = it.events.flatMap((event) => (event.kind === 'detections-counted' ? [event.data.count] : []));
    expect(counts).toEqual([2, 3, 10, 100, 1000]);
    it.send('dismiss', { reason: 'A load test' }, at(0.5));
    expect(it.state).toMatchObject({ count: 1500, firstAt: T0, lastAt: at(0.15) });
    expect(it.kinds().slice(-2)).toEqual(['detections-counted', 'triage-dismissed']);
  });

  it('a repeated delivery counts once', () => {
    const it = sev2();
    for (let n = 0; n < 5; n++) it.detect({}, at(0.1));
    for (let n = 0; n < 5; n++) it.detect({ eventId: 'other' }, at(0.1));
    expect(it.state.count).toBe(2);
  });

  it('a severity that rises is recorded and alarmed at once; one that falls is not', () => {
    const it = minor();
    for (let n = 2; n <= 50; n++) it.detect({ eventId: `event-${n}`, severity: 'sev4' }, at(0.1));
    it.detect({ eventId: 'worse', severity: 'sev3' }, at(0.2));
    expect(it.state).toMatchObject({ severity: 'sev3', count: 51 });
    expect(it.alarms().at(-1)![0]).toBe('severity-changed');
    it.detect({ eventId: 'milder', severity: 'sev4' }, at(0.3));
    expect(it.state.severity).toBe('sev3');
  });

  it('keeps a bounded list of systems and indicators, whatever comes', () => {
    const it = sev2();
    for (let n = 0; n < 300; n++) {
      it.detect(
        { eventId: `e${n}`, systems: [`s${n}`], indicators: [`10.0.${n % 256}.${Math.floor(n / 256)}`] },
        at(0.1),
      );
    }
    it.tick(at(0.5));
    expect([it.state.systems.length, it.state.indicators.length]).toEqual([50, 100]);
    expect(JSON.stringify(it.state).length).toBeLessThan(12_000);
    expect(JSON.stringify(it.tally).length).toBeLessThan(20_000);
    expect(DeclarationSchema.safeParse(declarationOf(it.state, 'tocsin', at(1))).success).toBe(true);
  });
});

// —— any order and repetition ——

const ACTS = ['declare', 'dismiss', 'merge', 'unmerge', 'acknowledge', 'tick', 'started', 'taken', 'refused'] as const;
type Act =
  | { act: (typeof ACTS)[number]; incident: 'INC-1' | 'INC-2'; command?: string }
  | { act: 'detect'; n: number; severity: string };

const acts = fc.array(
  fc.record({
    gapMinutes: fc.nat({ max: 300 }),
    repeat: fc.integer({ min: 1, max: 3 }),
    what: fc.oneof(
      fc.record({
        act: fc.constantFrom(...ACTS),
        incident: fc.constantFrom('INC-1' as const, 'INC-2' as const),
        command: fc.option(fc.constantFrom('c1', 'c2', 'c3'), { nil: undefined }),
      }),
      fc.record({
        act: fc.constant('detect' as const),
        n: fc.nat({ max: 30 }),
        severity: fc.constantFrom('sev1', 'sev2', 'sev3', 'sev4'),
      }),
    ),
  }),
  { maxLength: 40 },
);

function play(it: Case, what: Act, now: Instant): void {
  const { state } = it;
  switch (what.act) {
    case 'declare':
      it.send('declare', {}, now, what.command);
      break;
    case 'dismiss':
      it.send('dismiss', { reason: 'r' }, now, what.command);
      break;
    case 'merge':
      it.send('merge', { into: what.incident }, now, what.command);
      break;
    case 'unmerge':
      it.send('unmerge', { from: what.incident, reason: 'r' }, now, what.command);
      break;
    case 'acknowledge':
      it.send('acknowledge', {}, now, what.command);
      break;
    case 'tick':
      it.tick(now);
      break;
    case 'detect':
      it.detect({ eventId: `n${what.n}`, severity: what.severity, at: now }, now);
      break;
    // The outside world answers only what it was asked.
    case 'started':
      if (state.status === 'declaring')
        it.step([{ kind: 'incident-started', data: { incidentId: 'i', already: true } }], now);
      break;
    case 'taken':
      if (isUnanswered(state)) it.comeOf({ kind: 'merged', into: mergedLast(state)!.incidentId }, now);
      if (state.status === 'unmerging') it.comeOf({ kind: 'unmerged', from: state.leaving!.from }, now);
      break;
    case 'refused':
      if (isUnanswered(state)) it.step(gone(state, mergedLast(state)!.incidentId, now), now);
      if (state.status === 'unmerging')
        it.comeOf({ kind: 'unmerge-failed', from: state.leaving!.from, problem: 'gone' }, now);
  }
}

it.each([
  ['that silence declares', () => triageInput()],
  ['that silence alarms', () => triageInput({ severity: 'sev4' })],
  ['that is declared at once', () => triageInput({ format: 'audit-log', type: 'audit.damage' })],
])(
  'a case %s: the fold of its register is its state, what was decided stands or was undone, nothing is lost',
  (_kind, input) => {
    fc.assert(
      fc.property(acts, (list) => {
        const it = new Case(input());
        let nowMs = toMs(T0);
        let ids = new Set<string>(['event-1']);
        for (const { gapMinutes, repeat, what } of list) {
          nowMs += gapMinutes * 60_000;
          for (let n = 0; n < repeat; n++) play(it, what as Act, toInstant(nowMs));
          if (what.act === 'detect') ids = ids.add(`n${what.n}`);
        }
        it.tick(toInstant(nowMs));
        const { state, events } = it;
        // Entries without a gap, in time, and the same state from them in any order and with repeats.
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
        expect(JSON.parse(JSON.stringify(foldCase(triageLifecycle, [...events, ...events].reverse())))).toEqual(
          JSON.parse(JSON.stringify(state)),
        );
        expect(advance(triageLifecycle, state, [], toInstant(nowMs)).events).toEqual([]);
        // Decisions less those that failed or were undone: they are those that the state holds, each incident once.
        const count = (...kinds: string[]) => events.filter(({ kind }) => kinds.includes(kind)).length;
        const made = count('triage-declared', 'triage-dismissed', 'triage-merged');
        const standing = made - count('merge-failed', 'unmerge-delivered');
        const held = [...(state.decision ? [state.decision] : []), ...(state.further ?? [])];
        expect(held).toHaveLength(standing);
        const incidents = belongsTo(state).map(({ incidentId }) => incidentId);
        expect(incidents).toEqual([...new Set(incidents)]);
        expect(held.some(({ decision }) => decision === 'dismissed') ? held.length : 1).toBe(1);
        expect(state.closedAt !== undefined).toBe(['declared', 'dismissed', 'merged'].includes(state.status));
        // An undecided case has a next instant; a severe one past its limit is decided.
        if (!state.decision) expect(triageLifecycle.nextWake(state, toInstant(nowMs))).toBeDefined();
        if (state.triage?.onSilence === 'declare' && nowMs >= toMs(state.dueAt)) expect(state.decision).toBeDefined();
        // Every detection counts once.
        expect(state.count).toBe(ids.size);
        // A command id causes something once.
        const commands = events.flatMap(({ commandId }) => commandId ?? []);
        expect(state.handled).toEqual([...new Set(commands)]);
        const declared = events.find((event) => event.kind === 'triage-declared');
        if (declared?.kind === 'triage-declared') {
          expect(DeclarationSchema.safeParse(declared.data.declaration).success).toBe(true);
          expect(declared.data.declaration.id).toBe(incidentIdOf(state.caseId));
        }
        const rows = triageLifecycle.rows(state, toInstant(nowMs));
        expect(rows[0]!.what).toBe('Decision');
      }),
      { numRuns: 400 },
    );
  },
);

it('whatever a sender names its systems and titles, what is declared from it is valid', () => {
  const line = fc.string({ unit: 'binary', minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(line, fc.array(line, { maxLength: 50 }), fc.date({ noInvalidDate: true }), (title, systems, when) => {
      fc.pre(
        [title, ...systems].every((text) => text.replace(/\p{Cc}+/gu, ' ').trim() !== '') &&
          when.getUTCFullYear() < 9999 &&
          when.getUTCFullYear() > 1,
      );
      const given = triageInput({ title, systems, at: when.toISOString() });
      const { state } = new Case(given);
      const parsed = DeclarationSchema.safeParse(declarationOf(state, 'tocsin', T0));
      expect(parsed.error?.issues).toBeUndefined();
    }),
    { numRuns: 1000 },
  );
});
