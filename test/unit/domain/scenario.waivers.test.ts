/** Waivers take the grounds that the law has, or that the company set itself for its promises, and the facts support. */

import { explain } from '../../../domain/incident/explain';
import { groundProblem, takesAnyReason } from '../../../domain/incident/grounds';
import { ruleOf } from '../../../domain/policy/policy';
import { UNCOVERED_PACK } from '../../../domain/policy/uncovered';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { readPack } from '../../../policy/read-pack';
import { accounts, assessment, at, COUNSEL, stored } from './helpers/facts';
import { composed, smallPack } from './helpers/pack';
import { groundFor } from './helpers/promises';
import { Story } from './helpers/story';

const ALL = loadPolicy(`${DEFAULT_PACKS},uk-gdpr`).pack;
/** The promises without any law. */
const PROMISES_ALONE = composed(['trust-center', UNCOVERED_PACK].map(readPack));
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

const WHY = 'the access log of that night shows whom it concerned';
const PROMISES = [
  'containment',
  'status-page-update',
  'status-subscribers',
  'enterprise-notice',
  'post-incident-review',
];

describe("a promise of the company's own takes the grounds that it set itself", () => {
  test.each(PROMISES)('%s: no reason alone waives it, and the refusal names what does', (obligation) => {
    const story = aware();
    const { kind, problem } = waive(story, obligation, undefined, 'too embarrassing for all of us to speak about it');
    expect(kind).toBe('rejected');
    expect(problem).toMatch(
      new RegExp(`^ground: a reason alone does not waive ${obligation} .*possible here: promise-[a-z-]+ \\(`),
    );
    expect(story.state.obligations[obligation]?.status).not.toBe('waived');
  });

  test.each(PROMISES)('%s: on a ground of its own, with a reason, it is waived', (obligation) => {
    const story = aware();
    const ground = groundFor(obligation, story)!;
    expect(waive(story, obligation, ground, WHY)).toEqual({ kind: 'obligation-waived', problem: '' });
  });

  test('a ground of one promise waives no other, and none waives a duty of law', () => {
    expect(waive(aware(), 'containment', 'promise-would-harm', WHY).problem).toContain('does not waive containment');
    expect(waive(aware(), 'gdpr-art33-2-controllers', 'promise-released', WHY).problem).toContain(
      'does not waive gdpr-art33-2-controllers',
    );
  });

  test('"it was no incident" waives where the facts say so, and not before', () => {
    const story = new Story({ serviceAffecting: false }, ALL).to(1);
    expect(waive(story, 'containment', 'promise-no-incident', WHY).problem).toContain(
      'promise-no-incident needs an assessment that no personal data is affected',
    );
    story.send('assess', { assessment: { personalData: 'no' } });
    expect(waive(story, 'containment', 'promise-no-incident', WHY).kind).toBe('obligation-waived');
    const affecting = new Story({ serviceAffecting: true }, ALL).to(1);
    affecting.send('assess', { assessment: { personalData: 'no' } });
    expect(waive(affecting, 'containment', 'promise-no-incident', WHY).kind).toBe('rejected');
  });

  test('records of the register have no ground (GDPR Art. 33(5)): the refusal says what completes them', () => {
    for (const { id, insteadOfWaiver } of ALL.obligations.filter(({ channel }) => channel === 'register')) {
      const story = aware();
      const { kind, problem } = waive(story, id, undefined, WHY);
      expect([id, kind === 'rejected' ? problem : kind]).toEqual([
        id,
        kind === 'noted' ? 'noted' : expect.stringContaining(`no ground waives it: ${insteadOfWaiver}`),
      ]);
    }
  });

  test('every promise of the Trust Center has grounds or says how else it ends', () => {
    const own = ALL.obligations.filter(({ pack }) => pack === 'trust-center');
    expect(own.filter((rule) => takesAnyReason(rule, ALL))).toEqual([]);
  });

  test('`explain` names them, and what ends a duty that none waives', () => {
    const said = Object.fromEntries(explain(aware().state, ALL).map(({ rule, waiver }) => [rule, waiver]));
    expect(said['status-page-update']).toBe(
      'possible here: promise-told-otherwise (The same people are told the same by another notice), ' +
        'promise-would-harm (Telling it now would help whoever attacks)',
    );
    expect(said['gdpr-art33-authority']).toMatch(/^no ground waives it: GDPR Art\. 33\(1\) has no exception/);
    expect(said['gdpr-art34-individuals']).toContain('gdpr-34-3-a (');
    expect(Object.values(said)).not.toContain('');
  });

  test('to leave everybody untold whom it was promised to is a waiver too', () => {
    const story = new Story({}, PROMISES_ALONE, { unreached: { 'ws-1': 1 } }).to(1);
    story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1'] }), awareAt: at(1) });
    story.send('approve', { obligation: 'enterprise-notice' });
    const leave = { obligation: 'enterprise-notice', rest: true, reason: WHY, by: COUNSEL };
    story.send('leave-untold', leave);
    expect(story.problems().join()).toContain('amounts to waiving enterprise-notice');
    expect(story.obligation('enterprise-notice').status).toBe('partly-told');
  });

  test('where no pack names a ground for a promise, a written reason that says why waives it, and no other', () => {
    const pack = smallPack({ id: 'promise' });
    const story = new Story({}, pack).to(1);
    expect(waive(story, 'promise', undefined).problem).toMatch(/^reason: must say why/);
    expect(explain(story.state, pack)[0]!.waiver).toBe('possible here: other (with a reason)');
    expect(waive(story, 'promise', undefined, WHY).kind).toBe('obligation-waived');
  });
});

test('a promise is waived on its ground, and the duty of the law that it served stands by itself', () => {
  const story = aware();
  expect(
    waive(story, 'enterprise-notice', 'promise-released', 'each of them signed that it waits for our report').kind,
  ).toBe('obligation-waived');
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
