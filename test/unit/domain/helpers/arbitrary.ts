/** Arbitrary histories of an incident: what people, tools, time and the outside world may do, in any order. */
import fc from 'fast-check';
import { AWARENESS_BASES } from '../../../../domain/incident/awareness';
import type { MessageName } from '../../../../domain/incident/messages';
import { assessment, at, COUNSEL, ONCALL } from './facts';
import { FILING, packWith, TRUST_CENTER } from './pack';
import { NAMES } from './story';

export type Step =
  | { do: 'message'; name: MessageName; body: Record<string, unknown>; times: Record<string, number> }
  | { do: 'raw'; name: MessageName; raw: unknown }
  | { do: 'repeat'; nth: number }
  | { do: 'wait'; hours: number }
  | { do: 'wake' }
  | { do: 'answer'; nth: number }
  | { do: 'answer-all' }
  | { do: 'answer-again'; nth: number }
  | { do: 'alarm' };

const reason = fc.constantFrom('agreed with the customers on the phone', 'found later', 'police asked');
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const count = maybe(fc.nat(5000));
const yesNo = fc.constantFrom('yes', 'no', 'unknown');

const dataSet = fc.record({
  id: fc.constantFrom('a', 'b', 'c'),
  title: fc.constantFrom('Accounts', 'Content'),
  role: fc.constantFrom('controller', 'processor'),
  categories: fc.constantFrom([], ['name']),
  records: count,
  individuals: count,
  residence: fc.dictionary(
    fc.constantFrom('DE', 'FR', 'SE', 'CA', 'US', 'unknown'),
    maybe(fc.nat(9)).map((n) => n ?? null),
    {
      maxKeys: 3,
    },
  ),
  protection: fc.record({ encrypted: fc.constantFrom('yes', 'partly', 'no', 'unknown'), keysTaken: yesNo }),
  risk: fc.constantFrom('unlikely', 'risk', 'high', 'high', 'unknown'),
  significantHarm: yesNo,
});

const facts = fc.oneof(
  fc.constant(assessment()),
  fc.record({
    personalData: fc.constantFrom('yes', 'yes', 'possible', 'no', 'unknown'),
    dataSets: fc.uniqueArray(dataSet, { maxLength: 2, selector: (d) => d.id }),
    workspaces: fc.constantFrom<unknown[]>('all', [], ['ws-1'], ['ws-1', 'ws-2']),
    howItOccurred: maybe(fc.constant('A key in a log')),
    likelyConsequences: maybe(fc.constant('Phishing')),
  }),
);

const measure = fc.constantFrom(
  { action: 'block-source', source: '203.0.113.7' },
  { action: 'isolate-system', system: 'api' },
  { action: 'rotate-credential', credential: { provider: 'webhook', ref: 'k' } },
);

/** Whom a message means of those still untold. */
const whom = fc.oneof(
  fc.record({ workspaces: fc.subarray(['ws-1', 'ws-2', 'ws-3', 'ws-gone'], { minLength: 1 }) }),
  fc.record({
    people: fc.array(
      fc.record(
        {
          dataSet: fc.constantFrom('a', 'b', 'accounts'),
          country: fc.constantFrom('DE', 'FR', 'CA', 'unknown'),
          count: fc.integer({ min: 1, max: 6 }),
        },
        { requiredKeys: [] },
      ),
      { minLength: 1, maxLength: 2 },
    ),
  }),
);

/** Bodies by message; the obligation `#n` is the n-th of the incident as it then is, those still open first. */
function bodies(obligation: fc.Arbitrary<string>): Record<MessageName, fc.Arbitrary<Record<string, unknown>>> {
  return {
    assess: fc.record({
      assessment: fc.option(facts, { nil: undefined, freq: 5 }),
      awareBasis: maybe(fc.constantFrom(...AWARENESS_BASES)),
      reason,
    }),
    confirm: fc.record({ decline: fc.boolean(), reason: maybe(reason) }),
    status: fc.record({
      status: fc.constantFrom('investigating', 'identified', 'contained', 'monitoring', 'resolved'),
      note: maybe(reason),
      partly: fc.option(fc.boolean(), { nil: undefined, freq: 1 }),
      atUnknown: fc.option(fc.boolean(), { nil: undefined, freq: 1 }),
      despite: maybe(reason),
    }),
    correct: fc.record({
      severity: maybe(fc.constantFrom('sev1', 'sev2')),
      serviceAffecting: maybe(fc.boolean()),
      systems: maybe(fc.constantFrom(['api', 'ci-runner'], ['api'])),
      reason,
    }),
    contain: fc.oneof(
      fc.record({ measure }),
      fc.record({ undo: fc.constantFrom('block-source 203.0.113.7', 'isolate-system api', 'isolate-system nope') }),
    ),
    measure: fc.record({ text: fc.constantFrom('Key replaced', 'Sessions ended') }),
    translate: fc.record({
      language: fc.constantFrom('fr', 'de'),
      texts: fc.constantFrom([{ of: 'Phishing', is: 'Hameçonnage' }], [{ of: 'name', is: 'nom' }]),
    }),
    sender: fc.oneof(
      fc.record({ from: fc.constantFrom('security@other.example', 'Us <us@other.example>'), reason }),
      fc.record({ configured: fc.constant(true as const), reason }),
    ),
    'edit-draft': fc.record({
      obligation,
      draft: fc.constantFrom('00ff', 'a'),
      language: fc.constantFrom('en', 'fr'),
      subject: fc.constant('About your data'),
      body: fc.constant('What happened'),
    }),
    approve: fc.record({ obligation, draft: maybe(fc.constantFrom('00ff')), delayReasons: maybe(reason) }),
    told: fc
      .record({ obligation, channel: fc.constantFrom('phone', 'letter'), whom, rest: fc.boolean() })
      .map(({ whom, rest, ...given }) => ({ ...given, ...(rest ? { rest } : whom) })),
    'leave-untold': fc
      .record({ obligation, reason, whom, rest: fc.boolean() })
      .map(({ whom, rest, ...given }) => ({ ...given, ...(rest ? { rest } : whom) })),
    settle: fc
      .record({ obligation, accepted: fc.boolean(), reason })
      .map((given) => (given.accepted ? { ...given, at: '2026-04-01T03:00:00.000Z' } : given)),
    'stop-sending': fc.record({ obligation, reason }),
    hold: fc.record({ obligation, reason }),
    release: fc.record({ obligation, reason: maybe(reason) }),
    waive: fc.record({
      obligation,
      reason: fc.constantFrom('as agreed', 'the disk is wholly encrypted, and its key never left the vault'),
      ground: fc.constantFrom('other', 'other', 'other', 'gdpr-34-3-a', 'gdpr-34-3-c'),
    }),
    'not-owed': fc.record({
      obligation: maybe(obligation),
      all: fc.constantFrom(undefined, true),
      reason: fc.constantFrom('as agreed', 'the access log has no request from outside, as two of us read it'),
    }),
    'not-material': fc.record({ obligation, reason }),
    filed: fc.record({
      obligation,
      reference: fc.constantFrom('A', 'B', 'C', undefined),
      caseNumber: maybe(fc.constantFrom('AZ 1', 'AZ 2')),
      authority: maybe(fc.constantFrom('de-bfdi', 'opc')),
      delayReasons: maybe(reason),
    }),
    'decide-authority': fc.record({
      obligation,
      authority: fc.constantFrom('de-bfdi', 'fr-cnil', 'opc'),
      reason: fc.constantFrom('as agreed', 'most of the accounts were opened from that country, says the log'),
    }),
    'acted-at': fc.record({
      obligation,
      reason,
      at: fc.constantFrom(at(1), at(20), '2026-04-01', `${at(2)}..${at(90)}`),
      round: maybe(fc.constantFrom(1, 2)),
    }),
    'cannot-establish': fc.record({
      obligation,
      field: fc.constantFrom('records-count', 'individuals-count', 'likely-consequences', 'residence'),
      reason,
    }),
    review: fc.record({
      rootCause: fc.constantFrom('A key in a log', 'A lost laptop'),
      controls: fc.constant(['Logs are masked']),
      shareSummary: fc.boolean(),
      summary: fc.constant('In short'),
    }),
    'acknowledge-alarms': fc.record({ alarms: maybe(fc.constantFrom('all', [3, 7, 12, 20, 30])) }),
    reopen: fc.record({ reason }),
    'follow-up': fc.record({ text: fc.constantFrom('A letter', 'A question') }),
    link: fc.record({
      to: fc.constantFrom('INC-2026-001', 'INC-2'),
      relation: fc.constantFrom('caused-by', 'same-cause'),
    }),
    close: fc.constant({}),
  };
}

/** Which fields of a message may hold an instant. */
const TIMES: Partial<Record<MessageName, string>> = {
  assess: 'awareAt',
  status: 'at',
  correct: 'serviceAffectedFrom',
  measure: 'at',
  hold: 'until',
  filed: 'submittedAt',
  told: 'at',
};
const offset = fc.oneof(fc.constantFrom(-80, -70, -1, 0, 0.01, 1), fc.integer({ min: -100, max: 60 }));
/** What a hold may last; the other instants lie mostly a little back. */
const ahead = fc.constantFrom(0.5, 4, 30, 90);
const back = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(0, -0.1, 0.01) }, { weight: 1, arbitrary: offset });

const OFTEN: MessageName[] = [
  'assess',
  'assess',
  'assess',
  'approve',
  'approve',
  'approve',
  'filed',
  'filed',
  'status',
  'status',
  'waive',
  'not-owed',
  'hold',
  'release',
  'review',
  'told',
  'told',
  'leave-untold',
];

/** A step of an incident under a pack with these rules. */
export function steps(rules: string[], { maxLength = 30 } = {}): fc.Arbitrary<Step[]> {
  const obligation = fc.oneof(
    { weight: 8, arbitrary: fc.nat(30).map((n) => `#${n}`) },
    { weight: 2, arbitrary: fc.constantFrom(...rules) },
    { weight: 1, arbitrary: fc.constantFrom('nope', 'gdpr-art33-authority:se') },
  );
  const body = bodies(obligation);
  const message = fc.constantFrom(...OFTEN, ...OFTEN, ...NAMES).chain((name) =>
    fc.record({
      do: fc.constant('message' as const),
      name: fc.constant(name),
      body: fc
        .tuple(
          body[name],
          fc.constantFrom(ONCALL, COUNSEL, 'siem'),
          fc.option(fc.constantFrom('c-1', 'c-2', 'c-3', 'c-4'), { nil: undefined, freq: 1 }),
        )
        .map(([rest, by, commandId]) => ({ ...rest, by, commandId })),
      times: TIMES[name]
        ? maybe(name === 'hold' ? ahead : back).map(
            (o): Record<string, number> => (o === undefined ? {} : { [TIMES[name]!]: o }),
          )
        : fc.constant<Record<string, number>>({}),
    }),
  );
  const raw = fc.record({
    do: fc.constant('raw' as const),
    name: fc.constantFrom(...NAMES),
    raw: fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.record({
        by: fc.constant('siem'),
        status: fc.emailAddress(),
        obligation: fc.emailAddress(),
        assessment: fc.jsonValue({ maxDepth: 2 }),
      }),
      fc.dictionary(fc.emailAddress(), fc.emailAddress(), { maxKeys: 2 }),
    ),
  });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 20, arbitrary: message },
    { weight: 1, arbitrary: raw },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat' as const), nth: fc.nat(20) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.double({ min: 0, max: 80, noNaN: true }) }),
    },
    { weight: 3, arbitrary: fc.constant({ do: 'wake' as const }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('answer' as const), nth: fc.nat(9) }) },
    { weight: 6, arbitrary: fc.constant({ do: 'answer-all' as const }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('answer-again' as const), nth: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.constant({ do: 'alarm' as const }) },
  );
  return fc.noBias(fc.array(step, { minLength: 1, maxLength, size: 'max' }));
}

/** A pack with what the Trust Center does not use: chained clocks, months, business days, automatic notices, follow-up filings. */
export const ODD_PACK = {
  ...packWith(
    { grounds: [{ id: 'gdpr-34-3-c', title: 'Disproportionate effort', citation: 'x', waives: ['people'] }] },
    {
      id: 'report',
      ...FILING,
      clocks: [{ from: 'aware', within: 'PT72H' }],
      whenUndecided: 'apply',
      dismissal: 'person',
      appliesWhen: { dataSet: { role: 'controller' } },
      followUpOnStatus: ['contained', 'resolved'],
      delayReasons: true,
      repeatEvery: 'PT6H',
      alarmAt: [50, 100],
      contents: [{ field: 'individuals-count', title: 'Individuals', citation: 'x' }],
    },
    {
      id: 'final',
      ...FILING,
      recipient: { to: 'authorities', regime: 'pipeda' },
      clocks: [{ from: 'fulfilled:report', within: 'P1M', timeZone: 'Europe/Berlin' }],
    },
    {
      id: 'notice',
      clocks: [
        { from: 'aware', within: 'PT24H' },
        { from: 'fulfilled:report', within: 'PT4H' },
      ],
      dispatch: 'automatic',
      recipient: { to: 'workspace-owners' },
      contents: [{ field: 'likely-consequences', title: 'Consequences', citation: 'x' }],
      appliesWhen: { any: [{ personalData: ['yes'] }, { shareSummary: true }] },
    },
    {
      id: 'people',
      recipient: { to: 'individuals' },
      onSilence: 'send',
      margin: 'PT30H',
      delayReasons: true,
      appliesWhen: { not: { dataSet: { risk: ['unlikely'] } } },
      citation: 'GDPR Art. 34(1)',
    },
    {
      id: 'instead',
      channel: 'status-page',
      recipient: { to: 'public' },
      appliesWhen: { waived: { obligation: 'people', ground: 'gdpr-34-3-c' } },
      followUpOnStatus: ['resolved'],
    },
  ),
};

export const PACKS = [TRUST_CENTER, ODD_PACK];
