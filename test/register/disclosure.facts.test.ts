// The facts that forms ask, in the register: each is named by a rule, and what names a person can be erased.
import { AssessmentSchema } from '../../domain/incident/assessment';
import { judgementsApart } from '../../domain/incident/facts/judgements';
import { loadDisclosures } from '../../policy/load-disclosure';
import { fieldsOf } from '../../register/fields';
import { FULL } from '../unit/domain/helpers/full-facts';
import { Story } from '../unit/domain/helpers/story';

const table = loadDisclosures();
const stated = judgementsApart(AssessmentSchema.parse(FULL));
const { assessment } = stated;

test.each([
  ['assessed', { revision: 1, ...stated }, '/data'],
  ['declared', { declaration: { assessment } }, '/data/declaration/assessment'],
  ['triage-declared', { declaration: { assessment } }, '/data/declaration/assessment'],
])('of %s', (kind, data, under) => {
  const fields = fieldsOf({ kind, by: 'x', data } as never).filter(({ pointer }) => pointer.startsWith(under));
  expect(fields.filter(({ pointer }) => !table.isNamed(kind, pointer)).map(({ pointer }) => pointer)).toEqual([]);
  for (const word of ['Ada Example', 'security@host.example', 'Garda', 'Health data of minors', 'logins from abroad']) {
    const holding = fields.filter(({ text }) => text.includes(word));
    expect({ word, fields: holding.length }).toEqual({
      word,
      fields: kind === 'assessed' || !/minors/.test(word) ? 1 : 0,
    });
    for (const { pointer, text } of holding) {
      expect({ pointer, ...table.of(kind, pointer, text) }).toMatchObject({
        personal: true,
        to: ['authority', 'internal'],
      });
    }
  }
});

test('the reasoning on a data set stands apart from it in the register, and together with it in the state', () => {
  const story = new Story();
  story.send('assess', { assessment: FULL });
  const { data } = story.last('assessed');
  expect(data.assessment.dataSets[0]).not.toHaveProperty('riskJudgement');
  expect(data.judgements).toMatchObject({ accounts: { reasoning: 'Health data of minors' } });
  expect(story.state.assessment!.facts).toEqual(AssessmentSchema.parse(FULL));
  expect(story.folded()).toEqual(story.state);
  const declared = new Story({ assessment: FULL });
  expect(JSON.stringify(declared.last('declared').data)).not.toContain('Health data of minors');
  expect(declared.state.assessment!.facts).toEqual(AssessmentSchema.parse(FULL));
});
