/** What it means that people were told outside of the product, or that a person decides to leave somebody untold. */

import { inexactOf, latestOf, type When } from '../kernel/inexact-instant';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { type Group, groupName } from './audience';
import { stateWords } from './board-words';
import { CHANNELS, isChannel, type Named, type People } from './counted';
import type { NewEvent } from './events';
import { withLeftUntold } from './evolve-telling';
import { takesAnyReason, waiverText } from './grounds';
import { onMadePublic } from './made-public';
import type { MessageBody } from './messages';
import { onOrganisationsTold, tellsOrganisations } from './organisations-told';
import { isPublicCommunication } from './readers';
import { isCovered, type Untold } from './standing';
import { type IncidentState, isSettled, type Obligation } from './state';
import { nextLine } from './still-open';
import { standing, tallyOf, tellerOf, toldWith } from './telling';
import { untoldText } from './untold';

/** What a decision answers when it causes no events. */
interface Answers {
  rejected(...problems: string[]): NewEvent[];
  noted(note: string): NewEvent[];
}

/** One message on an obligation that tells people. */
export interface Given {
  state: IncidentState;
  o: Obligation;
  rule: ObligationRule;
  pack: Policy;
  answer: Answers;
}

/** People were told by phone, by letter, in the product itself: it counts as told, with who says so, when and how. */
export function onTold(given: Given, message: MessageBody<'told'>, when: When): NewEvent[] {
  const { o, rule, answer } = given;
  if (isPublicCommunication(rule)) return onMadePublic(given, message, when);
  if (tellsOrganisations(rule)) return onOrganisationsTold(given, message, when);
  if (message.organisations)
    return answer.rejected(
      `organisations: ${o.id} tells ${rule.recipient.to === 'workspace-owners' ? 'customers' : 'people'}, not other organisations: say who of them was told`,
    );
  const { channel, note, evidence } = message;
  if (!isChannel(channel) || message.languages) {
    const what = message.languages ? 'languages: are' : `channel: ${channel} is`;
    return answer.rejected(
      `${what} for a public communication; ${o.id} tells each: use one of ${CHANNELS.join(', ')}, and say who was told`,
    );
  }
  const inexact = inexactOf(when);
  const named = namedBy(given, message);
  if ('events' in named) return named.events;
  if (named.unestablished || named.whole)
    return answer.rejected('say who was told: the workspaces, or how many people of which data set and country');
  return [
    {
      kind: 'told-outside',
      data: {
        obligation: o.id,
        round: o.round,
        at: latestOf(when),
        ...(inexact && { inexact }),
        channel,
        ...named,
        ...(note && { note }),
        ...(evidence && { evidence }),
      },
    },
  ];
}

/** A person decides that somebody need not be told any more: the workspace is gone, the directory is right. */
export function onLeaveUntold(given: Given, message: MessageBody<'leave-untold'>): NewEvent[] {
  const { o, answer } = given;
  const named = namedBy(given, message);
  if ('events' in named) return named.events;
  if (isUncounted(o, named)) {
    return answer.rejected(
      `obligation: ${o.id} has not been sent yet, so nobody knows whom it does not reach; approve it first, or waive it`,
    );
  }
  const duty = wouldWaive(given, named, message.rest === true);
  if (duty) {
    return answer.rejected(
      `obligation: that would leave nobody told, which amounts to waiving ${duty.id} (${duty.citation}); ${waiverText(duty, given.pack)}. ` +
        `Tell them by another channel, or correct the assessment if they are not affected${o.fulfilledAt ? '; a single customer who is gone is named alone' : ''}`,
    );
  }
  return [{ kind: 'left-untold', data: { obligation: o.id, round: o.round, reason: message.reason, ...named } }];
}

/** People of whom no delivery of this round has shown yet whom it reaches: a group that was found since is one, too. */
function isUncounted(o: Obligation, { people, unestablished, whole }: Named): boolean {
  const { counted, groups } = tallyOf(o);
  if (!counted) return Boolean(people || unestablished || whole);
  return [...(people ?? []), ...(unestablished ?? [])].some((each) => groups[groupName(each)] === undefined);
}

/**
 * The duty that nobody at all would be told under in this round: leaving everybody untold is a waiver, and takes its
 * grounds, also where others were told in a round before. That nobody is affected, or nobody more, is no waiver; nor is it in
 * a later round that one customer who was found is gone, as a person says of that one.
 */
function wouldWaive({ state, o, rule, pack }: Given, named: Named, rest: boolean): ObligationRule | undefined {
  if (named.whole === 'not-named') return undefined;
  const { workspaces = [], people = [], whole } = named;
  const nobodyMore = workspaces.length + people.length === 0 && !whole;
  const oneNamed = !rest && workspaces.length === 1 && people.length === 0 && !whole;
  if (o.fulfilledAt && (nobodyMore || oneNamed)) return undefined;
  const left = withLeftUntold(o, named, { by: state.owner, at: state.declaration.declaredAt, reason: '' });
  const stands = standing(left, rule, state, pack);
  if (!stands || stands.told > (o.again ? 0 : (o.toldThen ?? 0)) || !isCovered(stands)) return undefined;
  const served = toldWith(o, state, pack).filter((other) => !isSettled(other));
  const duties = [rule, ...served.map((other) => ruleOf(pack, other.rule)!)].filter(
    (each) => !takesAnyReason(each, pack),
  );
  return duties.find(({ waivable }) => waivable === 'grounds') ?? duties[0];
}

/** The duties of law that an obligation fulfils when its people are told: its own and those told with it. */
export function lawServed(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): ObligationRule[] {
  const served = toldWith(o, state, pack).flatMap((other) =>
    isSettled(other) ? [] : (ruleOf(pack, other.rule) ?? []),
  );
  return [rule, ...served].filter(({ waivable }) => waivable === 'grounds');
}

/** Whom a message means, of those who are still untold; or the answer that says what is wrong with it. */
function namedBy(
  { state, o, rule, pack, answer }: Given,
  message: { workspaces?: string[] | undefined; people?: GroupMaybeCounted[] | undefined; rest?: boolean | undefined },
): Named | { events: NewEvent[] } {
  const teller = tellerOf(o, rule, state, pack);
  if (teller) return { events: answer.rejected(`obligation: ${o.id} is told with ${teller.id}: name that`) };
  const stands = standing(o, rule, state, pack);
  if (!stands)
    return {
      events: answer.rejected(
        `obligation: ${o.id} is not addressed to anybody in the directory; it is fulfilled otherwise: use \`${nextLine(o, rule, state, pack)}\``,
      ),
    };
  if (isSettled(o)) return { events: answer.noted(`${o.id} is already ${stateWords(o.status)}`) };
  const { untold } = stands;
  if (message.rest) return restOf(untold);
  const problems: string[] = [];
  const named: Named = {};
  if (message.workspaces) {
    const ids = [...new Set(message.workspaces)];
    const open = untold.flatMap((each) => (each.kind === 'workspace' ? [each.workspace] : []));
    const anybody = untold.some((each) => each.kind === 'workspaces' && each.why !== 'not-named');
    const strangers = anybody ? [] : ids.filter((workspace) => !open.includes(workspace));
    if (strangers.length > 0)
      problems.push(
        `workspaces: ${strangers.join(', ')}: not among those still untold; they are: ${untoldText(untold)}`,
      );
    named.workspaces = ids;
  }
  if (message.people) {
    const people = message.people.map((each) => counted(each, untold));
    problems.push(...people.flatMap((each) => ('problem' in each ? [each.problem] : [])));
    const fine = people.filter((each) => !('problem' in each)) as Counted[];
    const twice = fine.filter(({ name }, index) => fine.findIndex((each) => each.name === name) < index);
    if (twice.length > 0) problems.push(`people: ${twice.map(({ name }) => name).join(', ')}: name each group once`);
    const some = fine.flatMap(({ people: { count, ...group } }) => (count > 0 ? [{ ...group, count }] : []));
    if (some.length > 0) named.people = some;
    const open = fine.flatMap(({ settles }) => (settles ? [settles] : []));
    if (open.length > 0) named.unestablished = open;
  }
  return problems.length > 0 ? { events: answer.rejected(...problems) } : named;
}

type GroupMaybeCounted = Group & { count?: number | undefined };
type Counted = { name: string; people: People; settles?: Group };

/** The group that is meant, of those still untold, with a number that is not above theirs. */
function counted({ count, ...wanted }: GroupMaybeCounted, untold: Untold[]): Counted | { problem: string } {
  const groups = untold.flatMap((each) => (each.kind === 'people' ? [each] : []));
  const meant = groups.filter(
    (each) =>
      (wanted.dataSet === undefined || each.dataSet === wanted.dataSet) &&
      (wanted.country === undefined || each.country === wanted.country),
  );
  const [one] = meant;
  if (!one || meant.length > 1) {
    const which = one ? 'that matches several groups' : 'nobody in that group is still untold';
    return { problem: `people: ${which}: give the data set and the country of one of: ${untoldText(untold)}` };
  }
  const { dataSet, country } = one;
  const group = { ...(dataSet === undefined ? {} : { dataSet }), ...(country === undefined ? {} : { country }) };
  const name = groupName(group);
  // Where nobody knows how many there are, any number may be told.
  const unknown = one.dataSet !== undefined && one.assessed === undefined;
  if (count !== undefined && count > one.count && !unknown)
    return {
      problem: `count: ${count} is more than the ${one.count} of ${name} who are still untold; if there are more, assess how many first`,
    };
  const people = { ...group, count: count ?? one.count };
  return count === undefined && (unknown || one.count === 0) ? { name, people, settles: group } : { name, people };
}

/** Everybody who is still untold. */
export function restOf(untold: Untold[]): Named {
  const workspaces = untold.flatMap((each) => (each.kind === 'workspace' ? [each.workspace] : []));
  const groups = untold.flatMap((each) => (each.kind === 'people' ? [each] : []));
  const people = groups.flatMap(({ dataSet, country, count }) =>
    count > 0 ? [{ ...(dataSet && { dataSet }), ...(country && { country }), count }] : [],
  );
  const open = groups.filter(({ count, assessed, dataSet }) => count === 0 || (dataSet && assessed === undefined));
  // Neither a group nor the subscribers: the facts name nobody at all.
  const nobody = groups.some(({ dataSet, listed, told }) => dataSet === undefined && listed + told === 0);
  const whole = untold.find((each) => each.kind === 'workspaces')?.why ?? (nobody ? 'not-named' : undefined);
  const unestablished = open.map(({ dataSet, country }) => ({
    ...(dataSet && { dataSet }),
    ...(country && { country }),
  }));
  return {
    ...(workspaces.length > 0 && { workspaces }),
    ...(people.length > 0 && { people }),
    ...(unestablished.length > 0 && { unestablished }),
    ...(whole && { whole }),
  };
}
