/**
 * What one part of a policy says about another, of its own pack or of another one: problems that would otherwise show up
 * when a clock is armed or a duty is waived.
 */
import { type Calendar, deadline } from '../kernel/time';
import { isUnderLawOf, lawsOf } from '../places/law';
import { countryOf, placeName } from '../places/place';
import { type Condition, factsIn } from './conditions';
import { type Authority, type Ground, type Organisation, OTHER_GROUND, type Question, type Regime } from './pack';
import type { ObligationRule } from './rule';
import { needsTwoPersons } from './two-persons';
import { areSeveral } from './uncovered';

/** A policy, or as much of it as can be read. */
export interface PolicyParts {
  packs: ReadonlyArray<{ id: string }>;
  organisation?: Organisation;
  calendars: Record<string, Calendar>;
  regimes: Record<string, Regime>;
  authorities: Authority[];
  grounds: Ground[];
  questions: Question[];
  obligations: ObligationRule[];
}

/** What stands in the packs but cannot be read: naming it is no mistake. */
export interface Unreadable {
  obligations: string[];
  calendars: string[];
}

interface Named {
  obligations: Set<string>;
  calendars: Set<string>;
  grounds: Set<string>;
  questions: Set<string>;
}

/** The problems, each as "field: what is wrong: what to do"; where several packs are in force, with the pack before it. */
export function problemsBetween(
  parts: PolicyParts,
  unreadable: Unreadable = { obligations: [], calendars: [] },
): string[] {
  const named: Named = {
    obligations: new Set([...parts.obligations.map(({ id }) => id), ...unreadable.obligations]),
    calendars: new Set([...Object.keys(parts.calendars), ...unreadable.calendars]),
    grounds: new Set([...parts.grounds.map(({ id }) => id), OTHER_GROUND]),
    questions: new Set(parts.questions.map(({ id }) => id)),
  };
  return [
    ...twice('obligations', parts.obligations, parts),
    ...twice('grounds', parts.grounds),
    ...twice('questions', parts.questions),
    ...parts.obligations.flatMap((rule) => {
      const field = fieldOf(rule, parts);
      return [
        ...clockProblems(rule, field, named, parts.calendars),
        ...conditionProblems(rule.appliesWhen, `${field}.appliesWhen`, named),
        ...recipientProblems(rule, field, parts),
        ...toldWithProblems(rule, field, parts),
        ...twoPersonProblems(rule, field, parts),
      ];
    }),
    ...groundProblems(parts.grounds, named),
    ...circles(parts),
    ...authorityProblems(parts),
  ];
}

/** Silence is no second person: a notice that two persons approve must not go out by itself. */
function twoPersonProblems(rule: ObligationRule, field: string, { organisation }: PolicyParts): string[] {
  if (!organisation || !needsTwoPersons('approve', rule, organisation) || rule.channel === 'decision') return [];
  const sends = rule.dispatch === 'automatic' ? 'dispatch: "automatic"' : 'onSilence: "send"';
  const bySilence = rule.dispatch === 'automatic' || rule.onSilence === 'send';
  return [
    ...(bySilence
      ? [
          `${field}: ${sends} sends what two persons must approve (organisation.twoPersons): use dispatch "approval" and onSilence "alarm"`,
        ]
      : []),
    ...(rule.followUpOnStatus.length > 0
      ? [
          `${field}.followUpOnStatus: follow-ups go out without an approval, and two persons must approve this notice (organisation.twoPersons): leave "followUpOnStatus" out`,
        ]
      : []),
  ];
}

function fieldOf(rule: ObligationRule, { packs }: PolicyParts): string {
  return `${areSeveral(packs) ? `${rule.pack}: ` : ''}obligations[${rule.id}]`;
}

function twice(
  field: string,
  items: Array<{ id: string; pack?: string }>,
  { packs }: { packs: ReadonlyArray<{ id: string }> } = { packs: [] },
): string[] {
  return [...new Set(items.map(({ id }) => id))].flatMap((id) => {
    const same = items.filter((item) => item.id === id);
    if (same.length === 1) return [];
    const where = areSeveral(packs) ? `, in ${[...new Set(same.map(({ pack }) => pack))].join(' and ')}` : '';
    return [`${field}[${id}].id: appears twice${where}: give each its own id`];
  });
}

function clockProblems(
  rule: ObligationRule,
  field: string,
  named: Named,
  calendars: Record<string, Calendar>,
): string[] {
  return rule.clocks.flatMap(({ from, within }, index) => {
    const clock = `${field}.clocks.${index}`;
    if (from.startsWith('fulfilled:') && !named.obligations.has(from.slice('fulfilled:'.length))) {
      return [
        `${clock}.from: "${from}" names no obligation: use the id of one of ${[...named.obligations].join(', ')}`,
      ];
    }
    if (typeof within !== 'string' && !named.calendars.has(within.calendar)) {
      const known =
        named.calendars.size > 0 ? `use one of ${[...named.calendars].join(', ')}` : 'add it under "calendars"';
      return [`${clock}.within.calendar: there is no calendar "${within.calendar}": ${known}`];
    }
    if (typeof within !== 'string' && !calendars[within.calendar]) return [];
    return fails(() => deadline('2026-01-31T00:00:00.000Z', within, calendars)).map((why) => `${clock}.within: ${why}`);
  });
}

function conditionProblems(condition: Condition, field: string, named: Named): string[] {
  return factsIn(condition).flatMap((each) => {
    if ('waived' in each) {
      const { obligation, ground } = each.waived;
      return [
        ...(named.obligations.has(obligation)
          ? []
          : [`${field}: waived: "${obligation}" names no obligation: correct the id`]),
        ...(named.grounds.has(ground)
          ? []
          : [`${field}: waived: there is no ground "${ground}": add it under "grounds"`]),
      ];
    }
    if (!('answers' in each)) return [];
    return Object.keys(each.answers)
      .filter((question) => !named.questions.has(question))
      .map((question) => `${field}: answers: nobody asks "${question}": add it under "questions"`);
  });
}

function recipientProblems(
  { recipient }: ObligationRule,
  field: string,
  { regimes, authorities }: PolicyParts,
): string[] {
  if (recipient.to !== 'authorities') return [];
  const { regime } = recipient;
  if (!regimes[regime]) {
    return [`${field}.recipient.regime: there is no regime "${regime}": add it under "regimes", with its authorities`];
  }
  if (authorities.some((authority) => authority.regime === regime)) return [];
  return [
    `${field}.recipient.regime: there is no authority of the regime "${regime}": ` +
      'add one to the pack or to policy/authorities.yaml',
  ];
}

/** One mail serves two duties only when both tell the same people by email, and the other does not lean on a third. */
function toldWithProblems(rule: ObligationRule, field: string, { obligations }: PolicyParts): string[] {
  const other = obligations.find(({ id }) => id === rule.toldWith);
  if (!other) return [];
  const same = JSON.stringify(other.recipient) === JSON.stringify(rule.recipient);
  if (rule.channel === 'email' && other.channel === 'email' && same && !other.toldWith && other !== rule) return [];
  return [`${field}.toldWith: ${other.id} does not tell the same people by email: leave "toldWith" out`];
}

function groundProblems(grounds: Ground[], named: Named): string[] {
  return grounds.flatMap(({ id, waives, onlyWhen }) => [
    ...waives
      .filter((obligation) => !named.obligations.has(obligation))
      .map((obligation) => `grounds[${id}].waives: "${obligation}" names no obligation: correct the id`),
    ...(onlyWhen ? conditionProblems(onlyWhen, `grounds[${id}].onlyWhen`, named) : []),
  ]);
}

/** Rules whose every clock waits for a rule that waits for them in turn: none of them would ever be due. */
function circles(parts: PolicyParts): string[] {
  const rules = parts.obligations;
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
      (rule) => `${fieldOf(rule, parts)}.clocks: waits in a circle and can never be due: start one clock from an event`,
    );
}

function authorityProblems({ authorities, organisation, regimes }: PolicyParts): string[] {
  const keys = authorities.map(({ key }) => key);
  const problems = [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))].map(
    (key) => `authorities[${key}].key: appears twice: give each authority its own key`,
  );
  if (!organisation) return problems;
  const { authorityFor, mainEstablishment } = organisation;
  for (const [country, key] of Object.entries(authorityFor)) {
    // The authorities of a part, like a Land, stand under its state.
    const state = lawsOf(country).at(-1);
    if (authorities.some((row) => row.key === key && row.country === state)) continue;
    const known = authorities.filter((row) => row.country === state).map((row) => row.key);
    problems.push(
      `organisation.authorityFor.${country}: "${key}" is not an authority of ${country}: use one of ${known.join(', ') || '(none is known)'}`,
    );
  }
  const withLead = Object.entries(regimes).filter(([, regime]) => regime.authorities === 'lead-or-each-state');
  if (mainEstablishment === 'none' || withLead.length === 0) return problems;
  const led = withLead.find(([, { territory }]) => isUnderLawOf(mainEstablishment, territory));
  if (!led) {
    problems.push(
      `organisation.mainEstablishment: "${mainEstablishment}" has no lead authority under the ` +
        `${withLead.map(([, { title }]) => title).join(', ')}: give a country of its territory, or none; other ` +
        'countries stand under "establishments"',
    );
    return problems;
  }
  return [
    ...problems,
    ...severalAuthorities(
      organisation,
      authorities.filter(({ regime }) => regime === led[0]),
    ),
  ];
}

/** A state with an authority in each of its parts, like Germany, does not say which of them is the lead. */
function severalAuthorities({ mainEstablishment, authorityFor }: Organisation, authorities: Authority[]): string[] {
  const state = lawsOf(mainEstablishment).at(-1)!;
  const own = authorities.filter(({ country }) => country === countryOf(state));
  const chosen = lawsOf(mainEstablishment).some((place) => authorityFor[place]);
  const named = own.some(({ key }) => key === mainEstablishment.toLowerCase() && mainEstablishment !== state);
  if (own.length < 2 || chosen || named) return [];
  return [
    `organisation.mainEstablishment: ${placeName(state)} has ${own.length} authorities, so which leads? Name the part, like ` +
      `${state}-BY, or set authorityFor.${state} to one of ${own.map(({ key }) => key).join(', ')}`,
  ];
}

function fails(act: () => unknown): string[] {
  try {
    act();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
