// A waiver stands while what it rests on is the same. When that changes the duty is owed again, with the reason told; a letter
// that a person stopped stays stopped; and of a notice that told some, the record says who was told and who was not.

import { recordLines } from '../../../cli/rendering/record-lines';
import { open } from '../../../domain/case/advance';
import type { Counted } from '../../../domain/incident/counted';
import { board, explain } from '../../../domain/incident/explain';
import { DeclarationSchema } from '../../../domain/incident/incident';
import { incidentLifecycle } from '../../../domain/incident/lifecycle';
import { narrate } from '../../../domain/incident/narrate';
import { openingOf } from '../../../domain/incident/opening';
import { groupEntry } from '../../../register/show';
import { accounts, assessment, at, COUNSEL, declaration, ONCALL, stored } from './helpers/facts';
import { Story } from './helpers/story';

const PEOPLE = 'gdpr-art34-individuals';
const CUSTOMERS = 'enterprise-notice';
const LAW = 'gdpr-art33-2-controllers';
const SEALED = { encrypted: 'yes', keysTaken: 'no' } as const;
const german = (over = {}) => accounts({ residence: { DE: 200 }, individuals: 200, ...over });

function aware(dataSets: unknown[] = [german()], over = {}): Story {
  const story = new Story({ serviceAffecting: false }).to(1);
  story.send('assess', { assessment: assessment({ dataSets, ...over } as never), awareAt: at(1) });
  return story;
}

const waive = (story: Story, obligation: string, ground: string) =>
  story.send('waive', { obligation, ground, reason: 'as the log of that night shows', by: COUNSEL });
const assess = (story: Story, dataSets: unknown[], over = {}) =>
  story.send('assess', { assessment: assessment({ dataSets, ...over } as never), reason: 'more is known' });

describe('a ground that asks for facts stands while those are the same', () => {
  const sealed = () => {
    const story = aware([german({ protection: SEALED })]);
    waive(story, PEOPLE, 'gdpr-34-3-a');
    expect(story.obligation(PEOPLE).status).toBe('waived');
    return story;
  };

  test('whatever else is assessed', () => {
    const story = sealed();
    assess(story.to(2), [german({ protection: SEALED, records: 12_345, individuals: 230, residence: { DE: 230 } })]);
    assess(story.to(3), [german({ protection: SEALED })], { workspaces: ['ws-1', 'ws-2'] });
    expect(story.obligation(PEOPLE).status).toBe('waived');
    expect(story.all('obligation-reopened', PEOPLE)).toEqual([]);
    expect(story.folded()).toEqual(story.state);
  });

  test('and falls with them: it is owed again, and why is told', () => {
    const story = sealed();
    assess(story.to(2), [german({ protection: { encrypted: 'yes', keysTaken: 'yes' } })]);
    expect(story.obligation(PEOPLE).status).toBe('drafted');
    expect(story.last('obligation-reopened', PEOPLE).data.reason).toMatch(
      /^what its waiver rests on changed after it was waived \(as the log of that night shows\); now: .*is not wholly encrypted, or its keys are not safe/,
    );
  });

  test('also with what was declared, where the ground asks for that', () => {
    const story = sealed();
    assess(story.to(2), [german({ protection: SEALED, loss: 'permanent' })]);
    expect(story.obligation(PEOPLE).status).toBe('drafted');
  });
});

describe("a person's reason stands while the duty, whom it tells and what it must say are the same", () => {
  const waived = () => {
    const story = aware();
    waive(story, PEOPLE, 'gdpr-34-3-b');
    return story;
  };

  test('whatever else is assessed', () => {
    const story = waived();
    assess(story.to(2), [german({ records: 12_345 })]);
    expect(story.obligation(PEOPLE).status).toBe('waived');
  });

  test('and falls when other data is affected: of that nobody decided', () => {
    const story = waived();
    assess(story.to(2), [german({ categories: ['name', 'bank-account'] })]);
    expect(story.obligation(PEOPLE).status).toBe('drafted');
  });

  test('and falls when it would tell others', () => {
    const story = waived();
    assess(story.to(2), [german({ individuals: 900, residence: { DE: 900 } })]);
    expect(story.obligation(PEOPLE).status).toBe('drafted');
    expect(story.last('obligation-reopened', PEOPLE).data.reason).toContain(
      'whom it tells or what it must say changed',
    );
  });
});

/** The notice to people is mailed; some are reached. */
function mailed(over: { stop?: true } = {}): Story {
  const story = aware();
  story.world.silent = ['dispatch'];
  story.send('approve', { obligation: PEOPLE, incompleteBecause: 'people must block their cards tonight' });
  story.to(3);
  if (over.stop) story.send('stop-sending', { obligation: PEOPLE, reason: 'it names the wrong product', by: ONCALL });
  report(story, PEOPLE, {
    of: 'people',
    groups: [{ dataSet: 'accounts', country: 'DE', listed: 200, told: 50 }],
  });
  return story;
}

function report(story: Story, obligation: string, counted: Counted): void {
  const { round, stopped } = story.obligation(obligation);
  const sent = counted.of === 'people' ? counted.groups[0]!.told : counted.reached.length;
  const evidence = {
    ...{ channel: 'email', recipients: sent + 3, sent, failed: 3, renderings: [] },
    ...{ firstSentAt: story.now, lastSentAt: story.now },
  };
  story.report({ kind: 'delivered', obligation, round, evidence, counted, ...(stopped && { stopped: true }) });
}

test('a letter that a person stopped stays stopped when its waiver falls: silence does not send it, nor anything but a person', () => {
  const story = mailed({ stop: true });
  expect(story.obligation(PEOPLE).stopped).toMatchObject({ by: ONCALL });
  waive(story, PEOPLE, 'gdpr-34-3-c');
  expect(story.obligation(PEOPLE).status).toBe('waived');
  assess(story.to(5), [german({ individuals: 900, residence: { DE: 900 } })]);
  expect(story.obligation(PEOPLE)).toMatchObject({ status: 'drafted', stopped: { by: ONCALL } });
  expect(story.folded()).toEqual(story.state);
});

describe('a notice that told some, and is waived for the rest', () => {
  test('says in the record, the history and the explanation who was told, who was not and on what ground', () => {
    const story = mailed();
    expect(story.obligation(PEOPLE).status).toBe('partly-told');
    waive(story, PEOPLE, 'gdpr-34-3-c');
    const inPart = {
      told: 50,
      of: 200,
      untold: { people: [{ dataSet: 'accounts', country: 'DE', count: 150 }] },
    };
    const waived = story.last('obligation-waived', PEOPLE);
    expect(waived.data).toMatchObject({ ground: 'gdpr-34-3-c', inPart });
    const said = '50 of 200 had been told; not told: accounts/DE 150 people';
    expect(narrate(waived, story.pack).text.toLowerCase()).toContain(said.toLowerCase());
    const [explained] = explain(story.state, story.pack).flatMap(({ obligations }) =>
      obligations.filter(({ id }) => id === PEOPLE),
    );
    expect(explained!.decision).toMatchObject({ ground: 'gdpr-34-3-c', inPart });
    expect(board(story.state, story.pack, story.now).find(({ id }) => id === PEOPLE)!.status).toBe(
      'waived; 50 of 200 had been told',
    );
    const record = groupEntry(story.events);
    expect(recordLines(record, { width: 300, style: (text: string) => text } as never).join('\n')).toContain(said);
    expect(record.notRequired.find(({ obligation }) => obligation === PEOPLE)).toMatchObject({ inPart: said });
    // What went out is in the register, though the duty was never fulfilled.
    expect(record.notifications.filter(({ obligation }) => obligation === PEOPLE)).toMatchObject([
      { channel: 'email', sent: 50, recipients: 53, inPart: true },
    ]);
  });

  test('what went out is in the register also while the rest is owed', () => {
    const record = groupEntry(mailed().events);
    expect(record.notifications.filter(({ obligation }) => obligation === PEOPLE)).toMatchObject([
      { channel: 'email', sent: 50, inPart: true },
    ]);
  });

  test("is not waived past the law's duty that it serves: nobody would write to the rest", () => {
    const story = aware([stored()], { workspaces: ['ws-1', 'ws-2'] });
    story.world.silent = ['dispatch'];
    story.send('approve', { obligation: CUSTOMERS });
    report(story.to(3), CUSTOMERS, {
      ...{ of: 'workspaces', reached: ['ws-1'], unreached: [{ workspace: 'ws-2', why: 'undeliverable' }] },
      numbers: { told: 1, untold: 1 },
    });
    expect(story.obligation(CUSTOMERS).status).toBe('partly-told');
    waive(story, CUSTOMERS, 'promise-told-otherwise');
    expect(story.problems()).toEqual([
      expect.stringMatching(
        /^obligation: enterprise-notice tells under gdpr-art33-2-controllers .* too, and somebody is untold: ws-2/,
      ),
    ]);
    expect(story.obligation(LAW).status).not.toBe('fulfilled');
    expect(story.obligation(CUSTOMERS).status).toBe('partly-told');
  });
});

test('in an incident that began before each assessment opens a waiver, as its history has it', () => {
  const story = new Story({ serviceAffecting: false });
  const parsed = DeclarationSchema.parse(declaration({ serviceAffecting: false }));
  const began = { ofSender: () => true, draftsByText: () => true, waiversByFacts: () => false };
  const { pack } = story;
  const first = openingOf(parsed, { sha256: 'a'.repeat(64), pack }, parsed.declaredAt, began);
  const { state, events } = open(incidentLifecycle(pack), parsed.id, first, parsed.declaredAt);
  Object.assign(story, { state, events: [...events], now: parsed.declaredAt });
  story.to(1).send('assess', { assessment: assessment({ dataSets: [german()] }), awareAt: at(1) });
  waive(story, PEOPLE, 'gdpr-34-3-b');
  expect(story.last('obligation-waived', PEOPLE).data).not.toHaveProperty('basis');
  assess(story.to(2), [german({ records: 12_345 })]);
  expect(story.obligation(PEOPLE).status).toBe('drafted');
});
