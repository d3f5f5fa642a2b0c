/** One affected set of personal data, as it is assessed. */
import { z } from 'zod';
import { CountSchema } from '../../kernel/count';
import { id, text } from '../../kernel/text';
import { PlaceCodeSchema } from '../../places/place';
import { codes } from './breach';
import { AlterationSchema, DataTypeSchema, ExfiltratedSchema, IntactSchema, LossSchema, SubjectsSchema } from './codes';
import { ResidenceSchema } from './residence';
import { RiskJudgementSchema } from './risk-judgement';
import { toldOfDataSet } from './told';

const YesNoUnknown = z.enum(['yes', 'no', 'unknown']);

/**
 * One affected set of personal data.
 * `role`: the company is *controller* for its own account data and *processor* for what customers store (GDPR Art. 4(7), (8));
 * a *joint controller* (Art. 26) has the duties of a controller.
 * `handledFor`: the establishments in the context of whose activities it is handled (GDPR Art. 3(1)), or under whose control
 * it is (PIPEDA s. 10.1(1)), by place; left out: any of the organisation's.
 * `subjects`, `dataTypes`: codes of the forms; `categories`, `subjectsDescription`: the same in words.
 * `records`, `individuals`: both asked for by GDPR Art. 33(3)(a); left out while not yet established.
 * `residence`: number of individuals by place; `null` when the number is not known.
 * `significantHarm`: the "real risk of significant harm" of PIPEDA s. 10.1, judged apart from the GDPR risk.
 * `placesNotRead`: what was wrong with places of a declaration, whose people then count as of unknown place.
 */
export const DataSetSchema = z.strictObject({
  id: id('a data set id'),
  title: text(200),
  role: z.enum(['controller', 'joint-controller', 'processor']),
  handledFor: z.array(PlaceCodeSchema).max(50).optional(),
  categories: z.array(text(120)).default([]),
  dataTypes: codes(DataTypeSchema).optional(),
  subjects: codes(SubjectsSchema).optional(),
  subjectsDescription: text(1000).optional(),
  records: CountSchema.optional(),
  individuals: CountSchema.optional(),
  residence: ResidenceSchema.default({}),
  placesNotRead: z.array(text(400)).max(20).optional(),
  exfiltrated: ExfiltratedSchema.optional(),
  protection: z
    .strictObject({
      encrypted: z.enum(['yes', 'partly', 'no', 'unknown']),
      keysTaken: YesNoUnknown,
      /** Whether it is still unintelligible to whoever has no right to it (field 57). */
      intact: IntactSchema.optional(),
    })
    .default({ encrypted: 'unknown', keysTaken: 'unknown' }),
  alteration: AlterationSchema.optional(),
  loss: LossSchema.optional(),
  risk: z.enum(['unlikely', 'risk', 'high', 'unknown']).default('unknown'),
  riskJudgement: RiskJudgementSchema.optional(),
  significantHarm: YesNoUnknown.default('unknown'),
  ...toldOfDataSet,
});
export type DataSet = z.infer<typeof DataSetSchema>;
