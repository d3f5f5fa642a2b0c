/** Containment that was partial, failed, retracted or corrected; what was declared, corrected. */

import { isByTheHour, isLate } from '../../../domain/incident/lateness';
import { incidentLifecycle } from '../../../domain/incident/lifecycle';
import { narrate } from '../../../domain/incident/narrate';
import { assessment, at, ONCALL } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const HOUR = 3_600_000;
const ISOLATES = { isolate: ['ci-runner'] };
const CONTAINED = { status: 'contained' };

describe('containment is what a person says, and needs its steps', () => {
  test('"actor still active": it is retracted, the duty opens again, and its lateness is kept in both values', () => {
    const story = new Story().to(1);
    story.send('status', CONTAINED);
    expect(story.obligation('containment')).toMatchObject({ status: 'fulfilled', lateByMs: 0 });
    story.to(5).send('status', { status: 'investigating', note: 'the actor is still active' });
    expect(story.state.anchors.contained).toBeUndefined();
    expect(story.obligation('containment')).toMatchObject({
      status: 'pending',
      round: 2,
      purpose: 'retracted',
      dueAt: at(7),
    });
    story.to(6).send('status', CONTAINED);
    expect(story.obligation('containment')).toMatchObject({
      status: 'fulfilled',
      fulfilledAt: at(1),
      lateByMs: 0,
      correctedLateByMs: 4 * HOUR,
    });
  });

  test.each(['investigating', 'identified'])('"%s" takes it back, which needs a reason', (status) => {
    const story = new Story().to(1);
    story.send('status', CONTAINED);
    story.to(5).send('status', { status });
    expect(story.problems()).toEqual([
      `note: is needed, as "${status}" retracts the containment of 2026-04-01 03:00 UTC: \`npx tocsin status INC-2026-001 ${status} --note "…"\``,
    ]);
    expect(story.obligation('containment').status).toBe('fulfilled');
    const before = story.state;
    const events = story.send('status', { status, note: 'an old session lives' });
    expect(story.obligation('containment')).toMatchObject({ status: 'pending', dueAt: at(7) });
    expect(incidentLifecycle(story.pack).says!(events, before)).toBe(
      'Containment is retracted: its clock runs again, due 2026-04-01 09:00 UTC. It was recorded as of 2026-04-01 03:00 UTC.',
    );
  });

  test.each(['monitoring', 'resolved'])('"%s" takes nothing back and needs none', (status) => {
    const story = new Story().to(1);
    story.send('status', CONTAINED);
    const before = story.state;
    const events = story.send('status', { status });
    expect(story.state).toMatchObject({ status, anchors: { contained: at(1) } });
    expect(incidentLifecycle(story.pack).says!(events, before)).toBeUndefined();
  });

  test('before containment an earlier status needs no reason', () => {
    const story = new Story().to(1);
    story.send('status', { status: 'identified' });
    const events = story.send('status', { status: 'investigating' });
    expect(story.state.status).toBe('investigating');
    expect(incidentLifecycle(story.pack).says!(events, story.state)).toBeUndefined();
  });

  test('retracted and contained again within the first deadline, nothing is late', () => {
    const story = new Story().to(1);
    story.send('status', CONTAINED);
    story.send('status', { status: 'identified', note: 'an old session lives' });
    story.to(2).send('status', CONTAINED);
    expect(story.obligation('containment')).toMatchObject({ status: 'fulfilled', lateByMs: 0 });
    expect(story.obligation('containment').correctedLateByMs).toBeUndefined();
    expect(story.all('deadline-missed', 'containment')).toEqual([]);
  });

  test('its instant is corrected with a reason, and both values stay in view', () => {
    const story = new Story().to(3);
    story.send('status', CONTAINED);
    story.send('status', { ...CONTAINED, at: at(1.5) });
    expect(story.problems()).toEqual([expect.stringContaining('note: is needed')]);
    story.send('status', { ...CONTAINED, at: at(1.5), note: 'the firewall log' });
    expect(story.state.anchors.contained).toBe(at(1.5));
    expect(story.obligation('containment')).toMatchObject({ lateByMs: HOUR, correctedLateByMs: 0 });
  });

  test('partly contained: said and shown, and the clock runs on', () => {
    const story = new Story().to(1);
    story.send('status', { ...CONTAINED, partly: true });
    expect(story.problems()).toEqual([expect.stringContaining('note')]);
    story.send('status', { ...CONTAINED, partly: true, note: 'the key is dead, the session lives' });
    expect(story.state).toMatchObject({ status: 'declared', partlyContained: { by: ONCALL, at: at(1) } });
    expect(story.to(3).obligation('containment')).toMatchObject({ status: 'pending', missedDueAt: at(2) });
  });

  test('at an unknown time: by now at the latest, and the evidence says so', () => {
    const story = new Story().to(1);
    story.send('status', { ...CONTAINED, atUnknown: true });
    expect(story.obligation('containment')).toMatchObject({
      fulfilledAt: at(1),
      evidence: { note: expect.stringContaining('a time that nobody knows') },
    });
    story.send('status', { ...CONTAINED, atUnknown: true, at: at(0.5) });
    expect(story.problems()).toEqual([expect.stringContaining('atUnknown')]);
  });

  test('at an unknown time, said after the deadline: neither in time nor late, until somebody knows the hour', () => {
    const contained = (hour: number) => {
      const story = new Story().to(hour);
      story.send('status', { ...CONTAINED, atUnknown: true });
      return story;
    };
    const verdict = (story: Story) => {
      const o = story.obligation('containment');
      return [isLate(o), isByTheHour(o)];
    };
    expect(verdict(contained(2))).toEqual([false, false]);
    const story = contained(2.5);
    expect(verdict(story)).toEqual([false, true]);
    expect(story.obligation('containment')).toMatchObject({ inTimeUntil: at(2), fulfilledAt: at(2.5) });
    const said = narrate(story.last('obligation-fulfilled', 'containment'), story.pack).text;
    expect(said).toContain('depends on the hour');
    expect(story.folded()).toEqual(story.state);

    for (const [hour, late] of [
      [2, false],
      [2.1, true],
    ] as const) {
      const known = contained(2.5).to(3);
      known.send('status', { ...CONTAINED, at: at(hour), note: 'the log of the firewall has it' });
      expect(isLate(known.obligation('containment'))).toBe(late);
      expect(known.obligation('containment')).toMatchObject({
        inTimeUntil: at(2),
        correctedLateByMs: late ? 360_000 : 0,
      });
      expect(known.obligation('containment')).not.toHaveProperty('correctedInTimeUntil');
      const corrected = narrate(known.last('lateness-corrected'), known.pack).text;
      expect(corrected).toMatch(late ? /: late by 6 min \(before: depends on / : /: in time \(before: depends on /);
      expect(known.folded()).toEqual(known.state);
    }
  });

  test.each(['failed', 'refused'] as const)(
    'with a step that was %s only a person’s statement contains it',
    (outcome) => {
      const story = new Story(ISOLATES, undefined, { containment: outcome }).to(1);
      story.send('status', CONTAINED);
      expect(story.problems()).toEqual([expect.stringContaining(`isolate-system ci-runner (${outcome})`)]);
      expect(story.obligation('containment').status).toBe('pending');
      story.send('status', { ...CONTAINED, despite: 'the runner was unplugged by hand' });
      expect(story.obligation('containment')).toMatchObject({
        status: 'fulfilled',
        evidence: { note: expect.stringContaining('in spite of isolate-system ci-runner: the runner was unplugged') },
      });
    },
  );

  test('with a step under way it waits; with all steps done it needs no more', () => {
    const story = new Story(ISOLATES, undefined, { silent: ['contain'] }).to(1);
    story.send('status', CONTAINED);
    expect(story.problems()).toEqual([expect.stringContaining('(under way)')]);
    story.restore('contain').send('status', CONTAINED);
    expect(story.obligation('containment').status).toBe('fulfilled');
  });

  test('resolved sets no instant of containment; it can be said afterwards, and the incident stays resolved', () => {
    const story = new Story().to(1);
    story.send('status', { status: 'resolved' });
    expect(story.state.anchors.contained).toBeUndefined();
    expect(story.obligation('containment').status).toBe('pending');
    story.send('status', { ...CONTAINED, at: at(0.75) });
    expect(story.state).toMatchObject({ status: 'resolved', anchors: { contained: at(0.75) } });
    expect(story.obligation('containment')).toMatchObject({ status: 'fulfilled', fulfilledAt: at(0.75) });
  });

  test('a retracted containment that is waived opens no third round', () => {
    const story = new Story().to(1);
    story.send('status', CONTAINED);
    story.send('status', { status: 'investigating', note: 'an old session lives' });
    story.send('waive', {
      obligation: 'containment',
      ground: 'promise-nothing-left',
      reason: 'the system was deleted with its disks',
    });
    expect(story.to(30).obligation('containment')).toMatchObject({ status: 'fulfilled', round: 2 });
  });
});

describe('what was declared can be corrected, and duties follow', () => {
  test('each fact is an event of its own; what is on record already is none', () => {
    const story = new Story().to(1);
    story.send('correct', { severity: 'sev3', title: 'A key in a log', systems: ['api'], reason: 'smaller' });
    expect(story.all('corrected').map((e) => Object.keys(e.data))).toEqual([
      ['severity', 'reason'],
      ['title', 'reason'],
      ['systems', 'reason'],
    ]);
    expect(story.state).toMatchObject({ severity: 'sev3', title: 'A key in a log', declaration: { systems: ['api'] } });
    expect(story.send('correct', { severity: 'sev3', reason: 'again' })).toMatchObject([{ kind: 'noted' }]);
    story.send('correct', { reason: 'nothing' });
    expect(story.problems()).toEqual([expect.stringMatching(/correct \S+ --help/)]);
  });

  test('the service is affected after all: the status duties run from when it was, and need that instant', () => {
    const story = new Story({ serviceAffecting: false }).to(10);
    story.send('correct', { serviceAffecting: true, reason: 'the API slowed down' });
    expect(story.problems()).toEqual([expect.stringContaining('serviceAffectedFrom')]);
    story.send('correct', { serviceAffecting: true, serviceAffectedFrom: at(9), reason: 'the API slowed down' });
    expect(story.obligation('status-page-update')).toMatchObject({ dueAt: at(11), purpose: 'first' });
    expect(story.to(12).obligation('status-page-update')).toMatchObject({ status: 'fulfilled', lateByMs: 0 });
  });

  test('the service is not affected after all: open duties fall away', () => {
    const story = new Story();
    story.send('correct', { serviceAffecting: false, reason: 'only the build was' });
    expect(story.obligation('status-page-update').status).toBe('not-required');
    expect(story.to(5).all('dispatch-started')).toEqual([]);
  });

  test('a detection with a mistyped year publishes nothing and mails nobody', () => {
    const story = new Story();
    story.send('correct', { detectedAt: at(-365 * 24), reason: 'the alert was at midnight' });
    expect(story.problems()).toEqual([expect.stringContaining('would send status-page-update, status-subscribers')]);
    expect(story.all('dispatch-started')).toEqual([]);
  });

  test('an earlier detection moves what is open, and shows what was done as late; it cannot follow the declaration', () => {
    const story = new Story().to(1);
    story.send('status', CONTAINED);
    story.send('correct', { detectedAt: at(-2), reason: 'the alert was at midnight' });
    expect(story.obligation('containment')).toMatchObject({ lateByMs: 0, correctedLateByMs: HOUR });
    expect(story.obligation('status-page-update').dueAt).toBe(at(0));
    story.send('correct', { detectedAt: at(0.5), reason: 'no' });
    expect(story.problems()).toEqual([expect.stringContaining('must not be after the declaration')]);
  });

  test('the fold of the register is the state of the workflow', () => {
    const story = new Story(ISOLATES, TRUST_CENTER, { containment: 'failed' }).to(1);
    story.send('status', { ...CONTAINED, despite: 'the runner was unplugged by hand' });
    story.send('correct', { serviceAffectedFrom: at(0.5), detectedAt: at(-1), reason: 'logs' });
    story.send('assess', { assessment: assessment() });
    story.send('status', { status: 'investigating', note: 'an old session lives' });
    story.to(20);
    expect(JSON.parse(JSON.stringify(story.folded()))).toEqual(JSON.parse(JSON.stringify(story.state)));
  });
});
