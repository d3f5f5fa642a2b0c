/**
 * Mails that the provider took and that came back: whoever they were for is not told. Who that is stands in the delivery
 * ledger; here it is heard that there are such mails, counted again, and what that means for the notice. Pure.
 */
import { ask, type CommandLine, commandLine } from '../kernel/command-lines';
import { plural } from '../kernel/plural';
import { deadline, type Instant } from '../kernel/time';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { occasionAlarm } from './alarms';
import { applies } from './applies';
import { groupName } from './audience';
import { dueFor } from './clocks';
import type { Counted } from './counted';
import type { DataOf, NewEvent } from './events';
import { withRecount } from './evolve-telling';
import { withGone } from './gone';
import { groundsOf, isPublicInstead } from './grounds';
import { ledgerKey } from './ledger-key';
import { isCovered, type Standing, type Untold } from './standing';
import { type IncidentState, type Obligation, putObligation } from './state';
import { backIn, type Tally, toldBeyond } from './tally';
import { standing, tallyOf } from './telling';
import { untoldText } from './untold';

/**
 * The ledger has mails of a notice that came back since it was counted: it is to be counted again. Of a closed incident its owner
 * hears, once until it is opened again. `unheard`: in a history that began before anybody did.
 */
export function onCameBack(state: IncidentState, key: string, pack: Policy, unheard?: true): NewEvent[] {
  const o = Object.values(state.obligations).find((each) => ledgerKey(each) === key);
  if (!o || ['not-required', 'waived'].includes(o.status)) return [];
  // A closed incident has it counted once it is open again.
  if (state.closedAt && o.recount !== undefined) return [];
  // While it is being sent it is counted once at its end, however often this is heard.
  if (o.status === 'dispatching' && o.recount !== undefined) return [];
  if (o.status !== 'dispatching' && !tallyOf(o).counted) return [];
  const heard: NewEvent = { kind: 'mails-came-back', data: { obligation: o.id, round: o.round } };
  if (!state.closedAt || unheard) return [heard];
  // Nothing is due in it any more.
  const { dueAt: _, ...alarm } = occasionAlarm({ obligation: o.id, threshold: { kind: 'came-back' } }, state, pack);
  return [heard, { kind: 'alarm-raised', data: alarm }];
}

/** What a new count says of those who were counted as told. `asOf`: the number of the event that asked for it. */
export function onRecounted(
  state: IncidentState,
  { obligation, asOf, counted, gone }: { obligation: string; asOf: number; counted: Counted; gone?: number },
  pack: Policy,
  now: Instant,
): NewEvent[] {
  const o = state.obligations[obligation];
  const rule = ruleOf(pack, o?.rule);
  if (!o || !rule || state.closedAt || o.recount === undefined || asOf > o.recount) return [];
  const among = amongTold(withGone(counted, gone, tallyOf(o)), tallyOf(o));
  const cameBack = (among.groups ?? []).reduce((sum, group) => sum + group.cameBack, among.workspaces?.length ?? 0);
  const found = { obligation, round: o.round, asOf, ...among, cameBack };
  const fold = (data: DataOf<'delivery-recounted'>) => {
    const next = withRecount(o, data, now);
    const folded = putObligation(state, next);
    return { next, folded, stands: standing(next, rule, folded, pack) };
  };
  const before = standing(o, rule, state, pack);
  const { stands } = fold(found);
  const worse = before && stands && (stands.told < before.told || isMore(stands.untold, before.untold));
  // Whoever is told by a public communication in place of it is not owed it again.
  if (!worse || isPublicInstead(o, rule)) return [{ kind: 'delivery-recounted', data: found }];
  const owedAgain = o.status === 'fulfilled' && !isCovered(stands) && applies(rule, state).value !== false;
  const data = owedAgain ? { ...found, round: o.round + 1, ...dueAgain(rule, pack, now) } : found;
  const { next, folded } = fold(data);
  return [{ kind: 'delivery-recounted', data }, undeliveredAlarm(next, rule, stands, folded, pack)];
}

/** True where somebody is untold who was not before. */
function isMore(now: Untold[], before: Untold[]): boolean {
  const name = (each: Untold) =>
    each.kind === 'workspace' ? each.workspace : each.kind === 'people' ? groupName(each) : each.why;
  const count = (each: Untold) => (each.kind === 'workspace' ? 1 : (each.count ?? 0));
  const known = new Map(before.map((each) => [`${each.kind} ${name(each)}`, count(each)]));
  return now.some((each) => count(each) > (known.get(`${each.kind} ${name(each)}`) ?? 0));
}

/** That somebody is untold after a count, `o` and `state` as they are then: where mails came back, with what that asks for. */
export function undeliveredAlarm(
  o: Obligation,
  rule: ObligationRule,
  { of, told, left, untold }: Standing,
  state: IncidentState,
  pack: Policy,
): NewEvent {
  const threshold = { kind: 'undeliverable', failed: of - told - left, total: of } as const;
  const proposal = publicInstead(o, rule, of, state, pack);
  const detail = [untoldText(untold), ...(proposal ? [proposal.text] : [])].join('. ');
  const alarm = occasionAlarm({ obligation: o.id, threshold, detail }, state, pack);
  if (backIn(tallyOf(o)) === 0) return { kind: 'alarm-raised', data: alarm };
  // Once the directory has another address of theirs it can be mailed there.
  const again = commandLine('approve', { id: state.caseId, obligation: o.id, by: ask('by') });
  const commands = [
    ...alarm.commands.slice(0, 2),
    ...(rule.dispatch === 'approval' ? [again] : []),
    commandLine('notice recipients', { id: state.caseId, obligation: o.id, state: 'came-back' }),
    ...alarm.commands.slice(2),
    ...(proposal ? [proposal.command] : []),
  ];
  return { kind: 'alarm-raised', data: { ...alarm, commands } };
}

/** Until when those are to be told: the time that the duty gives, from now on. */
function dueAgain(rule: ObligationRule, pack: Policy, now: Instant) {
  const [{ within, timeZone }] = rule.clocks as [ObligationRule['clocks'][number]];
  const clock = { from: 'reopened' as const, anchorAt: now };
  return { clock, ...dueFor(rule, deadline(now, within, pack.calendars, timeZone)) };
}

/** Of a count, what concerns those who were mailed: whom nobody has tried to reach yet is none of its business. */
function amongTold(counted: Counted, tally: Tally): Pick<DataOf<'delivery-recounted'>, 'workspaces' | 'groups'> {
  if (counted.of === 'people') {
    const groups = counted.groups.filter((group) => tally.groups[groupName(group)] !== undefined);
    return { groups: groups.map(({ listed: _, ...group }) => ({ ...group, cameBack: group.cameBack ?? 0 })) };
  }
  const why = new Map(tally.unreached.map((each) => [each.workspace, each.why]));
  const mailed = new Set(tally.mailed);
  const back = counted.unreached.filter((each) => each.why === 'came-back').map(({ workspace }) => workspace);
  // One that was not reached for another reason stays so, and one whose mail came back until it is reached: the count may
  // not name it, as it was left untold or the facts or the directory do not have it any more.
  const reached = new Set(counted.reached);
  const still = tally.unreached.filter((each) => each.why === 'came-back' && !reached.has(each.workspace));
  // Of more than a count names, one that is not named may be told all the same.
  const isTold = (each: string) => mailed.has(each) || toldBeyond(tally) > 0;
  const more = back.filter((each) => !why.has(each) && isTold(each));
  return { workspaces: [...new Set([...still.map(({ workspace }) => workspace), ...more])].sort() };
}

/** Where so many came back as the policy says, that the public may be told in place of them: for a named person to decide. */
function publicInstead(
  o: Obligation,
  rule: ObligationRule,
  of: number,
  { caseId: id }: IncidentState,
  pack: Policy,
): { text: string; command: CommandLine } | undefined {
  const { whenMailsComeBack: proposes } = rule;
  const ground = groundsOf(rule, pack).find((each) => each.id === proposes?.ground);
  const back = backIn(tallyOf(o));
  if (!proposes || !ground || of === 0 || back * 100 < of * proposes.percent) return undefined;
  return {
    text:
      `${plural(back, 'mail')} of ${of} came back, ${proposes.percent} % or more: if reaching them otherwise would involve disproportionate effort, ` +
      `a named person may decide on a public communication in place of it (${ground.citation})`,
    command: commandLine('waive', { id, obligation: o.id, ground: ground.id, reason: ask('reason'), by: ask('by') }),
  };
}
