/** Facts that stand in an assessment for those who are told, beside those that a duty hangs on. */
import { z } from 'zod';
import { CountSchema } from '../../kernel/count';
import { id, text } from '../../kernel/text';

const OwnNumbersSchema = z.strictObject({ individuals: CountSchema.optional(), records: CountSchema.optional() });
const PerWorkspaceSchema = z
  .record(id('a workspace id'), OwnNumbersSchema)
  .refine((counts) => Object.keys(counts).length <= 2_000, 'must name at most 2,000 workspaces');

/**
 * `plainSummary`: what happened, for readers outside (GDPR Art. 12(1), 34(2)): plain words, no names of systems, no terms
 * of the trade. Notices to people and customers say it; they never say the incident's title.
 * `perWorkspace`: by data set, how many individuals and records of each workspace are affected: each customer is told its
 * own numbers.
 * It stands apart from the data sets, because these are shown to every customer in an export of the register.
 */
export const toldOfAssessment = {
  plainSummary: text(2000).optional(),
  perWorkspace: z.record(id('a data set id'), PerWorkspaceSchema).optional(),
};

/** Of one data set. `likelyConsequences`: of this one alone, for notices that are about some of the data sets only. */
export const toldOfDataSet = { likelyConsequences: text(4000).optional() };
