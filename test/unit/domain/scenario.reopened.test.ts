/** What goes on after an incident was closed: opened again, followed up, linked. */

import { advance } from '../../../domain/case/advance';
import { onCaseMessage } from '../../../domain/case/messages';
import { incidentLifecycle } from '../../../domain/incident/lifecycle';
import { at, COUNSEL } from './helpers/facts';
import { Story } from './helpers/story';

/** Nobody's data, contained and resolved within an hour, closed at two. */
function closed(): Story {
  const story = new Story({ serviceAffecting: false }).to(1);
  story.send('assess', { assessment: { personalData: 'no' } });
  story.send('not-owed', {
    all: true,
    by: COUNSEL,
    reason: 'the access log has no request from outside, as two of us read it',
  });
  story.send('status', { status: 'contained' });
  story.send('status', { status: 'resolved' });
  story.to(2).send('review', { rootCause: 'A key in a log', controls: ['Logs are masked'], shareSummary: false });
  story.send('close');
  expect(story.state.closedAt).toBe(at(2));
  return story;
}

describe('a closed incident', () => {
  test('takes no other message, and says how it is opened again', () => {
    const story = closed();
    story.send('measure', { text: 'x' });
    expect(story.problems()).toEqual([expect.stringMatching(/closed at .*tocsin reopen INC-2026-001 --reason/)]);
    expect(story.state.closedAt).toBe(at(2));
  });

  test('is opened again by a person with a reason: what was done stays, the register is verified anew', () => {
    const story = closed();
    story.now = at(500);
    story.send('reopen', { by: COUNSEL, reason: 'the key was used again' });
    expect(story.state).toMatchObject({
      reopenings: [{ closedAt: at(2), at: at(500), by: COUNSEL, reason: 'the key was used again' }],
      status: 'resolved',
    });
    expect(story.state.closedAt).toBeUndefined();
    expect(story.obligation('containment')).toMatchObject({ status: 'fulfilled', fulfilledAt: at(1) });
    story.send('status', { status: 'investigating', note: 'the actor is active' });
    expect(story.obligation('containment')).toMatchObject({ status: 'pending', round: 2, dueAt: at(502) });
    story.send('close');
    expect(story.problems().join()).toContain('containment: still open');
  });

  test('data that is affected after all: the duties arm from the awareness of it, none is born overdue', () => {
    const story = closed();
    story.now = at(500);
    story.send('reopen', { reason: 'the dump holds customers' });
    story.send('assess', {
      assessment: {
        personalData: 'yes',
        dataSets: [{ id: 'a', title: 'A', role: 'controller', risk: 'risk', residence: { DE: 5 } }],
      },
    });
    expect(story.obligation('gdpr-art33-authority:de-bfdi').dueAt).toBe(at(572));
  });

  test('follow-ups and links open nothing', () => {
    const story = closed();
    story.now = at(900);
    story.send('follow-up', { text: 'The authority closed its file', at: at(890) });
    story.send('link', { to: 'INC-2', relation: 'caused-by' });
    expect(story.state).toMatchObject({
      closedAt: at(2),
      followUps: [{ text: 'The authority closed its file', at: at(890) }],
      links: [{ to: 'INC-2', relation: 'caused-by' }],
    });
    expect(story.send('link', { to: 'INC-2', relation: 'caused-by' })).toMatchObject([{ kind: 'noted' }]);
    story.send('link', { to: 'INC-2026-001', relation: 'same-cause' });
    expect(story.problems()).toEqual([expect.stringContaining('itself')]);
  });

  test('under another policy it is opened only when a person says so, and that is recorded', () => {
    const story = closed();
    const policy = { sha256: 'e'.repeat(64), packs: [{ id: 'other', version: '9', sha256: 'e'.repeat(64) }] };
    const lifecycle = incidentLifecycle(story.pack, policy);
    const say = (more: object) =>
      onCaseMessage(lifecycle, story.state, 'reopen', { by: COUNSEL, reason: 'x', ...more } as never, at(9));
    expect(say({})).toMatchObject([{ kind: 'rejected', data: { problems: [expect.stringContaining('other 9')] } }]);
    const opened = advance(lifecycle, story.state, say({ currentPolicy: true }), at(9), COUNSEL);
    expect(opened.state.policy).toEqual(policy);
  });
});

test('an open incident is not opened again; it is followed up and linked all the same', () => {
  const story = new Story();
  expect(story.send('reopen', { reason: 'x' })).toMatchObject([{ kind: 'noted' }]);
  story.send('link', { to: 'INC-2', relation: 'second-stage-of', note: 'the same actor' });
  story.send('follow-up', { text: 'a call' });
  expect(story.state).toMatchObject({ links: [{ note: 'the same actor' }], followUps: [{ text: 'a call' }] });
  expect(JSON.parse(JSON.stringify(story.folded()))).toEqual(JSON.parse(JSON.stringify(story.state)));
});
