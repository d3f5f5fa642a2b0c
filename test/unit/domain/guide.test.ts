// Questions for whoever assesses: only what could change a duty or what something lacks, and what an answer would change.
import { askForFacts } from '../../../cli/commands/incident/assess-guided';
import { Output } from '../../../cli/rendering/output';
import { AssessmentSchema } from '../../../domain/incident/assessment';
import { effectsOf, guideQuestions, NO_FACTS, newDataSet } from '../../../domain/incident/guide';
import { judgeDataSet } from '../../../domain/policy/data-set-facts';
import { type AssessmentInput, accounts, assessment } from './helpers/facts';
import { TRUST_CENTER as pack } from './helpers/pack';
import { Story } from './helpers/story';

const facts = (over: Partial<AssessmentInput> = {}) => AssessmentSchema.parse(assessment(over));
const asked = (over: Partial<AssessmentInput>) => {
  const story = new Story({ serviceAffecting: false }).to(1);
  story.send('assess', { assessment: assessment(over) });
  return guideQuestions(story.state, pack, facts(over)).map(({ path }) => path.join('.'));
};

test('first of all: is personal data affected, with the duties that hang on it', () => {
  const { state } = new Story({ serviceAffecting: false });
  const [first] = guideQuestions(state, pack, NO_FACTS);
  expect(first).toMatchObject({ path: ['personalData'], choices: ['yes', 'possible', 'no'] });
  expect(first!.because).toContain('Report to the EU supervisory authority');
});

test('while it is possible, whether personal data is affected is asked first; known, it is not', () => {
  expect(asked({ personalData: 'possible', dataSets: [] })[0]).toBe('personalData');
  expect(asked({ personalData: 'yes', dataSets: [] })).not.toContain('personalData');
});

test('without personal data, nothing of data sets is asked', () => {
  expect(asked({ personalData: 'no' })).toEqual([]);
});

test('where personal data is affected and no set is named, a set is asked for', () => {
  expect(asked({ personalData: 'yes', dataSets: [] })).toContain('dataSets.0');
});

test('what is known is not asked again', () => {
  const known = asked({ dataSets: [accounts()] });
  expect(known.filter((path) => path.startsWith('dataSets'))).toEqual([]);
});

test.each<[string, Parameters<typeof accounts>[0], string, boolean]>([
  ['the risk, where people of the Union are affected', { risk: 'unknown' }, 'dataSets.0.risk', true],
  [
    'not the risk, where nobody is whom the GDPR protects',
    { risk: 'unknown', residence: { US: 9 } },
    'dataSets.0.risk',
    false,
  ],
  ['significant harm, where people in Canada are', { significantHarm: 'unknown' }, 'dataSets.0.significantHarm', true],
  [
    'not significant harm, where nobody in Canada is',
    { significantHarm: 'unknown', residence: { DE: 9 } },
    'dataSets.0.significantHarm',
    false,
  ],
  ['where they live', { residence: {}, individuals: 5 }, 'dataSets.0.residence', true],
  [
    'the keys, where a ground hangs on them',
    { protection: { encrypted: 'yes', keysTaken: 'unknown' } },
    'dataSets.0.protection.keysTaken',
    true,
  ],
  [
    'not the keys, where nothing is encrypted',
    { protection: { encrypted: 'no', keysTaken: 'unknown' } },
    'dataSets.0.protection.keysTaken',
    false,
  ],
  ['how many people', { individuals: undefined }, 'dataSets.0.individuals', true],
])('asks for %s', (_what, over, path, is) => {
  expect(asked({ dataSets: [accounts(over)] }).includes(path)).toBe(is);
});

test('what a report lacks is asked for', () => {
  const lacks = asked({ likelyConsequences: undefined, individualSteps: [], periodFrom: undefined });
  expect(lacks).toEqual(expect.arrayContaining(['likelyConsequences', 'individualSteps', 'periodFrom']));
});

test('what an answer changes is told before it is sent', () => {
  const { state } = new Story({ serviceAffecting: false }).to(1);
  const before = facts({ dataSets: [accounts({ risk: 'unknown', residence: { DE: 1 } })] });
  const after = facts({ dataSets: [accounts({ risk: 'high', residence: { DE: 1 } })] });
  expect(effectsOf(state, pack, before, after)).toContain('Notice to affected individuals: undecided → owed');
  expect(effectsOf(state, pack, after, after)).toEqual([]);
});

test('two sets of one title have two ids', () => {
  const first = newDataSet('Account data!', 'controller', []);
  expect([first.id, newDataSet('Account data', 'processor', [first]).id]).toEqual(['account-data', 'account-data-2']);
});

describe('at the terminal', () => {
  async function conversation(...answers: Array<string | undefined>) {
    const { state } = new Story({ serviceAffecting: false }).to(1);
    const text: string[] = [];
    const sink = { isTTY: false, columns: 100, write: (chunk: string) => text.push(chunk) > 0 };
    const result = await askForFacts(state, pack, new Output(sink as never, {}), async () => answers.shift());
    return { result, text: text.join('') };
  }

  test('answers become facts; each says what it changes; nothing is sent without yes', async () => {
    const answers = ['yes', 'Accounts, controller', 'IE 40, CA-QC 2, unknown 0', '?', 'high', '', 'done', 'yes'];
    const { result, text } = await conversation(...answers);
    expect(result).toMatchObject({
      personalData: 'yes',
      dataSets: [{ id: 'accounts', role: 'controller', risk: 'high', residence: { IE: 40, 'CA-QC': 2 } }],
    });
    expect(text).toContain('Report to the EU supervisory authority: undecided → owed');
    expect((await conversation(...answers.slice(0, -1), 'no')).result).toBeUndefined();
  });

  test('an answer that cannot be read is asked for again, with what is wrong', async () => {
    const { result, text } = await conversation('yes', 'Accounts, controller', 'EU 40', 'IE 40', 'done', 'yes');
    expect(text).toContain('name the countries');
    expect(result!.dataSets[0]!.residence).toEqual({ IE: 40 });
  });

  test('the end of the input sends nothing', async () => {
    expect((await conversation(undefined)).result).toBeUndefined();
  });
});

test('a risk that is likely and not high does not read as the high one that is asked for', () => {
  const [dataSet] = facts({ dataSets: [accounts({ risk: 'risk' })] }).dataSets;
  const said = (risk: Array<'risk' | 'high'>) => judgeDataSet(dataSet!, { risk });
  expect(said(['high']).because.join()).toMatch(/^a risk is likely, but not a high one, for data set "/);
  expect(said(['risk', 'high']).because.join()).toMatch(/^a risk is likely for data set "/);
});
