/** Blocks of a country, a network or a wide range, where the organisation leaves them to two persons. */

import fc from 'fast-check';
import { standingOf } from '../../../domain/escalation/standing';
import { openSteps } from '../../../domain/incident/containment';
import type { IncidentEvent } from '../../../domain/incident/events';
import { fold } from '../../../domain/incident/evolve';
import { narrate } from '../../../domain/incident/narrate';
import { nextSteps } from '../../../domain/incident/next-steps';
import { isWideBlock } from '../../../domain/incident/wide-block';
import { TOCSIN } from '../../../domain/kernel/recorded-event';
import { COUNSEL, ONCALL } from './helpers/facts';
import { packOf } from './helpers/pack';
import { NOT_OWED_REASON, Story } from './helpers/story';

const TWO = packOf({ mainEstablishment: 'IE', twoPersons: ['wide-blocks'] });
const COUNTRY = { action: 'block-source', source: 'country:KP' };
const STEP = 'block-source country:kp';

const blocks = (source: string) => ({ measure: { action: 'block-source', source } });
const requested = (story: Story) => story.all('containment-requested').map(({ data }) => data.id);

describe('which blocks are wide', () => {
  test.each([
    ['country:KP', true],
    ['asn:64500', true],
    ['203.0.112.0/23', true],
    ['203.0.113.0/24', false],
    ['203.0.113.7', false],
    ['2001:db8::/47', true],
    ['2001:db8:1::/48', false],
    ['2001:db8::7', false],
    // 6to4 of 203.0.0.0/16 and of one address.
    ['2002:cb00::/32', true],
    ['2002:cb00:7107::/48', false],
  ])('%s: %s', (source, is) => {
    expect(isWideBlock({ action: 'block-source', source })).toBe(is);
  });

  test('an IPv6 range that holds all of IPv4, of whatever length, is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 119 }), (length) =>
        isWideBlock({ action: 'block-source', source: `::ffff:0:0/${length}` }),
      ),
      { numRuns: 200, examples: [[80], [81], [90], [95], [96]] },
    );
    expect(isWideBlock({ action: 'block-source', source: '::ffff:203.0.113.0/120' })).toBe(false);
  });

  test('no credential or system is', () => {
    expect(isWideBlock({ action: 'isolate-system', system: 'ci-runner' })).toBe(false);
    expect(isWideBlock({ action: 'rotate-credential', credential: { provider: 'postgres-role', ref: 'x' } })).toBe(
      false,
    );
  });
});

describe('a wide block that two persons must ask for', () => {
  test('the first person blocks nothing and a second is asked at once; the second blocks it, with both on record', () => {
    const story = new Story({}, TWO).to(1);
    story.send('contain', { measure: COUNTRY });
    expect(requested(story)).not.toContain(STEP);
    expect(story.state.containment[STEP]).toMatchObject({ state: 'awaits-second', askedBy: ONCALL, round: 0 });
    const alarm = story.last('alarm-raised');
    expect(alarm.data).toMatchObject({ about: { measure: STEP }, threshold: { kind: 'first-of-two', by: ONCALL } });
    expect(alarm.data.commands.map(({ verb }) => verb)).toEqual(['contain', 'contain']);
    story.to(2).send('contain', { measure: COUNTRY, by: COUNSEL });
    expect(story.last('containment-requested')).toMatchObject({ by: COUNSEL, data: { id: STEP, firstBy: ONCALL } });
    expect(story.state.containment[STEP]).toMatchObject({ state: 'verified', round: 1 });
    expect(story.state.containment[STEP]).not.toHaveProperty('askedBy');
  });

  test('the same person is no second one, however the name is written', () => {
    const story = new Story({}, TWO).to(1);
    story.send('contain', { measure: COUNTRY, by: 'dana@example.com' });
    for (const by of ['dana@example.com', 'Dana+night@Example.com', 'dana@example.com (unauthenticated)'])
      story.send('contain', { measure: COUNTRY, by });
    expect(requested(story)).not.toContain(STEP);
    expect(story.last('noted').data.note).toMatch(/a second person must ask/);
    expect(story.all('containment-first-of-two')).toHaveLength(1);
  });

  test('narrow blocks, credentials and systems wait for nobody', () => {
    const story = new Story({}, TWO).to(1);
    story.send('contain', { measure: COUNTRY });
    story.send('contain', blocks('198.51.100.0/24'));
    story.send('contain', { measure: { action: 'isolate-system', system: 'build-3' } });
    expect(story.state.containment['block-source 198.51.100.0/24']!.state).toBe('verified');
    expect(story.state.containment['isolate-system build-3']!.state).toBe('verified');
    expect(story.state.containment[STEP]!.state).toBe('awaits-second');
  });

  test('of what is declared, the wide block waits and the rest is done at once', () => {
    const story = new Story({ maliciousSources: ['198.51.100.7', 'asn:64500'] }, TWO);
    expect(story.state.containment['block-source 198.51.100.7']!.state).toBe('verified');
    expect(story.state.containment['block-source asn:64500']!.state).toBe('awaits-second');
    const { declaredBy } = story.state.declaration;
    story.send('contain', { ...blocks('asn:64500'), by: declaredBy });
    expect(story.state.containment['block-source asn:64500']!.state).toBe('awaits-second');
    story.send('contain', { ...blocks('asn:64500'), by: COUNSEL });
    expect(story.state.containment['block-source asn:64500']!.state).toBe('verified');
  });

  test('Tocsin itself is neither the first person nor the second', () => {
    const story = new Story({ maliciousSources: ['asn:64500'], declaredBy: TOCSIN }, TWO);
    const step = () => story.state.containment['block-source asn:64500']!;
    story.send('contain', blocks('asn:64500'));
    expect(step()).toMatchObject({ state: 'awaits-second', askedBy: ONCALL });
    story.send('contain', { ...blocks('asn:64500'), by: 'Tocsin' });
    expect(step()).toMatchObject({ state: 'awaits-second', askedBy: ONCALL });
    story.send('contain', { ...blocks('asn:64500'), by: COUNSEL });
    expect(step().state).toBe('verified');
  });

  test('either of them may withdraw it; asked for again it takes two again', () => {
    const story = new Story({}, TWO).to(1);
    story.send('contain', { measure: COUNTRY });
    story.send('contain', { undo: STEP, by: COUNSEL });
    expect(story.state.containment[STEP]).toMatchObject({ state: 'withdrawn' });
    expect(narrate(story.last('containment-step'), TWO).text).toContain('withdrawn before it was done');
    story.send('contain', { measure: COUNTRY, by: COUNSEL });
    expect(story.state.containment[STEP]).toMatchObject({ state: 'awaits-second', askedBy: COUNSEL });
    expect(requested(story)).not.toContain(STEP);
  });

  test('one that failed, and was asked for again in vain, is still not done', () => {
    const story = new Story({}, TWO, { containment: 'failed' }).to(1);
    story.send('contain', { measure: COUNTRY });
    story.send('contain', { measure: COUNTRY, by: COUNSEL });
    expect(story.state.containment[STEP]).toMatchObject({ state: 'failed', round: 1 });
    story.send('contain', { measure: COUNTRY });
    expect(story.state.containment[STEP]!.state).toBe('awaits-second');
    story.send('contain', { undo: STEP });
    expect(story.state.containment[STEP]).toMatchObject({ state: 'failed', round: 1 });
    expect(story.state.containment[STEP]).not.toHaveProperty('stood');
    expect(openSteps(story.state).map(({ id }) => id)).toContain(STEP);
    story.send('status', { status: 'contained' });
    expect(story.problems().join()).toContain(STEP);
  });

  test('one that was undone, and was asked for again in vain, is no work', () => {
    const story = new Story({}, TWO).to(1);
    story.send('contain', { measure: COUNTRY });
    story.send('contain', { measure: COUNTRY, by: COUNSEL });
    story.send('contain', { undo: STEP });
    expect(story.state.containment[STEP]!.state).toBe('undone');
    story.send('contain', { measure: COUNTRY });
    story.send('contain', { undo: STEP });
    expect(openSteps(story.state).map(({ id }) => id)).not.toContain(STEP);
  });

  test.each([
    [['203.0.112.0/24'], '203.0.113.0/24'],
    [['203.0.113.0/25', '203.0.112.0/24'], '203.0.113.128/25'],
    [['2001:db8:2::/48'], '2001:db8:3::/48'],
  ])('a range that makes a wide one of those that are blocked, %j, waits too: %s', (before, last) => {
    const story = new Story({}, TWO).to(1);
    const stateOf = (source: string) => story.state.containment[`block-source ${source}`]!.state;
    for (const source of before) story.send('contain', blocks(source));
    for (const source of before) expect(stateOf(source)).toBe('verified');
    story.send('contain', blocks(last));
    expect(stateOf(last)).toBe('awaits-second');
    story.send('contain', { ...blocks(last), by: COUNSEL });
    expect(stateOf(last)).toBe('verified');
    const declared = new Story({ maliciousSources: [...before, last] }, TWO);
    expect(declared.state.containment[`block-source ${last}`]!.state).toBe('awaits-second');
    expect(declared.state.containment[`block-source ${before[0]}`]!.state).toBe('verified');
  });

  test('ranges beside each other that make no wider one wait for nobody, nor do those whose neighbour is undone', () => {
    const story = new Story({}, TWO).to(1);
    const stateOf = (source: string) => story.state.containment[`block-source ${source}`]!.state;
    for (const source of ['203.0.113.0/24', '203.0.114.0/24', '203.0.115.0/25']) {
      story.send('contain', blocks(source));
      expect(stateOf(source)).toBe('verified');
    }
    story.send('contain', { undo: 'block-source 203.0.113.0/24' });
    story.send('contain', blocks('203.0.112.0/24'));
    expect(stateOf('203.0.112.0/24')).toBe('verified');
  });

  test('a network has one name, however its number is written', () => {
    const story = new Story({}, TWO).to(1);
    story.send('contain', blocks('asn:064500'));
    story.send('contain', { ...blocks('asn:64500'), by: COUNSEL });
    expect(story.state.containment['block-source asn:64500']!.state).toBe('verified');
    expect(story.state.containment).not.toHaveProperty(['block-source asn:064500']);
  });

  test('it is not contained, nor closed, as if it were done', () => {
    const story = new Story({}, TWO).to(1);
    story.send('contain', { measure: COUNTRY });
    story.send('status', { status: 'contained' });
    expect(story.problems().join()).toContain(`${STEP} (1 of 2: waits for a second person)`);
    story.send('status', { status: 'contained', despite: NOT_OWED_REASON });
    expect(story.state.anchors.contained).toBeDefined();
    story.send('close');
    expect(story.problems().join()).toContain(`${STEP}: waits for a second person`);
  });

  test('what is next says 1 of 2, who is asked, and the commands', () => {
    const story = new Story({ owner: 'lead@example.com' }, TWO).to(1);
    story.send('contain', { measure: COUNTRY });
    const step = nextSteps(story.state, TWO, story.now).find(({ what }) => what.includes('country:KP'))!;
    expect(step.what).toContain(`1 of 2, asked for by ${ONCALL}`);
    expect(step.todo).toContain('asked: the owner lead@example.com');
    expect(step.commands[0]).toMatchObject({ verb: 'contain' });
  });

  test('its alarm pages until the second person has decided', () => {
    const story = new Story({}, TWO).to(1);
    story.send('contain', { measure: COUNTRY });
    const raised = story.last('alarm-raised');
    const alarm = { ...raised.data, seq: raised.seq, at: raised.at };
    const settled = () => standingOf({ state: story.state }, [alarm]).settled;
    expect(settled()).toEqual([]);
    story.send('contain', { measure: COUNTRY, by: COUNSEL });
    expect(settled()).toEqual([raised.seq]);
  });

  test('the register alone gives the same state', () => {
    const story = new Story({ maliciousSources: ['asn:64500'] }, TWO).to(1);
    story.send('contain', { measure: COUNTRY });
    const entries: IncidentEvent[] = JSON.parse(JSON.stringify(story.events));
    expect(fold(entries)).toEqual(story.state);
  });

  test('one person decides where the organisation does not ask for two', () => {
    const story = new Story({}, packOf({ mainEstablishment: 'IE', twoPersons: ['waivers'] })).to(1);
    story.send('contain', { measure: COUNTRY });
    expect(story.state.containment[STEP]!.state).toBe('verified');
  });
});
