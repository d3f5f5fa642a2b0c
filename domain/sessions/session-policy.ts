/** What counts as an unusual sign-in: the form of `policy/sessions.yaml`. Periods are ISO 8601 durations. */
import { z } from 'zod';
import { IpRangeSchema, isIn, parseIp } from '../kernel/ip-address';
import { SEVERITIES } from '../kernel/severity';
import { DAY_MS, exactMs, PeriodSchema, parsePeriod } from '../kernel/time';
import { AUTH_ACTIONS, type AuthEvent } from './auth-event';

export const SESSION_RULES = [
  'new-country',
  'new-network',
  'impossible-travel',
  'brute-force',
  'spray',
  'session-two-networks',
  'privilege-after-unusual',
] as const;
export type SessionRuleName = (typeof SESSION_RULES)[number];

/** Failures kept of one account, and events of one address: thresholds above them could never be reached. */
export const FAILURES_PER_ACCOUNT = 50;
export const EVENTS_PER_ADDRESS = 1000;
/** Other events kept of one account. */
export const EVENTS_PER_ACCOUNT = 400;
const ACCOUNTS_PER_ADDRESS = EVENTS_PER_ADDRESS / FAILURES_PER_ACCOUNT;

const period = (mostDays: number) =>
  PeriodSchema.refine(
    (text) => {
      const { months, exactMs: ms } = parsePeriod(text);
      return months === 0 && ms <= mostDays * DAY_MS;
    },
    { error: `must be a duration without months of at most P${mostDays}D, like PT15M or P7D` },
  );

const Country = z.string().regex(/^[A-Z]{2}$/, 'must be a two-letter country code (ISO 3166-1)');

/** Who never fires a rule. A user agent is the client's own claim: with `networks` it counts only from there. */
const allowed = {
  networks: z.array(IpRangeSchema).max(1000).default([]),
  accounts: z.array(z.string().trim().min(1).max(320)).max(1000).default([]),
  userAgents: z
    .array(
      z.strictObject({
        contains: z.string().trim().min(3).max(200),
        networks: z.array(IpRangeSchema).max(100).optional(),
      }),
    )
    .max(100)
    .default([]),
};
const AllowSchema = z.strictObject(allowed).prefault({});
const AllowWithCountriesSchema = z.strictObject({ ...allowed, countries: z.array(Country).default([]) }).prefault({});
type Allow = z.infer<typeof AllowSchema> & { countries?: string[] };

const severity = z.enum(SEVERITIES);
/** `quiet`: how long one finding stands for all of its kind. Longer attacks are told again. */
const common = { enabled: z.boolean(), severity, quiet: period(30) };

/**
 * The policy. `tolerance`: how late, against later events, an event may arrive without any finding changing. `memory`:
 * how long a place stays known after its last use. `learn`: how long an account must have been known before a place
 * can be new for it.
 */
export const SessionPolicySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/),
  version: z.int().min(1),
  tolerance: period(1),
  memory: period(400),
  allow: AllowSchema,
  /** Actions of the audit log that are authentication events: the first name that fits, `login*` for all that begin so. */
  auditActions: z.record(z.string().trim().min(1).max(200), z.enum(AUTH_ACTIONS)),
  rules: z.strictObject({
    'new-country': z.strictObject({ ...common, learn: period(90), allow: AllowWithCountriesSchema }),
    'new-network': z.strictObject({
      ...common,
      learn: period(90),
      /** Also where the country is known, and the rule new-country says more with less noise. */
      withCountry: z.boolean(),
      allow: AllowWithCountriesSchema,
    }),
    'impossible-travel': z.strictObject({
      ...common,
      within: period(2),
      maxKmPerHour: z.number().min(100).max(100_000),
      minKm: z.number().min(0).max(20_000),
      allow: AllowWithCountriesSchema,
    }),
    'brute-force': z.strictObject({
      ...common,
      within: period(2),
      failures: z.int().min(2).max(FAILURES_PER_ACCOUNT),
      allow: AllowSchema,
    }),
    spray: z.strictObject({
      ...common,
      within: period(2),
      accounts: z.int().min(2).max(ACCOUNTS_PER_ADDRESS),
      /** When an account was signed in to from that address around the same time. */
      severityOnSuccess: severity,
      allow: AllowSchema,
    }),
    'session-two-networks': z.strictObject({
      ...common,
      within: period(2),
      differ: z.enum(['network', 'country']),
      /** Only when the session comes back to the first: two use it at once, instead of one who moved. */
      returns: z.boolean(),
      allow: AllowWithCountriesSchema,
    }),
    'privilege-after-unusual': z.strictObject({
      ...common,
      within: period(2),
      actions: z.array(z.enum(AUTH_ACTIONS)).min(1),
      allow: AllowWithCountriesSchema,
    }),
  }),
});
export type SessionPolicy = z.infer<typeof SessionPolicySchema>;

/** The rules that an event never fires, as somebody or something in it is on an allow-list. */
export function exemptFrom(
  event: Pick<AuthEvent, 'ip' | 'userAgent' | 'actor'>,
  { account, country }: { account: string; country?: string },
  policy: SessionPolicy,
): SessionRuleName[] {
  const ip = event.ip === undefined ? undefined : parseIp(event.ip);
  const userAgent = event.userAgent?.toLowerCase();
  const within = (ranges: Allow['networks']) => ip !== undefined && ranges.some((range) => isIn(ip, range));
  const allows = (allow: Allow) =>
    within(allow.networks) ||
    allow.accounts.some((each) => each === event.actor || each === account) ||
    allow.userAgents.some(
      ({ contains, networks }) =>
        userAgent?.includes(contains.toLowerCase()) && (networks === undefined || within(networks)),
    ) ||
    (country !== undefined && allow.countries?.includes(country) === true);
  if (allows(policy.allow)) return [...SESSION_RULES];
  return SESSION_RULES.filter((name) => allows(policy.rules[name].allow));
}

/** How far back events matter: a change of rights looks back at a sign-in, which looks back at what came before it. */
export function reachMs(policy: SessionPolicy): number {
  const { rules } = policy;
  const signIns = [rules['impossible-travel'], rules['brute-force'], rules.spray, rules['session-two-networks']];
  const longest = Math.max(...signIns.map((rule) => exactMs(rule.within)));
  return longest + exactMs(rules['privilege-after-unusual'].within) + exactMs(policy.tolerance);
}
