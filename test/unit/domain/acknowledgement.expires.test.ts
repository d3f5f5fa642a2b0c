// An acknowledgement holds for a time: what its alarm called for and is not done by then rings again, and nothing else does.

import fc from 'fast-check';
import { advance, open } from '../../../domain/case/advance';
import { alarmText } from '../../../domain/case/alarm-text';
import type { CaseState, Lifecycle, NewOf } from '../../../domain/case/lifecycle';
import { messagesOf, onCaseMessage } from '../../../domain/case/messages';
import { nextWakeOf } from '../../../domain/case/rings-again';
import { board } from '../../../domain/incident/explain';
import { incidentLifecycle } from '../../../domain/incident/lifecycle';
import { narrate } from '../../../domain/incident/narrate';
import type { RecordedEvent } from '../../../domain/kernel/recorded-event';
import { type Instant, toInstant, toMs } from '../../../domain/kernel/time';
import { patchDue, patchTaskLifecycle } from '../../../domain/patch/patch-task';
import type { Policy } from '../../../domain/policy/policy';
import { VulnerabilityReportInputSchema } from '../../../domain/report/state';
import { vulnerabilityReportLifecycle } from '../../../domain/report/vulnerability-report';
import { openingOf } from '../../../domain/triage/opening';
import { triageLifecycle } from '../../../domain/triage/triage';
import { triageInput } from './helpers/detections';
import { assessment, at, ONCALL, stored, T0 } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const DUTY = 'containment';
const minute = (minutes: number): Instant => toInstant(toMs(T0) + minutes * 60_000);

/** Contained within two hours: it rings at 60, 90, 108 and 120 minutes, then every four hours; acknowledged for 30 minutes. */
const declared = (pack?: Policy) => new Story({ serviceAffecting: false }, pack);

function acknowledged(story: Story, at: number, by = 'ann@example.com', alarms: unknown = 'all'): Story {
  story.to(at / 60).send('acknowledge-alarms', { by, alarms });
  return story;
}

/** The minutes at which it rang again. */
const again = (story: Story, duty = DUTY): number[] =>
  story
    .all('alarm-raised', duty)
    .filter(({ data }) => data.threshold.kind === 'acknowledgement-expired')
    .map((event) => (toMs(event.at) - toMs(T0)) / 60_000);

describe('an incident', () => {
  test('rings again to the minute, says who acknowledged and when, and waits for an acknowledgement of its own', () => {
    const story = acknowledged(declared(), 125);
    const { alarms, ringAgain } = story.last('alarm-acknowledged').data;
    const latest = story.last('alarm-raised', DUTY);
    expect(alarms).toContain(latest.seq);
    expect(ringAgain).toContainEqual({ alarm: latest.seq, at: minute(155) });
    expect(story.to(154 / 60).state.unacknowledged).not.toContain(latest.seq);
    expect(again(story)).toEqual([]);
    const rung = story.to(155 / 60).last('alarm-raised', DUTY);
    expect([rung.at, rung.by]).toEqual([minute(155), 'tocsin']);
    expect(rung.data).toMatchObject({
      threshold: { kind: 'acknowledgement-expired', by: 'ann@example.com', at: minute(125) },
      todo: 'contain',
      dueAt: minute(120),
    });
    expect(story.state.unacknowledged).toContain(rung.seq);
    expect(alarmText(rung.data, rung.at).text).toContain(
      'acknowledged by ann@example.com at 2026-04-01 04:05 UTC, and still not done; 35 min overdue',
    );
    // Nobody sees that one: only the clock rings on.
    expect(again(story.to(355 / 60))).toEqual([155]);
    // Somebody does, and does nothing either.
    acknowledged(story, 362, 'bob@example.com').to(395 / 60);
    expect(again(story)).toEqual([155, 392]);
    expect(story.folded()).toEqual(story.state);
  });

  test('never about what is done, whenever that was', () => {
    const story = acknowledged(declared(), 125).to(140 / 60);
    story.send('status', { status: 'contained' });
    expect(again(story.to(300 / 60))).toEqual([]);
    expect(story.state.alarmed?.[DUTY]).toBeUndefined();
  });

  test('not beside a later alarm about the same, which takes its place', () => {
    // Acknowledged at 62 until 92: its clock rings at 90, and that nobody has acknowledged.
    expect(again(acknowledged(declared(), 62).to(107 / 60))).toEqual([]);
    // Of two alarms the earlier one is acknowledged: the later one is open, and repeats.
    const story = declared().to(95 / 60);
    const [first] = story.all('alarm-raised', DUTY);
    expect(again(acknowledged(story, 95, 'ann@example.com', [first!.seq]).to(107 / 60))).toEqual([]);
  });

  test('not while it is being sent with another notice; what that leaves open rings when it is over', () => {
    const served = 'gdpr-art33-2-controllers';
    const story = new Story({}, undefined, { silent: ['dispatch'], unreached: { 'ws-1': 1 } }).to(1);
    story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1'] }), awareAt: at(1) });
    story.to(12).send('acknowledge-alarms');
    expect(story.last('alarm-acknowledged').data.ringAgain).toContainEqual({
      alarm: story.last('alarm-raised', served).seq,
      at: at(14),
    });
    story.send('approve', { obligation: 'enterprise-notice' });
    expect(story.obligation('enterprise-notice').status).toBe('dispatching');
    expect(again(story.to(15), served)).toEqual([]);
    expect(story.state.alarmed?.[served]?.acknowledged).toMatchObject({ by: ONCALL, until: at(14) });
    expect(again(story.restore('dispatch'), served)).toEqual([15 * 60]);
    expect(story.folded()).toEqual(story.state);
  });

  test('under a policy that says nothing of it an acknowledgement holds for good, as it did before', () => {
    const obligations = TRUST_CENTER.obligations.map(({ acknowledgedFor: _none, ...rule }) => rule);
    const story = acknowledged(declared({ ...TRUST_CENTER, obligations }), 125);
    expect(story.last('alarm-acknowledged').data).toEqual({ alarms: expect.any(Array) });
    expect(again(story.to(300 / 60))).toEqual([]);
  });

  test('until when it holds stands with the duty on the board, in the timeline and at the timer', () => {
    const story = acknowledged(declared(), 125);
    const { state, pack, now } = story;
    const row = () => board(story.state, pack, story.now).find(({ id }) => id === DUTY)!;
    expect(row().status).toContain('; alarm acknowledged by ann@example.com until 2026-04-01 04:35 UTC');
    expect(narrate(story.last('alarm-acknowledged'), pack).text).toContain('rings again');
    expect(nextWakeOf(incidentLifecycle(pack), state, minute(154))).toEqual({
      at: minute(155),
      what: 'an acknowledgement ends',
    });
    expect(toMs(now)).toBeLessThan(toMs(minute(155)));
    expect(story.to(155 / 60).state.alarmed?.[DUTY]?.acknowledged).toBeUndefined();
    expect(row().status).not.toContain('acknowledged');
  });

  test('properties: it rings again at the end of the latest acknowledgement of the latest alarm, while the duty is open, and never else', () => {
    const act = fc.record({
      after: fc.integer({ min: 1, max: 50 }),
      act: fc.constantFrom('acknowledge', 'look', 'contain'),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
        const story = declared();
        let now = 61;
        for (const { after, act: what } of acts) {
          now += after;
          if (what === 'acknowledge') acknowledged(story, now);
          else story.to(now / 60);
          if (what === 'contain') story.send('status', { status: 'contained' });
        }
        story.to((now + 60) / 60);
        const events = story.events;
        const done = story.all('obligation-fulfilled', DUTY)[0]?.seq ?? Number.POSITIVE_INFINITY;
        const expected = story.all('alarm-acknowledged').flatMap(({ seq, at: seenAt, data }) => {
          const alarm = story.all('alarm-raised', DUTY).findLast((each) => each.seq < seq);
          if (!alarm || !data.alarms.includes(alarm.seq) || seq > done) return [];
          const ends = toMs(seenAt) + 30 * 60_000;
          const between = events.some(
            (each) =>
              each.seq > seq &&
              toMs(each.at) <= ends &&
              ((each.kind === 'alarm-raised' &&
                each.data.about.kind === 'obligation' &&
                each.data.about.obligation === DUTY &&
                each.data.threshold.kind !== 'acknowledgement-expired') ||
                (each.kind === 'obligation-fulfilled' && each.data.obligation === DUTY)),
          );
          return between || ends > toMs(story.now) ? [] : [(ends - toMs(T0)) / 60_000];
        });
        expect(again(story)).toEqual(expected);
        expect(story.folded()).toEqual(story.state);
      }),
      { numRuns: 25 },
    );
  });
});

describe('other cases', () => {
  /** Plays a case of any kind from wake to wake. */
  class Case<S extends CaseState, E extends RecordedEvent> {
    readonly events: E[];
    private state: S;
    constructor(
      private readonly lifecycle: Lifecycle<S, E, never, never>,
      id: string,
      first: NewOf<E>,
      private now: Instant,
    ) {
      const opened = open(this.lifecycle, id, [first], now);
      this.state = opened.state;
      this.events = opened.events;
    }

    to(until: Instant): this {
      for (;;) {
        const wake = nextWakeOf(this.lifecycle, this.state, this.now);
        if (!wake || toMs(wake.at) > toMs(until)) break;
        this.take([], wake.at);
      }
      return this.take([], until);
    }

    send(name: string, body: object = {}): this {
      const message = messagesOf(this.lifecycle)[name]!.schema.parse({ by: 'ann@example.com', ...body });
      return this.take(onCaseMessage(this.lifecycle, this.state, name, message, this.now), this.now, message.by);
    }

    /** When it rang again because nothing was done after an acknowledgement. */
    again(): Instant[] {
      return this.events.flatMap(({ kind, at: rung, data }) =>
        kind === 'alarm-raised' &&
        (data as { threshold: { kind: string } }).threshold.kind === 'acknowledgement-expired'
          ? [rung]
          : [],
      );
    }

    rows(): string {
      return this.lifecycle
        .rows(this.state, this.now)
        .map(({ state }) => state)
        .join('\n');
    }

    private take(news: NewOf<E>[], now: Instant, by?: string): this {
      const { state, events } = advance<S, E>(this.lifecycle, this.state, news, now, by);
      Object.assign(this, { state, now });
      this.events.push(...events);
      return this;
    }
  }

  const detection = () => {
    const input = triageInput({ systems: ['mail'] });
    const first = openingOf(input, at(0));
    const triage = {
      within: 'P1D',
      alarmAt: [0],
      onSilence: 'alarm' as const,
      repeatEvery: 'PT4H',
      acknowledgedFor: 'PT2H',
    };
    const planned = { ...first, data: { ...first.data, triage, dueAt: at(24) } };
    return new Case(triageLifecycle as never, input.caseId, planned as never, at(0));
  };
  const task = () => {
    const finding = {
      ...{ key: '0123456789abcdef', inventory: 'app', ecosystem: 'npm', package: 'minimist', versions: ['1.2.0'] },
      ...{ advisory: 'GHSA-xvch-5gv4-984h', aliases: [], summary: '', severity: 'critical' as const },
      ...{ malicious: false, fixedIn: ['1.2.6'], dev: false },
    };
    const plan = {
      ...{ owner: 'lead', deadlines: { critical: 'P2D' }, tellAtOnce: ['critical' as const], alarmAt: [] },
      ...{ repeatEvery: 'P1D', acknowledgedFor: 'PT2H', longestWaiver: 'P90D' },
    };
    const first = patchDue({ finding, plan: plan as never, foundAt: at(0), exercise: false });
    return new Case(patchTaskLifecycle as never, 'PATCH-0123456789ab', first as never, at(0));
  };
  const report = () => {
    const { reportId, ...data } = VulnerabilityReportInputSchema.parse({
      ...{ reportId: 'VR-20260401-9f3a5c1e', via: 'form', receivedAt: at(0), length: 512, commitment: 'd'.repeat(64) },
      ...{ reachable: true, owner: 'lead', repeatEveryMs: 86_400_000, followUpAfterMs: 14 * 86_400_000 },
      acknowledgedForMs: 7_200_000,
      clock: {
        ...{ dueAt: at(48), businessDays: 2, timeZone: 'Europe/Berlin', daysOff: [] },
        alarms: [{ threshold: { kind: 'start' }, at: at(0) }],
      },
    });
    const first = { kind: 'report-received', data };
    return new Case(vulnerabilityReportLifecycle as never, reportId, first as never, at(0));
  };

  test.each<[string, () => Case<CaseState, RecordedEvent>, string, object]>([
    ['a detection, until somebody decides', detection, 'dismiss', { reason: 'a load test of ours' }],
    ['a vulnerable package, until somebody says that it is patched', task, 'patched', {}],
    ['a vulnerability report, until a person acknowledges it', report, 'acknowledge-report', {}],
  ])('%s', (_what, begun, name, body) => {
    const left = begun().to(at(1)).send('acknowledge-alarms');
    expect(left.rows()).toContain(`alarm acknowledged by ann@example.com until ${at(3).slice(0, 10)} 05:00 UTC`);
    expect(left.to(at(4)).again()).toEqual([at(3)]);
    const done = begun().to(at(1)).send('acknowledge-alarms').to(at(2)).send(name, body);
    expect(done.to(at(4)).again()).toEqual([]);
  });
});
