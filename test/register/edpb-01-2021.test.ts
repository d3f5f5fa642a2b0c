// The EDPB's eighteen worked cases (Guidelines 01/2021) on the real packs: documented, notified, communicated as its tables say.
import path from 'node:path';
import { board } from '../../domain/incident/explain';
import { lacking } from '../../domain/incident/records';
import { loadDisclosures } from '../../policy/load-disclosure';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { documentOf } from '../../register/forms';
import { groupEntry } from '../../register/show';
import { EDPB_CASES, type EdpbCase } from '../cases/edpb-01-2021';
import { type AssessmentInput, at, COUNSEL } from '../unit/domain/helpers/facts';
import { Story } from '../unit/domain/helpers/story';
import { logOf, shownTo } from './readers';

const PACK = loadPolicy(DEFAULT_PACKS, {
  organisationFile: path.join(__dirname, '../cases/organisation-ie.yaml'),
}).pack;
const ART33 = 'gdpr-art33-authority';
const DPC = `${ART33}:ie-dpc`;
const ART34 = 'gdpr-art34-individuals';
const OF_LAW = PACK.obligations.filter(({ pack }) => ['gdpr', 'pipeda'].includes(pack)).map(({ id }) => id);
const WHY = 'I compared the case with the worked examples and found the same facts and the same measures in place';
const GROUPS = ['R1', 'R2', 'R3', 'R4', 'R5', 'R6'] as const;

const table = loadDisclosures();
const named = EDPB_CASES.map((one): [string, EdpbCase] => [`${one.no} ${one.title}`, one]);
const only = (wanted: (one: EdpbCase) => boolean) => named.filter(([, one]) => wanted(one));

type DataSet = NonNullable<AssessmentInput['dataSets']>[number];

/** The facts of a case as the company's own privacy team assesses them. */
function assessmentOf(one: EdpbCase, over: Partial<DataSet> = {}): AssessmentInput {
  const { data, nature, before, consequences, factors, reasoning, steps = [], how } = one;
  const { categories = [one.data.title.toLowerCase()], ...rest } = data;
  const people = typeof data.individuals === 'object' ? Object.values(data.individuals)[0]! : 30;
  const dataSet: DataSet = {
    id: 'people',
    role: 'controller',
    categories,
    records: 'cannot-be-determined',
    residence: { IE: people },
    significantHarm: 'no',
    ...rest,
    ...over,
  };
  return {
    personalData: 'yes',
    dataSets: [dataSet],
    plainSummary: how,
    howItOccurred: how,
    likelyConsequences: consequences,
    individualSteps: steps,
    periodFrom: at(-5),
    periodTo: at(0),
    nature,
    ...(before && { measuresBefore: before }),
    riskJudgement: { method: 'EDPB Guidelines 9/2022 and 01/2021', factors, reasoning },
  };
}

/** A case up to its assessment at one hour; what stops that is a contradiction. */
function assessed(one: EdpbCase, over: Partial<DataSet> = {}, without: Partial<AssessmentInput> = {}): Story {
  const { affects, title } = one;
  const story = new Story(
    { affects, title, kind: 'edpb-case', serviceAffecting: false, howItOccurred: undefined },
    PACK,
  );
  story.to(1).send('assess', { assessment: { ...assessmentOf(one, over), ...without }, awareAt: at(1), by: COUNSEL });
  return story;
}

/** What a person does on what the product proposes and drafts, up to the close. */
function played(one: EdpbCase): Story {
  const story = assessed(one);
  story.send('measure', { text: one.measure, by: COUNSEL });
  if (one.answer.authority) story.to(20).send('filed', { obligation: DPC, reference: 'IN-26-1', by: COUNSEL });
  if (one.answer.people) story.to(22).send('approve', { obligation: ART34, by: COUNSEL });
  // "More than 100,000" leaves open whether anybody is left whom the list does not have.
  const rest = {
    obligation: ART34,
    rest: true,
    reason: 'The list of customers is complete, as I compared',
    by: COUNSEL,
  };
  if (story.obligation(ART34).status === 'partly-told') story.send('leave-untold', rest);
  const open = Object.values(story.state.obligations).filter(({ status }) => status === 'proposed-not-owed');
  for (const { id } of open) story.send('not-owed', { obligation: id, reason: WHY, by: COUNSEL });
  story.send('status', { status: 'contained' });
  story.send('status', { status: 'resolved' });
  story.send('review', { rootCause: one.how, controls: [one.measure], shareSummary: false });
  for (const field of ['records-count', 'individuals-count', ...FORM_FIELDS])
    story.send('cannot-establish', {
      obligation: DPC,
      field,
      by: COUNSEL,
      reason: 'The guidelines do not say, and nobody can be asked',
    });
  story.send('close', { by: COUNSEL });
  return story;
}

/** What the form asks and the guidelines do not tell. */
const FORM_FIELDS = PACK.obligations
  .find(({ id }) => id === ART33)!
  .contents.flatMap(({ field, optional }) => (optional ? [] : [field]));

test('there are eighteen, and as many of each answer as in the guidelines', () => {
  expect(EDPB_CASES.map(({ no }) => no)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1));
  const count = (wanted: (one: EdpbCase) => boolean) => EDPB_CASES.filter(wanted).length;
  expect(count(({ answer }) => !answer.authority)).toBe(6);
  expect(count(({ answer }) => answer.authority && !answer.people)).toBe(3);
  expect(count(({ answer }) => answer.people)).toBe(9);
});

describe.each(named)('%s', (_name, one) => {
  test('its facts contradict nothing', () => {
    const story = assessed(one);
    expect(story.problems()).toEqual([]);
    expect(story.state.assessment?.facts.dataSets[0]).toMatchObject({ risk: one.data.risk });
  });

  test(`the authority ${one.answer.authority ? 'is notified' : 'is not: proposed, with its reasons, and for a person to confirm'}`, () => {
    const { obligations } = assessed(one).state;
    if (one.answer.authority) expect(obligations[DPC]).toMatchObject({ status: 'filing', dueAt: at(73) });
    else {
      expect(obligations[ART33]).toMatchObject({
        status: 'proposed-not-owed',
        proposal: { because: [`a risk is unlikely for data set "${one.data.title}"`] },
      });
      expect(obligations[DPC]).toBeUndefined();
    }
  });

  test(`the people ${one.answer.people ? 'are told' : 'are not: proposed, with its reasons, and for a person to confirm'}`, () => {
    const o = assessed(one).obligation(ART34);
    expect(o.status).toBe(one.answer.people ? 'drafted' : 'proposed-not-owed');
    const judged = one.data.risk === 'risk' ? 'a risk is likely, but not a high one,' : 'a risk is unlikely';
    if (!one.answer.people) expect(o.proposal!.because.join()).toContain(`${judged} for data set "${one.data.title}"`);
  });

  test('it closes with that alone: nothing else is owed, sent or filed', () => {
    const story = played(one);
    expect(story.state.closedAt).toBeDefined();
    expect(story.all('filing-opened').map(({ data }) => data.obligation)).toEqual(one.answer.authority ? [DPC] : []);
    expect(story.all('dispatch-started').map(({ data }) => data.obligation)).toEqual(one.answer.people ? [ART34] : []);
    const owed = [...(one.answer.authority ? [ART33] : []), ...(one.answer.people ? [ART34] : [])];
    const kept = board(story.state, PACK, story.now).filter(({ id }) => OF_LAW.includes(id.split(':')[0]!));
    expect(kept.filter(({ status }) => status === 'fulfilled').map(({ id }) => id.split(':')[0])).toEqual(owed);
    expect(kept.filter(({ settled }) => !settled)).toEqual([]);
  });

  test('the register holds it with its facts, effects, remedy and reasoning (Art. 33(5))', () => {
    const story = played(one);
    expect(GROUPS.flatMap((group) => lacking(group, story.state, PACK))).toEqual([]);
    expect(story.folded()).toEqual(story.state);
    const record = groupEntry(story.events);
    expect(record.nature.howItOccurred).toBe(one.how);
    expect(record.likelyConsequences).toBe(one.consequences);
    expect(record.measures.measures.map(({ text }) => text)).toContain(one.measure);
    expect(record.judgement).toContainEqual(['Reasoning', one.reasoning]);
    const notOwed = [...(one.answer.authority ? [] : [ART33]), ...(one.answer.people ? [] : [ART34])];
    const decided = record.notRequired.filter(({ obligation }) => notOwed.includes(obligation));
    expect(decided).toHaveLength(notOwed.length);
    for (const each of decided) expect(each).toMatchObject({ by: COUNSEL, reason: WHY, proposed: expect.any(String) });
    expect(record.owed).toEqual([]);
  });

  test('the form of the register for the authority shows R1 to R6 with the reasoning and every decision', () => {
    const { incidents } = documentOf({
      ...{ audience: 'authority', madeAt: at(100), scope: 'one incident', pack: PACK },
      organisation: PACK.organisation,
      entries: shownTo('authority', logOf(played(one).events, table), table),
      erasures: new Map(),
    });
    const [{ groups }] = incidents as [(typeof incidents)[number]];
    expect(groups.map(({ id }) => id)).toEqual([...GROUPS]);
    const shown = JSON.stringify(groups);
    for (const said of [one.how, one.consequences, one.reasoning, one.measure]) expect(shown).toContain(said);
    expect(shown.includes(WHY)).toBe(true);
    expect(shown.includes('IN-26-1')).toBe(one.answer.authority);
  });
});

describe('the opposite is challenged', () => {
  test.each(only(({ data }) => data.risk === 'unlikely' && data.protection?.encrypted !== 'no'))(
    '%s: unlikely rests on the keys, and is refused once they are taken',
    (_name, one) => {
      const story = assessed(one, { protection: { ...one.data.protection!, keysTaken: 'yes' } });
      expect(story.problems().join()).toMatch(/risk: is "unlikely" while "protection\.keysTaken" is "yes"/);
      expect(story.state.assessment).toBeUndefined();
    },
  );

  test.each(named)('%s: no lower level than a person has reasoned is confirmed', (_name, one) => {
    const lower = one.answer.people ? 'risk' : 'unlikely';
    const story = assessed(one, { risk: lower }, { riskJudgement: { method: 'EDPB Guidelines 9/2022' } });
    const obligation = one.answer.people ? ART34 : ART33;
    expect(story.obligation(obligation).status).toBe('proposed-not-owed');
    story.send('not-owed', { obligation, reason: WHY, by: COUNSEL });
    expect(story.problems().join()).toContain('riskJudgement.reasoning: data set');
    expect(story.obligation(obligation).status).toBe('proposed-not-owed');
  });

  test.each(only(({ answer }) => !answer.people))(
    '%s: a higher level opens what the guidelines do not ask',
    (_n, one) => {
      const story = played({ ...one, answer: one.answer });
      story.send('reopen', { reason: 'A person came to harm', by: COUNSEL });
      story.send('assess', { assessment: assessmentOf(one, { risk: 'high' }), by: COUNSEL });
      expect(story.obligation(DPC).status).not.toBe('not-required');
      expect(story.obligation(ART34)).toMatchObject({ status: 'drafted', clock: { anchorAt: expect.any(String) } });
    },
  );

  test.each(only(({ answer }) => answer.authority))('%s: the report is waived on no ground', (_name, one) => {
    const story = assessed(one);
    for (const ground of ['other', 'gdpr-34-3-a', 'gdpr-34-3-b', 'gdpr-34-3-c']) {
      story.send('waive', { obligation: ART33, ground, reason: WHY, by: COUNSEL });
      expect(story.problems().join()).toContain('no ground waives it');
    }
    expect(story.obligation(DPC).status).toBe('filing');
  });

  test.each(only(({ answer }) => answer.people))(
    '%s: nobody is left untold as "unintelligible" (Art. 34(3)(a))',
    (_n, one) => {
      const story = assessed(one);
      story.send('waive', { obligation: ART34, ground: 'gdpr-34-3-a', reason: WHY, by: COUNSEL });
      expect(story.problems().join()).toContain('gdpr-34-3-a needs data that is unintelligible');
      expect(story.obligation(ART34).status).toBe('drafted');
    },
  );
});

describe('Art. 34(3)(a) on the stolen tablets, if somebody judged the risk as high', () => {
  const tablets = EDPB_CASES.find(({ no }) => no === 10)!;
  const waived = (over: Partial<DataSet>) => {
    const story = assessed(tablets, { risk: 'high', ...over });
    story.send('waive', { obligation: ART34, ground: 'gdpr-34-3-a', reason: WHY, by: COUNSEL });
    return story.obligation(ART34).status === 'waived';
  };

  test('encrypted, its keys safe, with a backup: it holds', () => expect(waived({})).toBe(true));
  test.each<[string, Partial<DataSet>]>([
    ['without a backup, as the data is gone', { loss: 'permanent' }],
    ['where it is not known whether it can be restored', { loss: 'not-determined' }],
    ['where the data was altered', { alteration: 'wrong-use-reversible' }],
    ['where the encryption can be broken', { protection: { encrypted: 'yes', keysTaken: 'no', intact: 'no' } }],
    ['where it may be broken', { protection: { encrypted: 'yes', keysTaken: 'no', intact: 'may-be-subverted' } }],
    ['where nobody can tell', { protection: { encrypted: 'yes', keysTaken: 'no', intact: 'not-assessable' } }],
  ])('%s: it does not', (_what, over) => expect(waived(over)).toBe(false));
});
