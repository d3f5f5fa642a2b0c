/** Messages that are wrong, repeated or out of place: recorded, and nothing else changes. */
import { assessment, at, COUNSEL, ONCALL } from './helpers/facts';
import { Story } from './helpers/story';

const without = ({ seq: _s, rejected: _r, handled: _h, ...rest }: Story['state']) => rest;

describe('a bad command is "rejected", says what is wrong, and changes nothing else', () => {
  test.each<[string, Parameters<Story['send']>[0], Record<string, unknown>, RegExp]>([
    ['an unknown obligation', 'approve', { obligation: 'nope' }, /no "nope"; use one of: declaration, /],
    [
      'an obligation without a clock yet',
      'approve',
      { obligation: 'post-incident-review' },
      /has not been triggered yet/,
    ],
    [
      'an approval of what needs none',
      'approve',
      { obligation: 'containment' },
      /takes no approval; it is fulfilled otherwise: `npx tocsin status INC-2026-001 contained`/,
    ],
    [
      'a hold of what sends nothing',
      'hold',
      { obligation: 'containment', reason: 'x' },
      /sends nothing that could be held/,
    ],
    [
      'a filing of what is not filed',
      'filed',
      { obligation: 'enterprise-notice', reference: 'x' },
      /is not filed with an authority/,
    ],
    [
      'a status before the detection',
      'status',
      { status: 'contained', at: at(-1) },
      /^at: must not be before the detection or the awareness, whichever came first$/,
    ],
    [
      'a status in the future',
      'status',
      { status: 'contained', at: at(9) },
      new RegExp(
        `^at: must not be in the future: ${at(9)} was read, and it is .* UTC; give a time up to then, like .*Z$`,
      ),
    ],
    [
      'a measure in the future',
      'measure',
      { text: 'x', at: at(9) },
      /^at: must not be in the future: .* was read, .*, like /,
    ],
    ['an assessment of nothing', 'assess', {}, /give "assessment" or "personalData", "awareAt", or both/],
    [
      'a ground of another article',
      'waive',
      { obligation: 'containment', reason: 'x', ground: 'gdpr-34-3-a' },
      /does not waive/,
    ],
    ['a malformed one', 'status', { status: 'exploded' }, /^status: /],
  ])('%s', (_what, name, body, problem) => {
    const story = new Story().to(1);
    story.send('assess', { awareAt: at(1) });
    const before = story.state;
    const events = story.send(name, { by: COUNSEL, commandId: 'c-1', ...body });
    expect(events).toMatchObject([{ kind: 'rejected', by: COUNSEL, commandId: 'c-1', data: { message: name } }]);
    expect(story.problems()).toEqual([expect.stringMatching(problem)]);
    expect(without(story.state)).toEqual(without(before));
    expect(story.state.rejected).toBe(before.rejected + 1);
  });
});

describe('a command id that was already handled is nothing', () => {
  test.each<[string, Parameters<Story['send']>[0], Record<string, unknown>]>([
    ['a good command', 'status', { status: 'identified' }],
    ['a refused one', 'approve', { obligation: 'nope' }],
    ['a malformed one', 'status', { status: 'exploded' }],
    ['one without effect', 'release', { obligation: 'status-page-update' }],
  ])('%s', (_what, name, body) => {
    const story = new Story();
    expect(story.send(name, { ...body, commandId: 'c-7' }).length).toBeGreaterThan(0);
    const before = story.state;
    expect(story.send(name, { ...body, commandId: 'c-7' })).toEqual([]);
    expect(story.send('measure', { text: 'something else', commandId: 'c-7' })).toEqual([]);
    expect(story.state).toEqual(before);
  });

  test('the same command without an id is noted where it changes nothing', () => {
    const story = new Story();
    story.send('status', { status: 'identified' });
    expect(story.send('status', { status: 'identified' })).toMatchObject([{ kind: 'noted' }]);
    story.send('measure', { text: 'x' });
    expect(story.send('measure', { text: 'x' })).toMatchObject([{ kind: 'noted' }]);
  });
});

test('every event names who caused it: the person for the command, Tocsin for what follows', () => {
  const story = new Story();
  const events = story.send('assess', { assessment: assessment(), by: COUNSEL });
  expect(events.find((e) => e.kind === 'assessed')?.by).toBe(COUNSEL);
  expect(events.filter((e) => e.kind === 'obligation-armed').map((e) => e.by)).toEqual(
    expect.arrayContaining(['tocsin']),
  );
  expect(story.events[0]?.by).toBe(ONCALL);
});

test('a report of a notice that nobody asked for, of another round, or of the text already there, is nothing', () => {
  const story = new Story();
  const draft = (obligation: string, round: number, fingerprint: string) => ({
    kind: 'drafted' as const,
    data: { obligation, round, fingerprint, renderings: [], missing: [] },
  });
  const { fingerprint } = story.obligation('status-page-update').draft!;
  expect(story.report(draft('nope', 1, 'f'))).toEqual([]);
  expect(story.report(draft('status-page-update', 2, 'f'))).toEqual([]);
  expect(story.report(draft('status-page-update', 1, fingerprint))).toEqual([]);
});
