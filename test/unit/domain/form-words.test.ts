/** Each answer that a form offers has words of its own in every language: no code is printed. */

import * as codes from '../../../domain/incident/facts/codes';
import { FORM_DE } from '../../../domain/incident/say/form/de';
import { FORM_EN } from '../../../domain/incident/say/form/en';
import { FORM_FR } from '../../../domain/incident/say/form/fr';

const OFFERED = {
  'discovered-by': codes.DiscoverySchema,
  kind: codes.IncidentNatureSchema,
  cause: codes.CauseSchema,
  exfiltrated: codes.ExfiltratedSchema,
  unintelligible: codes.IntactSchema,
  altered: codes.AlterationSchema,
  lost: codes.LossSchema,
  subjects: codes.SubjectsSchema,
  'data-types': codes.DataTypeSchema,
  measures: codes.SafeguardSchema,
  impact: codes.ImpactSchema,
  severity: codes.SeveritySchema,
  party: codes.PartyRoleSchema,
  body: codes.BodySchema,
  attachment: codes.AttachmentSchema,
} as const;

test.each([
  ['en', FORM_EN],
  ['fr', FORM_FR],
  ['de', FORM_DE],
])('%s', (_language, { answers }) => {
  for (const [ask, schema] of Object.entries(OFFERED)) {
    const words: Record<string, string> = answers[ask as keyof typeof OFFERED];
    expect([ask, Object.keys(words).sort()]).toEqual([ask, [...schema.options].sort()]);
    expect(new Set(Object.values(words)).size).toBe(schema.options.length);
  }
});

test('what the template tells apart is told apart: likely, and not possible to assess; protected, and probably not for ever', () => {
  expect(FORM_EN.answers.exfiltrated).toMatchObject({
    likely: expect.stringContaining('without evidence'),
    'no-evidence': expect.stringContaining('not possible to assess'),
  });
  for (const { answers } of [FORM_EN, FORM_FR, FORM_DE])
    expect(answers.unintelligible['may-be-subverted']).toMatch(/probabl|wahrscheinlich/);
});
