import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { z } from 'zod';
import { writeWholeSync } from '../../platform/write-whole';
import { CloudflareFailure } from './envelope';

const MODES = ['block', 'challenge', 'whitelist', 'js_challenge', 'managed_challenge'] as const;
const TARGETS = ['ip', 'ip6', 'ip_range', 'asn', 'country'] as const;

const newRule = z.object({
  mode: z.enum(MODES),
  configuration: z.object({ target: z.enum(TARGETS), value: z.string() }),
  notes: z.string().default(''),
});

/** Where a rule belongs, for example `accounts/abc` or `zones/def`. */
export type RuleScope = string;

/** An IP access rule as Cloudflare answers it. */
export interface AccessRule {
  id: string;
  mode: (typeof MODES)[number];
  allowed_modes: readonly string[];
  configuration: { target: (typeof TARGETS)[number]; value: string };
  notes: string;
  scope: { id: string; type: string };
  created_on: string;
  modified_on: string;
}

/** The query of a list, as Cloudflare spells it. `match` is `all` unless `any` is asked for. */
export interface RuleQuery {
  'configuration.value'?: string;
  'configuration.target'?: string;
  notes?: string;
  mode?: string;
  match?: string;
  page?: string;
  per_page?: string;
}

/** IP access rules in one JSON file, by scope. A change is in the file before the call returns. */
export class AccessRules {
  private readonly rules: Record<RuleScope, AccessRule[]>;

  constructor(private readonly file: string) {
    this.rules = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<RuleScope, AccessRule[]>) : {};
  }

  /** Creates a rule. Throws Cloudflare's 10009 when the scope has one for this target and value. */
  create(scope: RuleScope, body: unknown): AccessRule {
    const parsed = newRule.safeParse(body);
    if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
    const { mode, configuration, notes } = parsed.data;
    checkConfiguration(configuration);
    const rules = this.of(scope);
    const same = ({ configuration: { target, value } }: AccessRule) =>
      target === configuration.target && value.toLowerCase() === configuration.value.toLowerCase();
    if (rules.some(same)) throw new CloudflareFailure(400, 10009, 'firewallaccessrules.api.duplicate_of_existing');
    const now = new Date().toISOString();
    const [kind = '', id = ''] = scope.split('/');
    const rule: AccessRule = {
      id: randomBytes(16).toString('hex'),
      mode,
      allowed_modes: MODES,
      configuration,
      notes,
      scope: { id, type: kind === 'accounts' ? 'organization' : 'zone' },
      created_on: now,
      modified_on: now,
    };
    rules.push(rule);
    this.save();
    return rule;
  }

  /** Changes mode or notes. Throws 404 when there is no such rule. */
  edit(scope: RuleScope, id: string, body: unknown): AccessRule {
    const parsed = newRule.pick({ mode: true, notes: true }).partial().safeParse(body);
    if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
    const changes = Object.fromEntries(Object.entries(parsed.data).filter(([key]) => key in (body as object)));
    const rule = Object.assign(this.get(scope, id), changes, { modified_on: new Date().toISOString() });
    this.save();
    return rule;
  }

  /** One rule. Throws 404 when there is none. */
  get(scope: RuleScope, id: string): AccessRule {
    const rule = this.of(scope).find((each) => each.id === id);
    if (!rule) throw new CloudflareFailure(404, 10001, 'firewallaccessrules.api.not_found');
    return rule;
  }

  /** Deletes a rule. Throws 404 when there is none. */
  delete(scope: RuleScope, id: string): void {
    this.get(scope, id);
    this.rules[scope] = this.of(scope).filter((each) => each.id !== id);
    this.save();
  }

  /** One page of the rules that match, newest first, with Cloudflare's `result_info`. */
  list(scope: RuleScope, query: RuleQuery): { rules: AccessRule[]; info: object } {
    const tests: ((rule: AccessRule) => boolean)[] = [];
    const { mode, notes } = query;
    if (mode) tests.push((rule) => rule.mode === mode);
    if (notes) tests.push((rule) => rule.notes.toLowerCase().includes(notes.toLowerCase()));
    const { 'configuration.value': value, 'configuration.target': target } = query;
    if (value) tests.push((rule) => rule.configuration.value.toLowerCase() === value.toLowerCase());
    if (target) tests.push((rule) => rule.configuration.target === target);
    const passes = (rule: AccessRule) =>
      query.match === 'any' && tests.length > 0 ? tests.some((test) => test(rule)) : tests.every((test) => test(rule));
    const found = this.of(scope).filter(passes).reverse();
    const perPage = Math.min(1000, Math.max(1, Number(query.per_page) || 20));
    const page = Math.max(1, Number(query.page) || 1);
    const rules = found.slice((page - 1) * perPage, page * perPage);
    const pages = Math.ceil(found.length / perPage);
    return {
      rules,
      info: { page, per_page: perPage, count: rules.length, total_count: found.length, total_pages: pages },
    };
  }

  /** All rules with their scopes, for the page and the tests. */
  all(): { scope: RuleScope; rule: AccessRule }[] {
    return Object.entries(this.rules).flatMap(([scope, rules]) => rules.map((rule) => ({ scope, rule })));
  }

  private of(scope: RuleScope): AccessRule[] {
    this.rules[scope] ??= [];
    return this.rules[scope];
  }

  private save(): void {
    writeWholeSync(this.file, JSON.stringify(this.rules, null, 2));
  }
}

// https://developers.cloudflare.com/waf/tools/ip-access-rules/parameters/
function checkConfiguration({ target, value }: AccessRule['configuration']): void {
  const [address = '', prefix = ''] = value.split('/');
  const good = {
    ip: () => net.isIPv4(value),
    ip6: () => net.isIPv6(value),
    ip_range: () =>
      (net.isIPv4(address) && ['16', '24'].includes(prefix)) ||
      (net.isIPv6(address) && ['32', '48', '64'].includes(prefix)),
    asn: () => /^AS\d{1,10}$/i.test(value),
    country: () => /^[A-Z][A-Z0-9]$/i.test(value),
  }[target]();
  if (!good) throw invalid(`"${value}" is not a value for the target "${target}"`);
}

function invalid(why: string): CloudflareFailure {
  return new CloudflareFailure(400, 10001, `firewallaccessrules.api.invalid: ${why}`);
}
