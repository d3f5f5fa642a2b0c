/**
 * Whatever is accepted, an incident never dies of its own weight: no event, no work and no new run hands over more than the
 * half of what the server takes. What is too large is refused by its field.
 */
import fc from 'fast-check';
import { BACKLOG_BYTES, carriedOf, carry } from '../../../domain/case/carry';
import { parseCaseMessage } from '../../../domain/case/messages';
import { DeclarationSchema, WorkspaceIdsSchema } from '../../../domain/incident/incident';
import { MESSAGE_SCHEMAS } from '../../../domain/incident/messages';
import { type IncidentWork, wantedWork } from '../../../domain/incident/work';
import {
  COMMAND_BYTES,
  firstWithin,
  jsonBytes,
  latestWithin,
  MESSAGE_BYTES,
  tooLarge,
  utf8Bytes,
} from '../../../domain/kernel/bytes';
import { problemsOf } from '../../../domain/kernel/problems';
import { draftInput } from '../../../workflows/lib/draft-input';
import { accounts, assessment, COUNSEL, declaration, stored } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const HAN = '漢';
const EMOJI = '\u{1f6a8}';
const unit = fc.constantFrom('a', HAN, EMOJI, '"', '\\', '\u0007');
const long = (characters: number) =>
  fc.tuple(unit, fc.nat(999)).map(([each, n]) => `${n} ${each.repeat(Math.floor((characters - 4) / each.length))}`);

/** Ids of one length, as many as may be, or a few. */
const ids = fc
  .record({ characters: fc.constantFrom(6, 22, 36, 80), many: fc.constantFrom(3, 1_000, 10_000), from: fc.nat(9) })
  .map(({ characters, many, from }) =>
    Array.from({ length: many }, (_, i) => `w${String(from * 1000 + i).padStart(characters - 1, '0')}`).slice(
      0,
      Math.floor(199_000 / (characters + 3)),
    ),
  );

const facts = fc
  .record({ workspaces: ids, text: long(4000), sets: fc.constantFrom(1, 20, 100) })
  .map(({ workspaces, text, sets }) =>
    assessment({
      workspaces,
      likelyConsequences: text,
      howItOccurred: text,
      dataSets: [
        stored(),
        ...Array.from({ length: sets }, (_, i) => accounts({ id: `set-${i}`, title: text.slice(0, 60) })),
      ],
    }),
  );

const step = fc.oneof(
  fc.record({
    name: fc.constant('assess' as const),
    body: facts.map((each) => ({ assessment: each, reason: 'found' })),
  }),
  fc.record({ name: fc.constant('measure' as const), body: long(2000).map((text) => ({ text })) }),
  fc.record({ name: fc.constant('follow-up' as const), body: long(4000).map((text) => ({ text })) }),
  fc.record({
    name: fc.constant('translate' as const),
    body: fc
      .tuple(fc.constantFrom('fr', 'de', 'ja'), fc.array(long(4000), { minLength: 1, maxLength: 40 }))
      .map(([language, texts]) => ({
        language,
        texts: texts.map((of, i) => ({ of: `${i} ${of}`.slice(0, 4000), is: of })),
      })),
  }),
  fc.record({
    name: fc.constant('edit-draft' as const),
    body: fc
      .tuple(fc.constantFrom('en', 'fr', 'de'), long(20_000))
      .map(([language, body]) => ({ obligation: 'enterprise-notice', language, subject: 'x', body })),
  }),
  fc.record({ name: fc.constant('approve' as const), body: fc.constant({ obligation: 'enterprise-notice' }) }),
  fc.record({ name: fc.constant('wait' as const), body: fc.record({ hours: fc.constantFrom(1, 30, 60) }) }),
);

function inputOf(work: IncidentWork, story: Story): unknown {
  if (work.kind === 'draft') return draftInput(work, { state: story.state, now: story.now });
  if (work.kind === 'dispatch') return [work.audience, work.obligation.draft?.renderings, work.ledgerKey];
  return work;
}

/** What the next run would begin with, as the shell has it, when the register is away. */
function nextRun(story: Story) {
  const backlog = latestWithin(story.events, BACKLOG_BYTES);
  const run = { state: story.state, backlog, caused: [], recent: story.events.slice(-500) };
  return { run, input: { policy: { sha256: 'a'.repeat(64), pack: TRUST_CENTER }, carried: carry(run) } };
}

test('no event, no work and no new run is larger than a command may be', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 4, maxLength: 10 }), fc.nat(2), ids, (steps, unreached, first) => {
      const missed = Object.fromEntries(first.filter((_, i) => i % (unreached + 1) === 0).map((id) => [id, 1]));
      const story = new Story({ assessment: assessment({ workspaces: first }) }, TRUST_CENTER, { unreached: missed });
      let hours = 1;
      for (const { name, body } of steps) {
        if (name === 'wait') {
          hours += (body as { hours: number }).hours;
          story.to(hours);
        } else story.send(name, name === 'edit-draft' ? { ...body, draft: fingerprint(story) } : body);
        for (const work of wantedWork(story.state, TRUST_CENTER))
          expect(jsonBytes(inputOf(work, story))).toBeLessThan(COMMAND_BYTES);
      }
      for (const event of story.events)
        expect([event.kind, jsonBytes(event) < COMMAND_BYTES]).toEqual([event.kind, true]);
      const { run, input } = nextRun(story);
      expect(jsonBytes(input)).toBeLessThan(COMMAND_BYTES);
      expect(carriedOf(JSON.parse(JSON.stringify(input.carried)) as typeof run).state).toEqual(
        JSON.parse(JSON.stringify(story.state)),
      );
    }),
    { numRuns: 3 },
  );
}, 240_000);

function fingerprint(story: Story): string {
  return story.state.obligations['enterprise-notice']?.draft?.fingerprint ?? 'ab';
}

describe('the edge refuses what cannot be carried, and says which field, how large it is and what is allowed', () => {
  test('workspaces: 200 kB of ids fit, one more does not; 10,000 ids fit, one more does not', () => {
    const of = (n: number, characters: number) => Array.from({ length: n }, (_, i) => `${i}`.padStart(characters, '0'));
    const problems = (list: string[]) => problemsOf(WorkspaceIdsSchema.safeParse(list).error!);
    expect(WorkspaceIdsSchema.safeParse(of(4_999, 37)).success).toBe(true);
    expect(problems(of(5_001, 37))[0]).toContain('is too large: 201 kB, and 200 kB of ids can be named one by one');
    expect(WorkspaceIdsSchema.safeParse(of(10_000, 6)).success).toBe(true);
    expect(problems(of(10_001, 6))[0]).toContain('10,000 can be named one by one');
  });

  test('a message is measured in bytes, not in characters, and its largest field is named', () => {
    const texts = (n: number) => Array.from({ length: n }, (_, i) => ({ of: `${i}`, is: HAN.repeat(4000) }));
    const message = (n: number) => ({ by: COUNSEL, language: 'ja', texts: texts(n) });
    expect(parseCaseMessage(MESSAGE_SCHEMAS.translate, message(20)).ok).toBe(true);
    const refused = parseCaseMessage(MESSAGE_SCHEMAS.translate, message(21));
    expect(refused).toMatchObject({
      ok: false,
      problems: [expect.stringMatching(/^texts: is too large: 253 kB .*, and 250 kB can be taken in all/)],
    });
  });

  test('a declaration', () => {
    const systems = Array.from({ length: 2_001 }, (_, i) => `s${i}`);
    expect(problemsOf(DeclarationSchema.safeParse(declaration({ systems })).error!)[0]).toContain('systems');
    const text = HAN.repeat(4000);
    const dataSets = Array.from({ length: 30 }, (_, i) => accounts({ id: `d${i}`, likelyConsequences: text }));
    const large = DeclarationSchema.safeParse(declaration({ assessment: assessment({ dataSets }) }));
    expect(problemsOf(large.error!).join()).toMatch(/assessment\.dataSets: is too large: \d+ kB/);
  });

  test('an incident that is full takes what keeps a duty, and no more that fills it', () => {
    const story = new Story({ assessment: assessment() });
    const send = () => story.send('measure', { text: `${story.events.length} ${HAN.repeat(1900)}` });
    while (send().every(({ kind }) => kind !== 'rejected')) expect(story.events.length).toBeLessThan(300);
    expect(story.problems()[0]).toMatch(
      /^message: has 6 kB, and the incident holds \d+ kB of the 450 kB .*measures \d+ kB/,
    );
    expect(story.send('status', { status: 'contained' }).map(({ kind }) => kind)).toContain('contained');
    expect(story.send('approve', { obligation: 'enterprise-notice' })[0]!.kind).toBe('notice-approved');
    expect(story.send('assess', { assessment: assessment({ personalData: 'possible' }) })[0]!.kind).toBe('assessed');
  });
});

describe('cuts by bytes', () => {
  test.each(['a', HAN, EMOJI])('of %s: nothing of it is lost, and nothing is larger than allowed', (each) => {
    const events = Array.from({ length: 50 }, (_, i) => ({ text: each.repeat(i * 10) }));
    for (let left: unknown[] = events; left.length > 0; ) {
      const batch = left.slice(0, firstWithin(left, 5_000, 100));
      expect(jsonBytes(batch) <= 5_001 || batch.length === 1).toBe(true);
      left = left.slice(batch.length);
    }
    expect(jsonBytes(latestWithin(events, 5_000))).toBeLessThanOrEqual(5_002);
    expect(latestWithin(events, 5_000).at(-1)).toBe(events.at(-1));
  });

  test('one that is larger than a batch goes alone', () => {
    expect(firstWithin([HAN.repeat(2000), 'x'], 5_000)).toBe(1);
  });

  test('a character counts by its bytes', () => {
    expect(['a', HAN, EMOJI].map(utf8Bytes)).toEqual([1, 3, 4]);
    expect(tooLarge({ text: HAN.repeat(MESSAGE_BYTES / 3) }, 'message')).toContain('text: is too large: 251 kB');
    expect(tooLarge({ text: 'a'.repeat(MESSAGE_BYTES - 11) }, 'message')).toBeUndefined();
    expect(tooLarge({ text: 'a'.repeat(MESSAGE_BYTES - 10) }, 'message')).toBeDefined();
  });
});
