// The facts that forms ask, in the register: each is named by a rule, and what names a person can be erased.
import { AssessmentSchema } from '../../domain/incident/assessment';
import { loadDisclosures } from '../../policy/load-disclosure';
import { fieldsOf } from '../../register/fields';
import { FULL } from '../unit/domain/helpers/full-facts';

const table = loadDisclosures();
const assessment = AssessmentSchema.parse(FULL);

test.each([
  ['assessed', { revision: 1, assessment }, '/data/assessment'],
  ['declared', { declaration: { assessment } }, '/data/declaration/assessment'],
  ['triage-declared', { declaration: { assessment } }, '/data/declaration/assessment'],
])('of %s', (kind, data, under) => {
  const fields = fieldsOf({ kind, by: 'x', data } as never).filter(({ pointer }) => pointer.startsWith(under));
  expect(fields.filter(({ pointer }) => !table.isNamed(kind, pointer) && !table.of(kind, pointer)).length).toBe(0);
  const judged = fields.map(({ pointer, text }) => ({ text, ...table.of(kind, pointer, text) }));
  const personal = judged.filter((field) => field.personal).map(({ text }) => text);
  for (const word of ['Ada Example', 'security@host.example', 'Garda', 'Health data of minors', 'logins from abroad']) {
    const holding = judged.filter(({ text }) => text.includes(word));
    // The data sets are one field; what is said of their risk stands in the whole as well.
    const loose = holding.filter(({ text }) => !personal.includes(text) && !text.startsWith('['));
    expect({ word, loose }).toEqual({ word, loose: [] });
    expect(holding.every(({ to }) => to.includes('authority') && !to.includes('customer'))).toBe(
      word !== 'Health data of minors',
    );
  }
});
