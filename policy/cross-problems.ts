import { type Calendar, CalendarSchema, deadline } from '../domain/kernel/time';
import { AuthoritySchema, type Condition, type ObligationRule, ObligationRuleSchema } from '../domain/policy/policy';

interface Parts {
  rules: ObligationRule[];
  ids: Set<string>;
  calendars: Record<string, Calendar>;
}

/**
 * What one field of a pack says about another: problems that would otherwise show up when a clock is armed.
 * Works on what can be read, so that they are reported together with the faults of the schema.
 */
export function crossProblems(raw: Record<string, unknown>): string[] {
  const obligations = Array.isArray(raw.obligations) ? raw.obligations : [];
  const calendars: Record<string, Calendar> = {};
  for (const [name, value] of Object.entries((raw.calendars ?? {}) as object)) {
    const parsed = CalendarSchema.safeParse(value);
    if (parsed.success) calendars[name] = parsed.data;
  }
  const parts: Parts = {
    rules: obligations.flatMap((each) => {
      const parsed = ObligationRuleSchema.safeParse(each);
      return parsed.success ? [parsed.data] : [];
    }),
    ids: new Set(obligations.map((each) => String((each as { id?: unknown } | null)?.id))),
    calendars,
  };
  const named = Object.keys((raw.calendars ?? {}) as object);
  return [
    ...duplicates(obligations),
    ...parts.rules.flatMap((rule) => [...clockProblems(rule, parts, named), ...conditionProblems(rule, parts)]),
    ...circles(parts.rules),
    ...authorityProblems(raw, parts.rules),
  ];
}

function duplicates(obligations: unknown[]): string[] {
  const ids = obligations.map((each) => (each as { id?: unknown } | null)?.id);
  const twice = new Set(ids.filter((id, index) => id !== undefined && ids.indexOf(id) !== index));
  return [...twice].map((id) => `obligations[${String(id)}].id: stands twice: give each obligation its own id`);
}

function clockProblems(rule: ObligationRule, { ids, calendars }: Parts, named: string[]): string[] {
  return rule.clocks.flatMap((clock, index) => {
    const field = `obligations[${rule.id}].clocks.${index}`;
    if (clock.from.startsWith('fulfilled:') && !ids.has(clock.from.slice('fulfilled:'.length))) {
      return [
        `${field}.from: "${clock.from}" names no obligation of this pack: use the id of one of ${[...ids].join(', ')}`,
      ];
    }
    if (clock.timeZone !== undefined && !isTimeZone(clock.timeZone)) {
      return [`${field}.timeZone: "${clock.timeZone}" is no IANA time zone: write it like America/Toronto`];
    }
    if (typeof clock.within !== 'string' && !named.includes(clock.within.calendar)) {
      const known = named.length > 0 ? `use one of ${named.join(', ')}` : 'add it under "calendars"';
      return [`${field}.within.calendar: "${clock.within.calendar}" is not in this pack: ${known}`];
    }
    if (typeof clock.within !== 'string' && !calendars[clock.within.calendar]) return [];
    return fails(() => deadline('2026-01-31T00:00:00.000Z', clock.within, calendars)).map(
      (why) => `${field}.within: ${why}`,
    );
  });
}

function conditionProblems(rule: ObligationRule, { ids }: Parts): string[] {
  return waivedRules(rule.appliesWhen)
    .filter((id) => !ids.has(id))
    .map(
      (id) => `obligations[${rule.id}].appliesWhen: waived: "${id}" names no obligation of this pack: correct the id`,
    );
}

function waivedRules(condition: Condition): string[] {
  if ('all' in condition) return condition.all.flatMap(waivedRules);
  if ('any' in condition) return condition.any.flatMap(waivedRules);
  if ('not' in condition) return waivedRules(condition.not);
  return 'waived' in condition ? [condition.waived] : [];
}

/** Rules whose every clock waits for a rule that waits for them in turn: none of them would ever be due. */
function circles(rules: ObligationRule[]): string[] {
  const startable = new Set<string>();
  const canStart = (rule: ObligationRule) =>
    rule.clocks.some(({ from }) => !from.startsWith('fulfilled:') || startable.has(from.slice('fulfilled:'.length)));
  for (let before = -1; before < startable.size; ) {
    before = startable.size;
    for (const rule of rules.filter(canStart)) startable.add(rule.id);
  }
  const ids = new Set(rules.map((rule) => rule.id));
  const isStuck = (rule: ObligationRule) =>
    !startable.has(rule.id) && rule.clocks.every(({ from }) => ids.has(from.slice('fulfilled:'.length)));
  return rules
    .filter(isStuck)
    .map(
      (rule) => `obligations[${rule.id}].clocks: waits in a circle and can never be due: start one clock from an event`,
    );
}

function authorityProblems(raw: Record<string, unknown>, rules: ObligationRule[]): string[] {
  const rows = (Array.isArray(raw.authorities) ? raw.authorities : []).flatMap((each) => {
    const parsed = AuthoritySchema.safeParse(each);
    return parsed.success ? [parsed.data] : [];
  });
  const keys = rows.map((row) => row.key);
  const problems = [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))].map(
    (key) => `authorities[${key}].key: stands twice: give each authority its own key`,
  );
  for (const rule of rules) {
    const { recipient } = rule;
    if (recipient.to === 'authorities' && !rows.some((row) => row.regime === recipient.regime)) {
      problems.push(
        `obligations[${rule.id}].recipient.regime: there is no authority of the regime "${recipient.regime}": ` +
          'add one to policy/authorities.yaml or to the pack',
      );
    }
  }
  const { authorityFor, mainEstablishment } = (raw.organisation ?? {}) as {
    authorityFor?: object;
    mainEstablishment?: string;
  };
  for (const [country, key] of Object.entries(authorityFor ?? {})) {
    if (rows.some((row) => row.key === key && row.country === country)) continue;
    problems.push(
      `organisation.authorityFor.${country}: "${String(key)}" is no authority of ${country}: ` +
        `use one of ${
          rows
            .filter((row) => row.country === country)
            .map((row) => row.key)
            .join(', ') || '(none is known)'
        }`,
    );
  }
  const gdpr = rows.filter((row) => row.regime === 'gdpr');
  if (mainEstablishment && mainEstablishment !== 'none' && gdpr.length > 0) {
    if (!gdpr.some((row) => row.country === mainEstablishment)) {
      problems.push(
        `organisation.mainEstablishment: there is no GDPR authority for "${String(mainEstablishment)}": ` +
          'give an EU or EEA country, or none',
      );
    }
  }
  return problems;
}

function isTimeZone(zone: string): boolean {
  return fails(() => new Intl.DateTimeFormat('en-GB', { timeZone: zone })).length === 0;
}

function fails(act: () => unknown): string[] {
  try {
    act();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
