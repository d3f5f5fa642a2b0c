/** T6 review, R1–R7 the register, and the end of an incident. */

import { lacking } from '../../../domain/incident/records';
import { human } from '../../../domain/kernel/time';
import { accounts, assessment, at, COUNSEL, ONCALL } from './helpers/facts';
import { waivePromises } from './helpers/promises';
import { NAMES, Story } from './helpers/story';

const REVIEW = { rootCause: 'A key in a log', controls: ['Logs are masked'], shareSummary: false };
const GERMAN = assessment({ dataSets: [accounts({ residence: { DE: 200 }, significantHarm: 'no' })] });

/** Everything done in time, up to "resolved" at 50 h; the review is still owed. */
function resolved(): Story {
  const story = new Story({ maliciousSources: ['203.0.113.7'] }).to(1);
  story.send('assess', { assessment: GERMAN, awareAt: at(1) });
  story.confirmNotOwed();
  story.send('status', { status: 'contained' });
  story.to(24).send('filed', { obligation: 'gdpr-art33-authority', reference: 'A' });
  story.send('approve', { obligation: 'gdpr-art34-individuals' });
  story.to(50).send('status', { status: 'resolved' });
  return story;
}

function closed(): Story {
  const story = resolved();
  story.send('review', REVIEW);
  story.send('close', { note: 'done', by: COUNSEL });
  return story;
}

describe('T6: the post-incident review', () => {
  test('it is owed fourteen days after "resolved"', () => {
    expect(resolved().obligation('post-incident-review')).toMatchObject({ dueAt: at(50 + 14 * 24), status: 'pending' });
  });

  test('it is kept by root cause and improved controls; without a summary none is owed, by decision of the reviewer', () => {
    const story = resolved();
    story.send('review', { ...REVIEW, by: COUNSEL });
    expect(story.obligation('post-incident-review')).toMatchObject({ status: 'fulfilled', lateByMs: 0 });
    expect(story.obligation('review-summary')).toMatchObject({ status: 'not-required', decision: { by: COUNSEL } });
  });

  test('a review that shares a summary owes it to the affected customers, and needs its text', () => {
    const story = resolved();
    story.send('review', { ...REVIEW, shareSummary: true });
    expect(story.problems()).toEqual(['summary: is needed when shareSummary is true']);
    story.send('review', { ...REVIEW, shareSummary: true, summary: 'A key was in a log.' });
    expect(story.obligation('review-summary')).toMatchObject({ status: 'drafted' });
    story.send('approve', { obligation: 'review-summary' });
    expect(story.obligation('review-summary').status).toBe('fulfilled');
  });

  test('the same review again is noted', () => {
    const story = resolved();
    story.send('review', REVIEW);
    expect(story.send('review', REVIEW)).toMatchObject([{ kind: 'noted' }]);
  });

  test('a review held before "resolved" counts', () => {
    const story = new Story();
    story.send('review', REVIEW);
    story.send('status', { status: 'resolved' });
    expect(story.obligation('post-incident-review')).toMatchObject({ status: 'fulfilled', lateByMs: 0 });
  });
});

describe('R1 to R7: the breach register', () => {
  const open = (story: Story) =>
    (['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7'] as const).filter((g) => lacking(g, story.state, story.pack).length > 0);

  test('what each group lacks is said until it is there', () => {
    const story = new Story({ howItOccurred: undefined });
    expect(open(story)).toEqual(['R2', 'R3', 'R4', 'R5', 'R6', 'R7']);
    expect(lacking('R3', story.state, story.pack)).toEqual(['an assessment of the personal data']);
    story.send('assess', { assessment: { ...GERMAN, dataSets: [{ id: 'a', title: 'A', role: 'controller' }] } });
    expect(lacking('R3', story.state, story.pack)).toEqual([
      'categories of "A"',
      'records in "A"',
      'individuals in "A"',
    ]);
    story.send('assess', { assessment: GERMAN });
    expect(open(story)).toEqual(['R2', 'R5', 'R6', 'R7']);
    story.send('measure', { text: 'Key replaced' });
    expect(open(story)).toEqual(['R2', 'R6', 'R7']);
  });

  test('every group is kept in an incident run to its end, R7 by a verification of the register', () => {
    const story = resolved();
    expect(open(story)).toEqual([]);
    for (const o of Object.values(story.state.obligations).filter((o) => o.rule.startsWith('register-'))) {
      expect(o).toMatchObject({ status: 'fulfilled', lateByMs: 0 });
    }
    expect(story.last('register-verified').data.entries).toBeGreaterThan(0);
  });

  test('not a personal-data breach: the register entry is complete without data and consequences', () => {
    const story = new Story();
    story.send('assess', { assessment: { personalData: 'no' } });
    expect(story.obligation('register-data').status).toBe('fulfilled');
    expect(story.obligation('register-consequences').status).toBe('fulfilled');
  });

  test('a group still missing after 72 hours is alarmed once', () => {
    const story = new Story().to(200);
    expect(story.alarms('register-data')).toEqual(['due']);
  });

  test('while the register cannot be verified, R7 is open and the incident is not closed', () => {
    const story = new Story({}, undefined, { silent: ['verify-register'] });
    story.send('assess', { assessment: { personalData: 'no' } });
    story.send('status', { status: 'contained' });
    story.confirmNotOwed();
    story.send('status', { status: 'resolved' });
    story.send('approve', { obligation: 'status-page-update' });
    story.send('approve', { obligation: 'status-subscribers' });
    story.send('review', REVIEW);
    story.send('close');
    expect(story.problems()).toEqual([expect.stringContaining('register-available: still open')]);
    story.restore('verify-register').send('close');
    expect(story.state.closedAt).toBe(story.now);
  });
});

describe('close', () => {
  test('is refused with the list of what is owed', () => {
    const story = new Story().to(1);
    story.send('close');
    expect(story.problems()).toEqual(
      expect.arrayContaining([
        'status: it is not resolved yet: `npx tocsin status INC-2026-001 resolved`',
        `containment: still open, due ${human(at(2))}: \`npx tocsin status INC-2026-001 contained\``,
        `status-page-update: still awaiting approval, due ${human(at(2))}: \`npx tocsin approve INC-2026-001 status-page-update\``,
        'enterprise-notice: not decided yet; see `npx tocsin explain INC-2026-001`, then assess or waive it',
        'post-incident-review: begins when the incident is resolved: `npx tocsin status INC-2026-001 resolved`',
        expect.stringMatching(
          /^review-summary: begins when the review is recorded: see `npx tocsin review INC-2026-001 --help`$/,
        ),
      ]),
    );
    expect(story.state.closedAt).toBeUndefined();
  });

  test('is refused while the reasons of a delay are owed, and says how to give them', () => {
    const story = new Story().to(1);
    story.send('measure', { text: 'All sessions ended' });
    story.send('assess', { assessment: GERMAN, awareAt: at(1) });
    story.confirmNotOwed();
    story.to(80).send('filed', { obligation: 'gdpr-art33-authority', reference: 'A' });
    story.send('approve', { obligation: 'gdpr-art34-individuals' });
    story.send('status', { status: 'contained' });
    story.send('status', { status: 'resolved' });
    story.send('review', REVIEW);
    story.send('close');
    expect(story.problems()).toEqual([
      'gdpr-art33-authority:de-bfdi: the reasons for its delay are still missing: `npx tocsin filed INC-2026-001 gdpr-art33-authority:de-bfdi A --delay-reasons "…"`',
    ]);
    story.send('filed', {
      obligation: 'gdpr-art33-authority',
      reference: 'A',
      delayReasons: 'the on-call engineer took it for a test until Monday',
    });
    story.send('close');
    expect(story.state.closedAt).toBe(at(80));
  });

  test('asks no reasons for the delay of what was never required', () => {
    const story = new Story({}, undefined, { silent: ['draft'] }).to(1);
    story.send('assess', { assessment: { personalData: 'possible' }, awareAt: at(1) });
    story.to(60);
    expect(story.obligation('enterprise-notice').delayReasonsOwed).toBe(true);
    story.send('assess', { assessment: { personalData: 'no' } });
    expect(story.obligation('enterprise-notice')).toMatchObject({ status: 'not-required', delayReasonsOwed: false });
  });

  test('is refused while a containment step is under way', () => {
    const story = resolved();
    story.send('review', REVIEW);
    story.world.silent = ['contain'];
    story.send('contain', { measure: { action: 'isolate-system', system: 'api' } });
    story.send('close');
    expect(story.problems()).toEqual([
      'isolate-system api: is still under way; try again when its outcome is on record',
    ]);
  });

  test('ends the incident once nothing is owed', () => {
    const story = closed();
    expect(story.problems()).toEqual([]);
    expect(story.last('closed')).toMatchObject({ by: COUNSEL, data: { note: 'done' } });
    expect(story.state.closedAt).toBe(at(50));
  });

  test('after it, everything is rejected, time changes nothing, and no effect is wanted', () => {
    const story = closed();
    const before = story.events.length;
    story.to(2000);
    expect(story.events).toHaveLength(before);
    const bodies: Record<string, Record<string, unknown>> = {
      assess: { awareAt: at(1) },
      status: { status: 'investigating' },
      contain: { undo: 'block-source 203.0.113.7' },
      measure: { text: 'x' },
      review: REVIEW,
      close: {},
    };
    for (const name of NAMES) {
      const body = bodies[name] ?? { obligation: 'enterprise-notice', reason: 'x', reference: 'x' };
      const events = story.send(name, { by: ONCALL, ...body });
      expect(events).toMatchObject([{ kind: 'rejected' }]);
    }
  });

  test('an incident in which no legal duty is owed, as a person confirmed, and every promise is waived can be closed: nothing is unclosable', () => {
    const story = new Story();
    story.send('status', { status: 'resolved' });
    story.send('assess', {
      assessment: { personalData: 'no', howItOccurred: 'a key was pushed to a public repository' },
    });
    story.confirmNotOwed();
    waivePromises(story);
    story.send('close');
    expect(story.problems()).toEqual([]);
    expect(story.state.closedAt).toBeDefined();
  });
});
