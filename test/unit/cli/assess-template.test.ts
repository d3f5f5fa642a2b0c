// `tocsin assess --template` and `--schema`: all facts and all codes are in them, and what is filled in is valid.
import { parse } from 'yaml';
import { assessmentJsonSchema } from '../../../cli/commands/incident/assess';
import { ASSESSMENT_TEMPLATE } from '../../../cli/commands/incident/assessment-template';
import { AssessmentFields, AssessmentSchema } from '../../../domain/incident/assessment';
import * as codes from '../../../domain/incident/facts/codes';
import { DataSetSchema } from '../../../domain/incident/facts/data-set';

const filledIn = ASSESSMENT_TEMPLATE.replaceAll(/^#:/gm, '');

test('as it is printed, it states nothing', () => {
  expect(AssessmentSchema.parse(parse(ASSESSMENT_TEMPLATE))).toMatchObject({ personalData: 'unknown', dataSets: [] });
});

test('with all its facts stated it is valid, and no field of the schema is left out', () => {
  const facts = AssessmentSchema.parse({ ...parse(filledIn), personalData: 'yes' });
  expect(Object.keys(facts).sort()).toEqual(Object.keys(AssessmentFields.shape).sort());
  const fields = Object.keys(DataSetSchema.shape).filter((field) => field !== 'placesNotRead');
  expect(Object.keys(facts.dataSets[0]!).sort()).toEqual(fields.sort());
});

test('it names every code, and its lines fit on a screen', () => {
  for (const schema of Object.values(codes)) {
    if (typeof schema !== 'object' || !('options' in schema)) continue;
    for (const code of schema.options) expect(ASSESSMENT_TEMPLATE).toMatch(new RegExp(`[ ,]${code}(,|$)`, 'm'));
  }
  expect(ASSESSMENT_TEMPLATE.split('\n').filter((line) => line.length > 120)).toEqual([]);
});

test('the JSON Schema lists the fields for editors', () => {
  const schema = assessmentJsonSchema() as { properties: object; required: string[] };
  expect(Object.keys(schema.properties).sort()).toEqual(Object.keys(AssessmentFields.shape).sort());
  expect(schema.required).toEqual(['personalData']);
  expect(JSON.stringify(schema)).toContain('external-malicious');
});
