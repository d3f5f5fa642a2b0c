/** The names of an entry's fields, for logs of others that chain in the same way under other names. */
import { z } from 'zod';

const name = z.string().min(1, 'must not be empty').max(200);

/** Field of the audit log → the name that the log has for it. What is left out has its own name. */
export const MappingSchema = z
  .strictObject({
    seq: name.default('seq'),
    prev: name.default('prev'),
    hash: name.default('hash'),
    at: name.default('at'),
    actor: name.default('actor'),
    action: name.default('action'),
    target: name.default('target'),
    ip: name.default('ip'),
    data: name.default('data'),
  })
  .refine((names) => new Set(Object.values(names)).size === Object.keys(names).length, 'two fields have the same name');
export type Mapping = z.output<typeof MappingSchema>;

export const OWN_NAMES: Mapping = MappingSchema.parse({});
