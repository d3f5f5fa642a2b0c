import type Cloudflare from 'cloudflare';
import { parseIpRange, rangeText } from '../../../domain/kernel/ip-address';
import type { MeasureInput, MeasureResult } from '../../types';
import {
  type CloudflareConfig,
  cloudflareClient,
  cloudflareCodes,
  cloudflareFailure,
  cloudflareStatus,
} from './cloudflare-client';
import type { BlockTarget } from './cloudflare-target';

const DUPLICATE = 10009;
const NOT_FOUND = 404;
const PER_PAGE = 500;

/** Modes that stop a source at least as much as the key. */
const AS_STRICT: Record<'block' | 'managed_challenge', readonly string[]> = {
  block: ['block'],
  managed_challenge: ['block', 'challenge', 'js_challenge', 'managed_challenge'],
};

interface Rule {
  id: string;
  mode: string;
  notes: string;
}

/** How the rules of an incident are told from those of other people. */
export function ruleNotes(incidentId: string): string {
  return `tocsin ${incidentId}`;
}

/**
 * Blocks a source by an IP access rule, and looks before and after: a rule of this incident is found again, a rule of
 * somebody else is left alone, and a second one is never made, also when the answer to the first attempt was lost.
 */
export async function applyAccessRule(
  config: CloudflareConfig,
  input: MeasureInput,
  target: BlockTarget,
  timeoutMs?: number,
): Promise<MeasureResult> {
  const client = cloudflareClient(config, timeoutMs);
  const mode = config.mode ?? 'block';
  const before = await existing(client, config, input, target, mode);
  if (before) return before;

  let created: string | undefined;
  try {
    const rule = await client.firewall.accessRules.create({
      ...scopeOf(config),
      mode,
      configuration: { target: target.target, value: target.value } as { target: 'ip'; value: string },
      notes: ruleNotes(input.incidentId),
    });
    created = rule.id;
  } catch (error) {
    if (!cloudflareCodes(error).includes(DUPLICATE))
      throw cloudflareFailure(error, `create a rule for ${target.value}`);
  }
  const after = await existing(client, config, input, target, mode);
  if (after) return after;
  if (created)
    return {
      outcome: 'applied',
      detail: `a rule (${mode} ${target.value}) was created; Cloudflare's list does not show it yet`,
      internal: `rule ${created}`,
    };
  return {
    outcome: 'refused',
    detail: `Cloudflare says that a rule for ${target.value} exists already, but its list does not show it`,
    internal: 'look for it in another scope (user, account, zone)',
  };
}

/** Deletes the rules that this incident made for the source, and no other. */
export async function undoAccessRule(
  config: CloudflareConfig,
  input: MeasureInput,
  target: BlockTarget,
  timeoutMs?: number,
): Promise<MeasureResult> {
  const client = cloudflareClient(config, timeoutMs);
  const { ours, others } = await find(client, config, input, target);
  for (const rule of ours) {
    try {
      await client.firewall.accessRules.delete(rule.id, scopeOf(config));
    } catch (error) {
      if (cloudflareStatus(error) !== NOT_FOUND) throw cloudflareFailure(error, `delete rule ${rule.id}`);
    }
  }
  const what =
    ours.length > 0
      ? `the rule for ${target.value} was deleted`
      : `there was no rule of this incident for ${target.value}`;
  const detail = others.length > 0 ? `${what}; one of somebody else stays` : what;
  const ids = [
    ...ours.map(({ id }) => `rule ${id} is gone`),
    ...others.slice(0, 1).map(({ id }) => `rule ${id} stays`),
  ];
  return { outcome: 'undone', detail, ...(ids.length > 0 && { internal: ids.join(', ') }) };
}

/** Whether the token may see the rules; that it may add one shows only when it does. */
export async function probeAccessRules(config: CloudflareConfig): Promise<string> {
  try {
    await cloudflareClient(config).firewall.accessRules.list({ ...scopeOf(config), per_page: PER_PAGE });
  } catch (error) {
    throw cloudflareFailure(error, 'list its IP access rules');
  }
  const where = 'accountId' in config.scope ? `account ${config.scope.accountId}` : `zone ${config.scope.zoneId}`;
  return `Cloudflare shows the IP access rules of ${where}; whether the token may add one was not tried`;
}

async function existing(
  client: Cloudflare,
  config: CloudflareConfig,
  input: MeasureInput,
  target: BlockTarget,
  mode: 'block' | 'managed_challenge',
): Promise<MeasureResult | undefined> {
  const { ours, others } = await find(client, config, input, target);
  const strict = (rule: Rule) => AS_STRICT[mode].includes(rule.mode);
  const own = ours.find(strict);
  if (own) {
    const detail = `the rule (${own.mode} ${target.value}) is in Cloudflare's list`;
    return { outcome: 'verified', detail, internal: `rule ${own.id}` };
  }
  const other = others.find(strict);
  if (other) {
    return {
      outcome: 'verified',
      detail: `${target.value} is already blocked by another rule (${other.mode}), which was left alone`,
      internal: `rule ${other.id}`,
    };
  }
  const weaker = [...ours, ...others][0];
  if (!weaker) return undefined;
  return {
    outcome: 'refused',
    detail: `another rule says ${weaker.mode} for ${target.value}, and there can be only one`,
    internal: `change rule ${weaker.id} by hand, or leave it and record why`,
  };
}

async function find(
  client: Cloudflare,
  config: CloudflareConfig,
  input: MeasureInput,
  target: BlockTarget,
): Promise<{ ours: Rule[]; others: Rule[] }> {
  const rules: Rule[] = [];
  // Cloudflare writes IPv6 in its own way, so only the target is asked for there, and the values are compared here.
  const isIpv6 = target.range?.family === 6;
  const configuration = isIpv6 ? { target: target.target } : { target: target.target, value: target.value };
  try {
    const pages = client.firewall.accessRules.list({
      ...scopeOf(config),
      configuration: configuration as { target: 'ip'; value?: string },
      match: 'all',
      per_page: PER_PAGE,
    });
    for await (const rule of pages) {
      if (rule.configuration.target === target.target && sameValue(rule.configuration.value, target)) {
        rules.push({ id: rule.id, mode: rule.mode, notes: rule.notes ?? '' });
      }
    }
  } catch (error) {
    throw cloudflareFailure(error, `list the rules for ${target.value}`);
  }
  const isOurs = (rule: Rule) => rule.notes === ruleNotes(input.incidentId);
  return { ours: rules.filter(isOurs), others: rules.filter((rule) => !isOurs(rule)) };
}

function sameValue(value: string | undefined, target: BlockTarget): boolean {
  if (value === undefined) return false;
  if (!target.range) return value.toUpperCase() === target.value.toUpperCase();
  const range = parseIpRange(value);
  return range !== undefined && rangeText(range) === rangeText(target.range);
}

function scopeOf({ scope }: CloudflareConfig): { account_id: string } | { zone_id: string } {
  return 'accountId' in scope ? { account_id: scope.accountId } : { zone_id: scope.zoneId };
}
