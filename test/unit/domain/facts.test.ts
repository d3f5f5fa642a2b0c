// The facts that authorities' forms ask: all of them have a place, none is needed, and earlier assessments are read as before.
import { z } from 'zod';
import { AssessmentFields, AssessmentSchema } from '../../../domain/incident/assessment';
import { AttachmentSchema, DataTypeSchema, FACTS_EDITION, SPECIAL_DATA } from '../../../domain/incident/facts/codes';
import { DataSetSchema } from '../../../domain/incident/facts/data-set';
import { problemsOf } from '../../../domain/kernel/problems';
import { assessment, at } from './helpers/facts';
import { FULL } from './helpers/full-facts';

test('an assessment with every fact is read; a code that is named twice counts once', () => {
  const { dataSets, ...whole } = AssessmentSchema.parse(FULL);
  expect(dataSets[0]).toMatchObject({ handledFor: ['IE'], dataTypes: ['contact-details', 'health', 'other'] });
  expect(whole.parties!.host!.toldUsAt).toBe(at(-1));
});

test('an assessment of before the forms is read as it was: nothing more is needed, nothing is added', () => {
  const before = assessment();
  expect(AssessmentSchema.parse(before)).toMatchObject(before);
  expect(AssessmentSchema.parse({ personalData: 'unknown' })).toEqual({
    personalData: 'unknown',
    dataSets: [],
    workspaces: [],
    individualSteps: [],
  });
});

test.each<[string, object, string]>([
  ['a code that is none', { nature: { cause: 'hackers' } }, 'nature.cause'],
  ['a hash that is none', { attachments: { a: { kind: 'other', title: 'x', sha256: 'abc' } } }, 'attachments.a.sha256'],
  ['a field that is none', { discovered: { who: 'us' } }, 'discovered'],
  ['a reporter without a function', { reporter: { name: 'A', contact: 'B' } }, 'reporter.function'],
])('%s is refused at its field', (_what, more, field) => {
  const parsed = AssessmentSchema.safeParse({ ...assessment(), ...more });
  expect(parsed.success).toBe(false);
  if (!parsed.success) expect(problemsOf(parsed.error).map((line) => line.split(':')[0])).toEqual([field]);
});

test('the codes name their edition, a draft; special categories are types of data', () => {
  expect(FACTS_EDITION).toBe('edpb-template/1.0-draft');
  expect(SPECIAL_DATA.every((code) => (DataTypeSchema.options as readonly string[]).includes(code))).toBe(true);
  expect(AttachmentSchema.options).toHaveLength(10);
});

test('the schema is given to editors as JSON Schema, with the codes', () => {
  const schema = JSON.stringify(z.toJSONSchema(AssessmentFields, { io: 'input', unrepresentable: 'any' }));
  for (const word of ['external-malicious', 'may-be-subverted', 'minors', 'sha256']) expect(schema).toContain(word);
  expect(Object.keys(DataSetSchema.shape)).toContain('subjects');
});
