/** Who sees which field of a register entry, and which fields are personal data: a table of the policy, field by field. */
import { z } from 'zod';

/** Readers of the register. `internal` sees everything that was not erased. */
export const AUDIENCES = ['authority', 'customer', 'internal'] as const;
export type Audience = (typeof AUDIENCES)[number];

const KIND = /^(\*|[a-z][a-z0-9]*(-[a-z0-9]+)*)$/;
/** A JSON Pointer below `/by`, `/commandId` or `/data`; a segment `*` stands for any one name, a last `**` for all below. */
const POINTER = /^\/(by|commandId|data(\/[^/]+)*)$/;

export const DisclosureRuleSchema = z.strictObject({
  /** A kind of event, or `*` for all. */
  kind: z.string().regex(KIND, 'must be a kind of event, or "*"'),
  field: z
    .string()
    .regex(POINTER, 'must be a JSON Pointer like /data/text; "*" stands for one name, a last "**" for all'),
  /** Readers beside `internal`. */
  to: z.array(z.enum(['authority', 'customer'])).default([]),
  /** Kept under the incident's data key only, and gone when that is destroyed. Texts only. */
  personal: z.boolean().default(false),
});
export type DisclosureRule = z.infer<typeof DisclosureRuleSchema>;

/** The first rule that fits counts. A field that no rule fits is personal data, and shown to internal readers only. */
export const DisclosureTableSchema = z.strictObject({
  version: z.string(),
  rules: z.array(DisclosureRuleSchema).min(1),
});
export type DisclosureTable = z.infer<typeof DisclosureTableSchema>;

/** What holds for one field of one kind of event. */
export interface Disclosure {
  personal: boolean;
  to: readonly Audience[];
}

const UNJUDGED: Disclosure = { personal: true, to: ['internal'] };

/** A table to look fields up in; each answer is worked out once. */
export class Disclosures {
  private readonly known = new Map<string, Disclosure>();

  constructor(private readonly table: DisclosureTable) {}

  /** What holds for a field (JSON Pointer) of a kind of event. */
  of(kind: string, pointer: string): Disclosure {
    const key = `${kind} ${pointer}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const rule = this.table.rules.find(
      (each) => (each.kind === '*' || each.kind === kind) && fits(each.field, pointer),
    );
    const found = rule === undefined ? UNJUDGED : { personal: rule.personal, to: [...rule.to, 'internal'] as const };
    // Pointers may hold names from outside: what is remembered is bounded.
    if (this.known.size < 10_000) this.known.set(key, found);
    return found;
  }

  /** Whether a field is personal data. Tocsin itself is no person. */
  isPersonal(kind: string, pointer: string, text: string): boolean {
    return this.of(kind, pointer).personal && !(pointer === '/by' && text === '"tocsin"');
  }

  isShown(kind: string, pointer: string, audience: Audience): boolean {
    return this.of(kind, pointer).to.includes(audience);
  }
}

function fits(pattern: string, pointer: string): boolean {
  const [wanted, given] = [pattern.split('/'), pointer.split('/')];
  return (
    wanted.every((name, i) => name === '*' || (name === '**' && i === wanted.length - 1) || name === given[i]) &&
    (wanted.at(-1) === '**' ? given.length >= wanted.length : given.length === wanted.length)
  );
}
