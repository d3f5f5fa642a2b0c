/** Who sees which field of a register entry, and which fields are personal data: a table of the policy, field by field. */
import { z } from 'zod';

/** Readers of the register. `internal` sees everything that was not erased. */
export const AUDIENCES = ['authority', 'customer', 'internal'] as const;
export type Audience = (typeof AUDIENCES)[number];

const KIND = /^(\*|[a-z][a-z0-9]*(-[a-z0-9]+)*)$/;
/** A JSON Pointer: `/by`, `/commandId`, `/breakGlass`, or below `/data`; a segment `*` stands for any one name, a last `**` for all below. */
const POINTER = /^\/(by|commandId|breakGlass|data(\/[^/]+)*)$/;

const oneOrMore = <T extends z.ZodType<string>>(one: T) =>
  z.union([one.transform((each) => [each]), z.array(one).min(1)], { error: 'must be one, or a list' });

export const DisclosureRuleSchema = z.strictObject({
  /** Kinds of event, or `*` for all. */
  kind: oneOrMore(z.string().regex(KIND, 'must be a kind of event, or "*"')),
  field: oneOrMore(
    z
      .string()
      .regex(POINTER, 'must be a JSON Pointer like /data/text; "*" stands for one name, a last "**" for all below'),
  ),
  /** Readers beside `internal`. */
  to: z.array(z.enum(['authority', 'customer'])).default([]),
  /** Kept under the incident's data key only, and gone when that is destroyed. Texts and lists of texts only. */
  personal: z.boolean().default(false),
});

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
  /** By kind and pointer; `null`: no rule fits. */
  private readonly known = new Map<string, Map<string, Disclosure | null>>();
  private count = 0;

  constructor(private readonly table: DisclosureTable) {}

  /**
   * What holds for a field (JSON Pointer) of a kind of event. `text` is its value as JSON: an object that was recorded
   * whole is judged by what is in it, as strictly as the strictest of its fields.
   */
  of(kind: string, pointer: string, text = ''): Disclosure {
    if (!text.startsWith('{') || text === '{}') return this.ruleOf(kind, pointer) ?? UNJUDGED;
    const within = Object.entries(JSON.parse(text) as Record<string, unknown>).map(([name, value]) =>
      this.of(kind, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, JSON.stringify(value)),
    );
    return {
      personal: within.some(({ personal }) => personal),
      to: AUDIENCES.filter((audience) => within.every(({ to }) => to.includes(audience))),
    };
  }

  /** Whether a rule names the field: what none names falls to the strictest. */
  isNamed(kind: string, pointer: string): boolean {
    return this.ruleOf(kind, pointer) !== null;
  }

  /** Whether a field is personal data. Tocsin itself is no person. */
  isPersonal(kind: string, pointer: string, text: string): boolean {
    return this.of(kind, pointer, text).personal && !(pointer === '/by' && text === '"tocsin"');
  }

  isShown(kind: string, pointer: string, audience: Audience, text?: string): boolean {
    return this.of(kind, pointer, text).to.includes(audience);
  }

  private ruleOf(kind: string, pointer: string): Disclosure | null {
    let ofKind = this.known.get(kind);
    const known = ofKind?.get(pointer);
    if (known !== undefined) return known;
    const rule = this.table.rules.find(
      (each) =>
        (each.kind.includes('*') || each.kind.includes(kind)) && each.field.some((pattern) => fits(pattern, pointer)),
    );
    const found = rule === undefined ? null : { personal: rule.personal, to: [...rule.to, 'internal'] as const };
    // Pointers may hold names from outside: what is remembered is bounded.
    if (this.count < 10_000) {
      this.count += 1;
      ofKind ??= new Map();
      this.known.set(kind, ofKind.set(pointer, found));
    }
    return found;
  }
}

/** What stands for a text that this reader is not shown. */
export const WITHHELD = '[withheld]';
/** What stands for a text that nobody can read any more. */
export const ERASED = '[erased]';
export type StandIn = typeof WITHHELD | typeof ERASED;

/** Names under which events hold lists, wherever they stand: a list stands in for a list, so that the fold goes on. */
const LISTS = new Set(
  (
    'affects alarmAt alarms aliases attachmentNames attachments because beside block changed changes commands controls credentials dataSets daysOff fixedIn ' +
    'deliveries groups ids impacts indicators individualSteps isolate kinds languages maliciousSources missing organisations packs people problems reached ' +
    'renderings ringAgain steps systems tellAtOnce texts translations underWay unestablished unreached versions why workspaces'
  ).split(' '),
);

/** What stands in the place of a field that is not shown: a word, or a list of it. No data at all is an empty object. */
export function standIn(pointer: string, word: StandIn): StandIn | StandIn[] | Record<string, never> {
  if (pointer === '/data') return {};
  return LISTS.has(pointer.slice(pointer.lastIndexOf('/') + 1)) ? [word] : word;
}

/** Whether a value of an event, or of what was computed from events, is a stand-in; which. */
export function standInOf(value: unknown): StandIn | undefined {
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return one === WITHHELD || one === ERASED ? one : undefined;
}

function fits(pattern: string, pointer: string): boolean {
  const [wanted, given] = [pattern.split('/'), pointer.split('/')];
  return (
    wanted.every((name, i) => name === '*' || (name === '**' && i === wanted.length - 1) || name === given[i]) &&
    (wanted.at(-1) === '**' ? given.length >= wanted.length : given.length === wanted.length)
  );
}
