/** T1 declaration, T2 containment, N5 status updates. */

import { takenMeasures } from '../../../domain/incident/measures-said';
import { wantedWork } from '../../../domain/incident/work';
import { commandText } from '../../../domain/kernel/command-lines';
import { at, ONCALL, T0 } from './helpers/facts';
import { Story } from './helpers/story';

const DECLARED_WITH = {
  maliciousSources: ['203.0.113.7'],
  credentials: [{ provider: 'postgres-role' as const, ref: 'deploy' }],
  isolate: ['ci-runner'],
};

describe('T1: the incident is declared with a severity and an owner', () => {
  test('the record is kept from the first event', () => {
    const story = new Story();
    expect(story.obligation('declaration')).toMatchObject({ status: 'fulfilled', fulfilledAt: at(0.25), lateByMs: 0 });
    expect(story.events[0]).toMatchObject({ kind: 'declared', seq: 1, by: ONCALL, incidentId: 'INC-2026-001' });
  });

  test('a declaration more than an hour after the detection is kept as late', () => {
    const story = new Story({ declaredAt: at(3) });
    expect(story.obligation('declaration')).toMatchObject({ status: 'fulfilled', lateByMs: 2 * 3_600_000 });
  });

  test('an awareness stated by a clock that runs ahead loses no assessment: it counts as now', () => {
    const story = new Story({ assessment: { personalData: 'yes' }, awareAt: at(0.3) });
    expect(story.state.anchors.aware).toBe(at(0.25));
    expect(story.state.assessment?.facts.personalData).toBe('yes');
    expect(story.state.rejected).toBe(0);
  });
});

describe('T2: containment within two hours of the detection', () => {
  test('what the declaration names is asked for at once: sources blocked, credentials rotated, systems isolated', () => {
    const story = new Story(DECLARED_WITH, undefined, { silent: ['contain'] });
    expect(wantedWork(story.state, story.pack).flatMap((e) => (e.kind === 'contain' ? [e.id] : []))).toEqual([
      'block-source 203.0.113.7',
      'rotate-credential postgres-role/deploy',
      'isolate-system ci-runner',
    ]);
  });

  test('it is kept when a person or a tool says "contained", at the instant that they say', () => {
    const story = new Story(DECLARED_WITH).to(1.75);
    story.send('status', { status: 'contained', at: at(1.5) });
    expect(story.obligation('containment')).toMatchObject({
      status: 'fulfilled',
      fulfilledAt: at(1.5),
      lateByMs: 0,
      evidence: { note: '3 of 3 containment steps done' },
    });
  });

  test('said after two hours it is late by what is over, and stays so', () => {
    const story = new Story().to(5);
    story.send('status', { status: 'contained' });
    story.send('status', { status: 'investigating', note: 'an old session lives' });
    story.to(6).send('status', { status: 'contained', at: at(1) });
    expect(story.obligation('containment').lateByMs).toBe(3 * 3_600_000);
  });

  test('a failed step is alarmed, moves no deadline, and can be asked for again', () => {
    const story = new Story(DECLARED_WITH, undefined, { containment: 'failed' });
    expect(story.all('alarm-raised').map((e) => [e.data.about, commandText(e.data.commands[0]!)])).toEqual([
      [
        { kind: 'measure', measure: 'block-source 203.0.113.7' },
        'npx tocsin contain INC-2026-001 --block-source 203.0.113.7 --by you@example.com',
      ],
      [
        { kind: 'measure', measure: 'rotate-credential postgres-role/deploy' },
        'npx tocsin contain INC-2026-001 --rotate postgres-role/deploy --by you@example.com',
      ],
      [
        { kind: 'measure', measure: 'isolate-system ci-runner' },
        'npx tocsin contain INC-2026-001 --isolate ci-runner --by you@example.com',
      ],
    ]);
    expect(story.obligation('containment').dueAt).toBe(at(2));
    story.world.containment = 'verified';
    story.send('contain', { measure: { action: 'isolate-system', system: 'ci-runner' } });
    expect(story.state.containment['isolate-system ci-runner']?.state).toBe('verified');
  });

  test('the same measure asked for twice is one measure', () => {
    const story = new Story(DECLARED_WITH);
    const again = story.send('contain', { measure: { action: 'block-source', source: '203.0.113.7' } });
    expect(again).toMatchObject([{ kind: 'noted' }]);
    expect(story.all('containment-requested')).toHaveLength(3);
  });

  test('a measure is undone on request, and an unknown one is refused with the list', () => {
    const story = new Story(DECLARED_WITH);
    story.send('contain', { undo: 'block-source 203.0.113.7' });
    expect(story.state.containment['block-source 203.0.113.7']?.state).toBe('undone');
    story.send('contain', { undo: 'block-source 198.51.100.1' });
    expect(story.problems().join()).toContain('isolate-system ci-runner');
  });

  test('after an undo that failed, the measure is still applied and the undo can be asked for again', () => {
    const story = new Story(DECLARED_WITH);
    const id = 'block-source 203.0.113.7';
    story.world.silent = ['contain'];
    story.send('contain', { undo: id });
    story.report({ kind: 'containment-step', data: { id, outcome: 'failed', detail: 'timeout' } });
    const { about, commands } = story.last('alarm-raised').data;
    expect(about).toEqual({ kind: 'measure', measure: id });
    expect(commandText(commands[0]!)).toMatch(/ contain \S+ --undo 'block-source 203\.0\.113\.7' /);
    expect(story.state.containment[id]?.state).toBe('applied');
    story.restore('contain').send('contain', { undo: id });
    expect(story.state.containment[id]?.state).toBe('undone');
  });

  test('a step that a recorder took on this machine is not done: alarmed, in no text, and nothing is contained by it', () => {
    const story = new Story();
    story.world.silent = ['contain'];
    story.send('contain', { measure: { action: 'block-source', source: '203.0.113.99' } });
    const id = 'block-source 203.0.113.99';
    const before = takenMeasures(story.state, true);
    story.report({ kind: 'containment-step', data: { id, outcome: 'recorded-only', detail: 'no provider is set up' } });
    expect(story.last('alarm-raised').data).toMatchObject({
      threshold: { kind: 'recorded-only' },
      todo: 'contain-by-hand',
    });
    expect(takenMeasures(story.state, true)).toEqual(before);

    story.send('status', { status: 'contained' });
    expect(story.problems().join()).toContain(id);
    expect(story.state.anchors.contained).toBeUndefined();
    story.send('status', { status: 'contained', despite: 'the firewall team blocked it by hand at the edge' });
    expect(story.state.anchors.contained).toBeDefined();
    // With a provider set up it is asked for again.
    expect(story.send('contain', { measure: { action: 'block-source', source: '203.0.113.99' } })).toMatchObject([
      { kind: 'containment-requested' },
    ]);
  });

  test('a result that comes twice, or for a step that nobody asked for, is nothing', () => {
    const story = new Story(DECLARED_WITH);
    for (const id of ['block-source 203.0.113.7', 'block-source 192.0.2.9']) {
      expect(story.report({ kind: 'containment-step', data: { id, outcome: 'verified', detail: 'again' } })).toEqual(
        [],
      );
    }
  });
});

describe('N5: platform status updates within two hours, for incidents that affect the service', () => {
  test('on silence they go out by themselves at the margin, half an hour before', () => {
    const story = new Story().to(3);
    for (const id of ['status-page-update', 'status-subscribers']) {
      expect(story.last('dispatch-started', id)).toMatchObject({ at: at(1.5), data: { trigger: 'silence' } });
      expect(story.obligation(id)).toMatchObject({ fulfilledAt: at(1.5), lateByMs: 0 });
    }
  });

  test('approved, they go out at once', () => {
    const story = new Story();
    story.send('approve', { obligation: 'status-page-update' });
    expect(story.obligation('status-page-update')).toMatchObject({ fulfilledAt: at(0.25), status: 'fulfilled' });
  });

  test('later changes of the status send follow-ups by themselves: each to the page, "resolved" also to subscribers', () => {
    const story = new Story().to(2);
    for (const [hour, status] of [
      [3, 'identified'],
      [4, 'contained'],
      [5, 'monitoring'],
      [6, 'resolved'],
    ] as const) {
      story.to(hour).send('status', { status });
    }
    expect(story.obligation('status-page-update').supplements.map((s) => s.at)).toEqual([at(3), at(4), at(5), at(6)]);
    expect(story.obligation('status-subscribers').supplements.map((s) => s.at)).toEqual([at(6)]);
    expect(story.obligation('status-page-update')).toMatchObject({ status: 'fulfilled', fulfilledAt: at(1.5) });
  });

  test('a status that changes while a notice is being sent gets a follow-up afterwards', () => {
    const story = new Story({}, undefined, { silent: ['dispatch'] }).to(1.5);
    story.send('status', { status: 'contained' });
    story.restore('dispatch');
    expect(story.obligation('status-page-update')).toMatchObject({ status: 'fulfilled', round: 2 });
  });

  test('an incident that does not affect the service owes none, by decision of the person who declared it', () => {
    const story = new Story({ serviceAffecting: false });
    expect(story.obligation('status-page-update')).toMatchObject({
      status: 'not-required',
      decision: { by: ONCALL, at: story.now, reason: expect.stringContaining('does not affect the service') },
    });
  });

  test('nothing is late when the detection and the declaration are the same instant', () => {
    const story = new Story({ declaredAt: T0 }).to(2.001);
    expect(story.all('deadline-missed').map((e) => e.data.obligation)).toEqual(['containment']);
  });
});
