/** What is assessed: a person's judgement of the facts of an incident at one time. */
import { z } from 'zod';
import { jsonBytes, sizeText, WORKSPACE_BYTES } from '../kernel/bytes';
import { WhenSchema } from '../kernel/inexact-instant';
import { id, text } from '../kernel/text';
import { PolicyIdSchema } from '../policy/ids';
import { breachFacts } from './facts/breach';
import { contradictionsIn } from './facts/contradictions';
import { DataSetSchema } from './facts/data-set';
import { toleratedResidence } from './facts/residence';
import { toldOfAssessment } from './facts/told';

export { type DataSet, DataSetSchema } from './facts/data-set';

/**
 * Named one by one, as far as the work for each notice can name them too: about 5,000 UUIDs, or 10,000 shorter ids.
 */
export const WorkspaceIdsSchema = z
  .array(id('a workspace id'))
  .max(10_000, 'names too many: 10,000 can be named one by one; say "all" where all are affected')
  .refine((ids) => jsonBytes(ids) <= WORKSPACE_BYTES, {
    error: ({ input }) =>
      `is too large: ${sizeText(jsonBytes(input))}, and ${sizeText(WORKSPACE_BYTES)} of ids can be named one by one; say "all" where all are affected`,
  });
/** Workspaces whose data is affected: their ids in the directory, or all of them. */
export const WorkspacesSchema = z.union([z.literal('all'), WorkspaceIdsSchema], {
  error: 'must be "all" or a list of workspace ids',
});

const fields = {
  personalData: z.enum(['yes', 'possible', 'no', 'unknown']),
  workspaces: WorkspacesSchema.default([]),
  ...toldOfAssessment,
  howItOccurred: text().optional(),
  likelyConsequences: text().optional(),
  individualSteps: z.array(text(500)).max(20).default([]),
  /** Between which the breach took place. Neither need be known exactly; no clock hangs on them. */
  periodFrom: WhenSchema.optional(),
  periodTo: WhenSchema.optional(),
  /** Answers to the questions that the policy asks, by the question's id; what is left out is unknown. */
  answers: z.record(PolicyIdSchema, z.enum(['yes', 'no', 'unknown'])).optional(),
  ...breachFacts,
};

function consistent<S extends z.ZodType<Parameters<typeof contradictionsIn>[0]>>(schema: S): S {
  return schema.superRefine((assessment, context) => {
    for (const { path, message } of contradictionsIn(assessment)) context.addIssue({ code: 'custom', path, message });
  }) as S;
}

/** The fields of an assessment, for whoever lists or explains them. */
export const AssessmentFields = z.strictObject({ ...fields, dataSets: z.array(DataSetSchema).max(100).default([]) });

/** A person's judgement of the facts at one time. A later one replaces it whole. Facts that contradict are refused. */
export const AssessmentSchema = consistent(AssessmentFields);
export type Assessment = z.infer<typeof AssessmentSchema>;

/** Reads a data set of a declaration; typed like one that is assessed, so that senders see its fields. */
const DeclaredDataSetSchema = z.preprocess(toleratedResidence, DataSetSchema) as unknown as typeof DataSetSchema;

/** The same within a declaration, which must not be lost: a place that cannot be read costs that place. */
export const DeclaredAssessmentSchema = consistent(
  z.strictObject({
    ...fields,
    dataSets: z.array(DeclaredDataSetSchema).max(100).default([]),
  }),
);
