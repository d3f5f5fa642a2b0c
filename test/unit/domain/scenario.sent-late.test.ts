/** Instants are the sender's: a message that no worker reads for hours gives nobody more time, and none less. */

import { evolve } from '../../../domain/incident/evolve';
import { DeclarationSchema } from '../../../domain/incident/incident';
import { futureProblems } from '../../../domain/incident/not-ahead';
import { openingOf } from '../../../domain/incident/opening';
import { saidAt } from '../../../domain/incident/said-at';
import { declare } from './helpers/commands';
import { accounts, assessment, at, declaration, T0 } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const SECOND = 1 / 3600;
const POLICY = { sha256: 'a'.repeat(64), pack: TRUST_CENTER };

/** Declared at `declaredAt`, read by a worker at `now`. */
function readAt(now: string, over: Parameters<typeof declaration>[0] = {}, exercise = false) {
  const parsed = DeclarationSchema.parse(declaration(over));
  return declare({ declaration: parsed, policy: POLICY, exercise, now });
}

describe('awareness that nobody stated is that of the declaration, whenever a worker reads it', () => {
  test.each([0, 40 * SECOND, 10])('%d hours without a worker', (hours) => {
    const { state } = readAt(at(hours), { detectedAt: at(-1), declaredAt: T0, assessment: assessment() });
    expect(state.anchors).toMatchObject({ aware: T0, confirmed: T0 });
    expect(state.obligations['gdpr-art33-authority:undetermined']?.dueAt ?? at(72)).toBe(at(72));
  });

  test('what is stated counts before what is stamped', () => {
    const { state } = readAt(at(10), { detectedAt: at(-2), declaredAt: T0, awareAt: at(-1), assessment: assessment() });
    expect(state.anchors.aware).toBe(at(-1));
  });
});

describe('a message counts from when it was sent', () => {
  test('an assessment read ten hours late: aware, confirmed and its parts are of when it was said', () => {
    const story = new Story().to(11);
    story.send('assess', { assessment: assessment(), sentAt: at(1) });
    expect(story.state.anchors).toMatchObject({ aware: at(1), confirmed: at(1) });
    expect(story.last('assessed').data.saidAt).toBe(at(1));
    expect(story.folded()).toEqual(story.state);
  });

  test('a part found later counts from when it was said', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: assessment({ dataSets: [accounts()], workspaces: [] }), awareAt: at(1) });
    story.to(30).send('assess', { assessment: assessment(), sentAt: at(20) });
    expect(story.state.parts?.stored).toBe(at(20));
  });

  test('containment and measures are of when they were said', () => {
    const story = new Story().to(3);
    story.send('status', { status: 'contained', sentAt: at(1.5) });
    story.send('measure', { text: 'Asked the hoster', sentAt: at(2) });
    expect(story.state.anchors.contained).toBe(at(1.5));
    expect(story.state.measures.at(-1)!.at).toBe(at(2));
  });

  test('an instant that is stated counts, whatever the stamp', () => {
    const story = new Story().to(3);
    story.send('status', { status: 'contained', at: at(1), sentAt: at(2) });
    expect(story.state.anchors.contained).toBe(at(1));
  });
});

describe('a stamp is bounded', () => {
  const { state } = new Story();
  const declared = state.declaration.declaredAt;
  test.each([
    ['without one, now', undefined, at(5)],
    ['in the future, now', at(6), at(5)],
    ['before the declaration, the declaration', at(-900), declared],
    ['a second ago, then', at(5 - SECOND), at(5 - SECOND)],
    ['less than a second ago, now', at(5 - 0.9 * SECOND), at(5)],
  ])('%s', (_what, sentAt, counts) => {
    expect(saidAt(state, sentAt, at(5))).toBe(counts);
  });

  test('an exercise has a clock that no sender has', () => {
    expect(saidAt({ ...state, exercise: true }, at(1), at(5))).toBe(at(5));
  });
});

describe('a detection in the future', () => {
  const of = (detectedAt: string) => DeclarationSchema.parse(declaration({ detectedAt, declaredAt: detectedAt }));

  test('is refused to its sender: five minutes ahead is a clock that differs, more is not', () => {
    expect(futureProblems(of(at(5 / 60)), T0)).toEqual([]);
    expect(futureProblems(of(at(5 / 60 + SECOND)), T0)).toEqual([
      expect.stringMatching(/^detectedAt: must not be in the future: /),
      expect.stringMatching(/^declaredAt: must not be in the future: /),
    ]);
  });

  test('counts from now where it came to the workflow all the same, and a person must look', () => {
    const declared = of('2062-04-01T02:00:00.000Z');
    const { state } = readAt(T0, { detectedAt: declared.detectedAt, declaredAt: declared.declaredAt });
    expect(state.anchors).toMatchObject({ detected: T0, declared: T0 });
    expect(state.obligations.containment?.dueAt).toBe(at(2));
    expect(state.detectionDoubt?.why).toEqual([expect.stringContaining('was still to come')]);
  });

  test('a little ahead counts as now and asks nobody', () => {
    const events = openingOf(of(at(4 / 60)), POLICY, T0);
    const known = { v: 1 as const, incidentId: 'INC-1', seq: 1, at: T0, exercise: false };
    const state = evolve(undefined, { ...known, by: 'x', ...events[0]! });
    expect([state.anchors.detected, state.detectionDoubt]).toEqual([T0, undefined]);
  });
});

describe('evidence of a delivery lies between the declaration and now, whatever a worker’s clock says', () => {
  test.each([
    ['an hour fast', at(13), at(2)],
    ['an hour slow', at(-13), undefined],
    ['right', at(1.9), at(1.9)],
  ])('%s', (_what, sentAt, counts) => {
    const story = new Story({}, TRUST_CENTER, { silent: ['dispatch'] }).to(2);
    const o = story.obligation('status-subscribers');
    const evidence = { channel: 'email', recipients: 2, sent: 2, failed: 0, firstSentAt: sentAt, lastSentAt: sentAt };
    const counted = { of: 'people' as const, groups: [{ listed: 2, told: 2 }] };
    story.report({ kind: 'delivered', obligation: o.id, round: o.round, evidence, counted });
    const known = counts ?? story.state.declaration.declaredAt;
    expect(story.last('delivery-counted').data.evidence).toMatchObject({ firstSentAt: known, lastSentAt: known });
  });
});
