/** The words of the answers that authorities' forms offer: the codes of `facts/codes.ts`, as one language says them. */
import type { z } from 'zod';
import type * as codes from '../../facts/codes';
import type { Weighed } from '../../facts/risk-judgement';

type Code<S extends z.ZodType> = Extract<z.infer<S>, string>;

/** What is asked, with the codes that may answer it. */
export interface Answers {
  sector: 'private' | 'public';
  size: 'micro-or-freelance' | 'small-or-medium' | 'large' | 'other';
  'discovered-by': Code<typeof codes.DiscoverySchema>;
  kind: Code<typeof codes.IncidentNatureSchema>;
  cause: Code<typeof codes.CauseSchema>;
  exfiltrated: Code<typeof codes.ExfiltratedSchema>;
  unintelligible: Code<typeof codes.IntactSchema>;
  altered: Code<typeof codes.AlterationSchema>;
  lost: Code<typeof codes.LossSchema>;
  subjects: Code<typeof codes.SubjectsSchema>;
  'data-types': Code<typeof codes.DataTypeSchema>;
  special: (typeof codes.SPECIAL_DATA)[number] | 'none';
  measures: Code<typeof codes.SafeguardSchema>;
  impact: Code<typeof codes.ImpactSchema>;
  severity: Code<typeof codes.SeveritySchema>;
  risk: 'unlikely' | 'risk' | 'high' | 'unknown';
  'significant-harm': 'yes' | 'no' | 'unknown';
  police: 'yes' | 'no' | 'unknown';
  party: Code<typeof codes.PartyRoleSchema>;
  body: Code<typeof codes.BodySchema>;
  attachment: Code<typeof codes.AttachmentSchema>;
}
export type Ask = keyof Answers;

/** Where each code has words. */
export type EveryAnswer = { [A in Ask]: Record<Answers[A], string> };

export interface FormWords {
  /** The question; none where the line is about a data set or a name, which stands in its place. */
  asks: Partial<Record<Ask, string>>;
  answers: EveryAnswer;
  factors: Record<Weighed, string>;
  /** Between what is asked and its answer. */
  colon: string;
  caseNumber(id: string): string;
  /** When a party told the controller, or when it was told. */
  told: Record<'us' | 'them', (at: string) => string>;
  /** The same of those of whom it is known only by when they were told. */
  toldBy(at: string): string;
  /** When somebody outside told the controller: a sentence of its own. */
  weWereTold(at: string): string;
  noOfficer: string;
}
