// Jurisdictions beside those of the Trust Center: each is a pack of its own, named in TOCSIN_POLICY.
import path from 'node:path';
import { explain } from '../../../domain/incident/explain';
import type { Policy } from '../../../domain/policy/policy';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { type AssessmentInput, accounts, assessment, at, COUNSEL, T0 } from './helpers/facts';
import { Story } from './helpers/story';

const NIS2 = path.join(__dirname, '../policy/fixtures/nis2.yaml');
const with_ = (...more: string[]) => loadPolicy([DEFAULT_PACKS, ...more].join(',')).pack;

/** An incident of which the company became aware one hour after its detection. */
function aware(policy: Policy, facts: Partial<AssessmentInput>, awareAt = at(1)): Story {
  const story = new Story({}, policy).to(1);
  story.send('assess', { assessment: assessment(facts), awareAt });
  return story;
}

const living = (residence: Record<string, number>) => ({ dataSets: [accounts({ residence })] });
const statusOf = (story: Story, id: string) => story.state.obligations[id]?.status;

describe('the UK GDPR, beside the others, from facts that are already there', () => {
  const policy = with_('uk-gdpr');

  test('people in the UK are reported to the ICO within 72 h, and told under its law alone', () => {
    const story = aware(policy, living({ GB: 40 }));
    expect(story.obligation('uk-gdpr-art33-ico:ico')).toMatchObject({ status: 'filing', dueAt: at(73) });
    expect(statusOf(story, 'uk-gdpr-art34-individuals')).toBe('drafted');
    expect(statusOf(story, 'gdpr-art33-authority')).toBe('proposed-not-owed');
    expect(statusOf(story, 'gdpr-art34-individuals')).toBe('proposed-not-owed');
  });

  test('a report in the EU does not cover it: people in both are two reports, and each person has one notice', () => {
    const story = aware(policy, living({ DE: 10, GB: 40 }));
    expect(statusOf(story, 'gdpr-art33-authority:de-land')).toBe('filing');
    expect(statusOf(story, 'uk-gdpr-art33-ico:ico')).toBe('filing');
    const residenceOf = (id: string) => {
      const { recipient } = policy.obligations.find((rule) => rule.id === id)!;
      return recipient.to === 'individuals' ? recipient.residence : undefined;
    };
    expect(residenceOf('gdpr-art34-individuals')).not.toContain('GB');
    expect(residenceOf('uk-gdpr-art34-individuals')).toEqual(['GB', 'unknown']);
  });

  test('without its pack, nobody is written to under a law that does not protect them: what is owed is open', () => {
    const story = aware(with_(), living({ GB: 40 }));
    expect(statusOf(story, 'gdpr-art34-individuals')).toBe('proposed-not-owed');
    expect(story.state.obligations['uk-gdpr-art33-ico:ico']).toBeUndefined();
    expect(statusOf(story, 'uncovered-law:GB')).toBe('pending');
  });

  test('a ground of one law does not waive a duty of another', () => {
    const story = aware(policy, living({ GB: 40 }));
    story.send('waive', { obligation: 'uk-gdpr-art34-individuals', reason: 'x', ground: 'gdpr-34-3-b' });
    expect(story.problems().join()).toContain('does not waive uk-gdpr-art34-individuals');
    story.send('waive', {
      obligation: 'uk-gdpr-art34-individuals',
      reason: 'nobody has their addresses',
      ground: 'uk-gdpr-34-3-c',
      by: COUNSEL,
    });
    expect(statusOf(story, 'uk-gdpr-art34-individuals')).toBe('waived');
    expect(statusOf(story, 'uk-gdpr-art34-3c-public-communication')).toBe('drafted');
  });

  test('the declaration records every pack in force under one hash, and each duty tells its pack', () => {
    const story = new Story({}, policy);
    const { policy: recorded } = story.last('declared').data;
    expect(recorded.packs.map(({ id }) => id)).toEqual(['trust-center', 'gdpr', 'pipeda', 'uk-gdpr', 'uncovered-law']);
    const packs = explain(story.state, policy).map(({ rule, pack }) => [rule, pack.id]);
    expect(packs).toContainEqual(['containment', 'trust-center']);
    expect(packs).toContainEqual(['uk-gdpr-art33-ico', 'uk-gdpr']);
  });
});

describe('a law that hangs on a judgement of its own: a question that its pack asks', () => {
  const policy = with_(NIS2);
  const answered = (answer?: 'yes' | 'no' | 'unknown') =>
    aware(policy, answer ? { answers: { 'nis2-significant': answer } } : {});

  test('is undecided until the question is answered', () => {
    for (const story of [answered(), answered('unknown')]) {
      expect(story.state.obligations['nis2-early-warning']).toBeUndefined();
      const told = explain(story.state, policy).find(({ rule }) => rule === 'nis2-early-warning')!;
      expect(told).toMatchObject({
        applies: 'undecided',
        because: ['the question nis2-significant is not yet answered'],
      });
    }
  });

  test('answered yes, both reports are owed from awareness, the final one from the submission', () => {
    const story = answered('yes');
    expect(story.obligation('nis2-early-warning:de-csirt').dueAt).toBe(at(25));
    expect(story.obligation('nis2-notification:de-csirt').dueAt).toBe(at(73));
    expect(story.state.obligations['nis2-final-report:de-csirt']).toBeUndefined();
    story.to(50).send('filed', { obligation: 'nis2-notification', reference: 'N-1' });
    // 3 April 04:00 UTC, a month on in Berlin.
    expect(story.obligation('nis2-final-report:de-csirt').dueAt).toBe('2026-05-03T04:00:00.000Z');
  });

  test('answered no, whoever assessed it decided that nothing is owed', () => {
    const story = new Story({}, policy).to(1);
    story.send('assess', { assessment: assessment({ answers: { 'nis2-significant': 'no' } }), by: COUNSEL });
    expect(story.last('obligation-not-required', 'nis2-early-warning')).toMatchObject({
      by: COUNSEL,
      data: { decidedBy: COUNSEL, reason: expect.stringContaining('nis2-significant is answered no') },
    });
  });

  test('an answer to a question that nobody asks is refused', () => {
    const story = new Story({}, with_()).to(1);
    story.send('assess', { assessment: assessment({ answers: { 'nis2-significant': 'yes' } }) });
    expect(story.problems()).toEqual([
      'answers: 1 of them answer no question of the policy: leave them out; it asks: none',
    ]);
  });
});

describe('a rule is in force on the days that it gives', () => {
  const detectedIn = (year: number, policy: Policy) => {
    const day = (hours: number) => at(hours, `${year}${T0.slice(4)}`);
    const story = new Story({ detectedAt: day(0), declaredAt: day(0.25) }, policy);
    story.now = day(1);
    story.send('assess', { assessment: assessment(living({ CA: 10, DE: 10 })), awareAt: day(1) });
    return story;
  };

  test('before 1 November 2018 nothing was owed to the Privacy Commissioner of Canada', () => {
    const before = detectedIn(2018, with_());
    expect(statusOf(before, 'pipeda-opc-report')).toBe('not-required');
    expect(before.last('obligation-not-required', 'pipeda-opc-report').data.reason).toContain(
      'in force since 2018-11-01',
    );
    expect(statusOf(detectedIn(2019, with_()), 'pipeda-opc-report:opc')).toBe('filing');
  });

  test('awareness that is corrected to a day on which it is in force opens the duty', () => {
    const story = detectedIn(2018, with_());
    story.now = '2018-11-02T00:00:00.000Z';
    story.send('assess', { awareAt: '2018-11-01T12:00:00.000Z', reason: 'a first report was mistaken' });
    story.send('confirm', { by: 'counsel@example.com' });
    expect(story.obligation('pipeda-opc-report:opc').dueAt).toBe('2018-11-04T12:00:00.000Z');
  });

  test.each([
    ['2018-11-01T03:59:59.000Z', false],
    ['2018-11-01T04:00:00.000Z', true],
  ])(
    'of which the company became aware at %s: owed in Canada %s, to the Commissioner and to the people',
    (awareAt, owed) => {
      const story = new Story(
        { detectedAt: '2018-10-31T00:00:00.000Z', declaredAt: '2018-10-31T00:00:00.000Z' },
        with_(),
      );
      story.now = '2018-11-02T00:00:00.000Z';
      story.send('assess', { assessment: assessment(living({ CA: 10 })), awareAt });
      expect(statusOf(story, owed ? 'pipeda-opc-report:opc' : 'pipeda-opc-report')).toBe(
        owed ? 'filing' : 'not-required',
      );
      expect(statusOf(story, 'pipeda-individuals')).toBe(owed ? 'drafted' : 'not-required');
    },
  );

  test('the day is that of the law, not of UTC', () => {
    // 1 November, 02:00 UTC is still 31 October in Toronto.
    const story = detectedIn(2018, with_());
    story.now = '2018-11-02T00:00:00.000Z';
    story.send('assess', { awareAt: '2018-11-01T02:00:00.000Z', reason: 'a first report was mistaken' });
    story.send('confirm', { by: 'counsel@example.com' });
    expect(story.state.anchors.aware).toBe('2018-11-01T02:00:00.000Z');
    expect(statusOf(story, 'pipeda-opc-report:opc')).toBeUndefined();
  });
});
