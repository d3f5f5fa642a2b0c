/** Waivers take the grounds that the law has and the facts support; an own promise takes a reason. */

import { groundProblem } from '../../../domain/incident/grounds';
import { ruleOf } from '../../../domain/policy/policy';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { accounts, assessment, at, COUNSEL, stored } from './helpers/facts';
import { Story } from './helpers/story';

const ALL = loadPolicy(`${DEFAULT_PACKS},uk-gdpr`).pack;
const SEALED = { encrypted: 'yes', keysTaken: 'no' } as const;

/** High risk in Germany, Canada and the United Kingdom, and data of customers; aware at one hour. */
function aware(over = {}, declared = {}): Story {
  const story = new Story(declared, ALL).to(1);
  const dataSets = [accounts({ residence: { DE: 200, CA: 50, GB: 9 }, ...over }), stored()];
  story.send('assess', { assessment: assessment({ dataSets }), awareAt: at(1) });
  return story;
}

const waive = (story: Story, obligation: string, ground: string | undefined, reason = 'too embarrassing') => {
  const events = story.send('waive', { obligation, reason, ...(ground && { ground }), by: COUNSEL });
  return { kind: events[0]!.kind, problem: story.problems().join() };
};

describe('a reason alone waives no legal duty', () => {
  test.each([
    [
      'gdpr-art33-authority',
      /no ground waives it: GDPR Art\. 33\(1\) has no exception but .*unlikely to result in a risk/,
    ],
    ['gdpr-art33-2-controllers', /no ground waives it: GDPR Art\. 33\(2\) has no exception/],
    ['gdpr-art34-individuals', /possible here: gdpr-34-3-a .*, gdpr-34-3-b .*, gdpr-34-3-c/],
    ['pipeda-opc-report', /no ground waives it: PIPEDA s\. 10\.1\(1\)/],
    ['pipeda-individuals', /possible here: pipeda-prohibited-by-law/],
    ['uk-gdpr-art33-ico', /no ground waives it: UK GDPR Art\. 33\(1\)/],
    ['uk-gdpr-art34-individuals', /possible here: uk-gdpr-34-3-a/],
  ])('%s', (obligation, says) => {
    const story = aware();
    const before = story.state.obligations;
    const { kind, problem } = waive(story, obligation, undefined);
    expect(kind).toBe('rejected');
    expect(problem).toMatch(/^ground: a reason alone does not waive/);
    expect(problem).toMatch(says);
    expect(story.state.obligations).toEqual(before);
  });

  test('every obligation of a law that a pack has says on what it is waived, and how else it ends', () => {
    const laws = ALL.obligations.filter(({ pack }) => !['trust-center', 'uncovered-law'].includes(pack));
    expect(laws.filter(({ waivable, insteadOfWaiver }) => waivable !== 'grounds' || !insteadOfWaiver)).toEqual([]);
  });
});

test('an own promise is waived with a reason, and the duty of the law that it served stands by itself', () => {
  const story = aware();
  expect(waive(story, 'enterprise-notice', undefined, 'the mail of the law says it all').kind).toBe(
    'obligation-waived',
  );
  expect(story.obligation('enterprise-notice').status).toBe('waived');
  expect(story.obligation('gdpr-art33-2-controllers').status).toBe('drafted');
});

describe('GDPR Art. 34(3)(a): data unintelligible', () => {
  const GROUND = [
    'gdpr-art34-individuals',
    'gdpr-34-3-a',
    'AES-256, with keys that never left the HSM of the vault',
  ] as const;

  test('confidentiality alone, wholly encrypted, keys safe: it waives', () => {
    expect(waive(aware({ protection: SEALED }), ...GROUND).kind).toBe('obligation-waived');
  });

  test.each([
    ['availability too: who cannot read the data has lost it all the same', ['confidentiality', 'availability']],
    ['integrity too', ['confidentiality', 'integrity']],
    ['availability alone', ['availability']],
  ])('%s: refused', (_what, affects) => {
    const { kind, problem } = waive(aware({ protection: SEALED }, { affects }), ...GROUND);
    expect(kind).toBe('rejected');
    expect(problem).toContain(`affects confidentiality alone; the incident affects ${affects.join(' and ')}`);
  });

  test('the keys taken: refused, with the data set that says so', () => {
    const { problem } = waive(aware({ protection: { encrypted: 'yes', keysTaken: 'yes' } }), ...GROUND);
    expect(problem).toContain('data set "Account data" is not wholly encrypted, or its keys are not safe');
  });

  test('not known whether the keys were taken: refused, and asked', () => {
    const { problem } = waive(aware({ protection: { encrypted: 'yes', keysTaken: 'unknown' } }), ...GROUND);
    expect(problem).toContain('Assess it first: `npx tocsin assess INC-2026-001 --help`');
  });
});

test.each(['.', 'x', 'Disproportionate effort'])('a duty of law is not waived because "%s"', (reason) => {
  const story = new Story().to(1);
  story.send('assess', { assessment: assessment(), awareAt: at(1) });
  story.send('waive', { obligation: 'gdpr-art34-individuals', ground: 'gdpr-34-3-c', reason });
  expect(story.problems()).toEqual([expect.stringContaining('reason: must say why')]);
});

test.each(['gdpr-34-3-b', 'gdpr-34-3-c'])('%s waives with a reason, and not without', (ground) => {
  const story = aware();
  expect(story.send('waive', { obligation: 'gdpr-art34-individuals', ground })[0]!.kind).toBe('rejected');
  expect(
    waive(story, 'gdpr-art34-individuals', ground, 'every key was revoked before its first use, as the vault shows')
      .kind,
  ).toBe('obligation-waived');
});

test('a report is not owed, without any waiver, where the assessment shows that a risk is unlikely, and a person confirms it', () => {
  const story = aware();
  story.send('assess', {
    assessment: assessment({ dataSets: [accounts({ residence: { DE: 200 }, risk: 'unlikely' })] }),
  });
  expect(story.obligation('gdpr-art33-authority:de-land').status).toBe('proposed-not-owed');
});

describe('an alarm names only waivers that are taken', () => {
  test.each([
    ['a breach with a high risk', [accounts()]],
    ['protected data', [accounts({ protection: { encrypted: 'yes', keysTaken: 'no' } })]],
    ['people where no pack has the law', [accounts({ residence: { JP: 40 } })]],
  ])('%s', (_what, dataSets) => {
    const story = new Story({}).to(1);
    story.send('assess', { assessment: assessment({ dataSets }), awareAt: at(0.5) });
    story.to(90);
    const offered = story.events
      .flatMap((event) => (event.kind === 'alarm-raised' ? (event.data.commands ?? []) : []))
      .filter(({ verb }) => verb === 'waive');
    expect(offered.length).toBeGreaterThan(0);
    for (const { given } of offered) {
      const rule = ruleOf(story.pack, story.obligation(given.obligation as string).rule)!;
      const ground = (given.ground as string | undefined) ?? 'other';
      expect([given.obligation, groundProblem(ground, rule, story.pack, story.state)]).toEqual([
        given.obligation,
        undefined,
      ]);
    }
  });
});
