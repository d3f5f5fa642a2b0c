/** The rule about one address: failures to many accounts, and successes among them. */

import { exactMs } from '../kernel/time';
import { distinct, type Finding, finding } from './finding';
import { byTime, isFailedSignIn, isSignIn, placeFacts, type SeenEvent } from './seen-event';
import type { SessionPolicy } from './session-policy';

/** The findings about one address: failures to many accounts, and successes among them. */
export function judgeAddress(events: readonly SeenEvent[], policy: SessionPolicy): Finding[] {
  const name = 'spray';
  const rule = policy.rules[name];
  if (!rule.enabled) return [];
  const withinMs = exactMs(rule.within);
  const counted = byTime(events).filter((event) => event.place && !event.exempt.includes(name));
  const peaks = failedAccounts(counted, withinMs).filter(({ accounts }) => accounts >= rule.accounts);
  const sprays = peaks.flatMap(({ event, accounts }) =>
    finding(name, rule, event, [event.place!.address], {
      title: 'Failed sign-ins to many accounts from one address',
      subjects: [],
      indicators: [event.place!.address],
      facts: { accounts, success: false, ...placeFacts(event.place!) },
      why: [`${accounts} accounts failed from one address within ${rule.within}, at least ${rule.accounts} count`],
    }),
  );
  const hits = counted.filter(isSignIn).flatMap((event) => {
    const peak = peaks.find((each) => Math.abs(each.event.atMs - event.atMs) <= withinMs);
    if (!peak) return [];
    return finding(name, { ...rule, severity: rule.severityOnSuccess }, event, [event.place!.address, event.account], {
      title: 'An account was signed in to from an address that tries many accounts',
      indicators: [event.place!.address],
      facts: { accounts: peak.accounts, success: true, ...placeFacts(event.place!) },
      why: [`a success within ${rule.within} of failures to ${peak.accounts} accounts from the same address`],
    });
  });
  return distinct([...sprays, ...hits]);
}

/** For each failure, how many accounts failed in the time that ends with it. Events in order of time. */
function failedAccounts(events: SeenEvent[], withinMs: number): Array<{ event: SeenEvent; accounts: number }> {
  const failures = events.filter(isFailedSignIn);
  const inWindow = new Map<string, number>();
  let oldest = 0;
  // Failures of one instant count together, whichever of them is looked at first.
  const lastOfInstant = (i: number) => failures[i + 1]?.atMs !== failures[i]!.atMs;
  return failures.flatMap((event, i) => {
    inWindow.set(event.account, (inWindow.get(event.account) ?? 0) + 1);
    for (; failures[oldest]!.atMs < event.atMs - withinMs; oldest++) {
      const { account } = failures[oldest]!;
      const left = inWindow.get(account)! - 1;
      if (left === 0) inWindow.delete(account);
      else inWindow.set(account, left);
    }
    return lastOfInstant(i) ? [{ event, accounts: inWindow.size }] : [];
  });
}
